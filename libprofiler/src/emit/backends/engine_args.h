#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emit/model_path.h"
#include "emit/plan.h"
#include "facts/backend_facts.h"

namespace dynamo::emit {

/// Everything a backend's command line depends on.
struct EngineContext {
  const ValidatedRequest* request = nullptr;
  const WorkerPlan* worker = nullptr;
  ModelLocation location;
  std::string kv_dtype;                          ///< in the backend's spelling
  std::optional<facts::RuntimeRelease> release;  ///< of the image; absent = unknown, taken as newest

  [[nodiscard]] bool is_moe() const { return request->model.is_moe(); }

  [[nodiscard]] bool attention_dp() const { return is_moe() && worker->engine.parallel.dp > 1; }

  /// Tensor width as SGLang and TensorRT-LLM count it: over all attention replicas, which divide it again.
  [[nodiscard]] int tensor_width() const;
};

/// Arguments after `python3 -m dynamo.<backend>`.
[[nodiscard]] std::vector<std::string> vllm_args(const EngineContext& context);
[[nodiscard]] std::vector<std::string> sglang_args(const EngineContext& context);
[[nodiscard]] std::vector<std::string> trtllm_args(const EngineContext& context);

/// How that backend spells a KV cache format; nullopt if it has none of that kind. A bf16 cache is only asked for by
/// name where following the checkpoint would give another.
[[nodiscard]] std::optional<std::string_view> kv_spelling(Backend backend,
                                                          KvQuant kv,
                                                          const CheckpointQuant& checkpoint);

/// Builds one worker's command line from meanings; spellings, fixed values and availability come from the backend's
/// facts. What the backend, role or release has no flag for is left out.
class ArgBuilder {
 public:
  ArgBuilder(Backend backend, const EngineContext& context)
      : facts_(facts::backend_facts(backend)), role_(context.worker->role), release_(context.release) {}

  ArgBuilder& add(facts::FlagMeaning meaning);  ///< a switch, or the fixed value of the facts
  ArgBuilder& add(facts::FlagMeaning meaning, Value value);

  ArgBuilder& add_if(bool condition, facts::FlagMeaning meaning) { return condition ? add(meaning) : *this; }

  /// A key of the engine's own settings, as a dotted path; only for backends that take such.
  ArgBuilder& override_setting(std::string_view path, Value value);
  /// The finished line; overrides come last as one JSON object.
  [[nodiscard]] std::vector<std::string> take();

 private:
  const facts::BackendFacts& facts_;
  Role role_;
  std::optional<facts::RuntimeRelease> release_;
  std::vector<std::string> args_;
  Value overrides_;
};

/// The checkpoint says how it is quantised; formats it does not say were modelled as converted while loading.
[[nodiscard]] bool quantised_on_load(const EngineContext& context);

[[nodiscard]] int round_up(int value, int multiple);

}  // namespace dynamo::emit

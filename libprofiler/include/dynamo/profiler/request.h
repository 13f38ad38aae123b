#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "dynamo/profiler/diagnostic.h"
#include "dynamo/profiler/document.h"
#include "dynamo/profiler/facts.h"

namespace dynamo {

/// A field that may be absent, written as null, or written with a value: DGDR rules tell the three apart.
template <typename T>
struct Field {
  enum class State { kAbsent, kNull, kSet };
  State state = State::kAbsent;
  T value{};
  SourceMark mark;          ///< of the value
  SourceMark key_mark;      ///< of its key
  bool malformed = false;   ///< written with a wrong type: reported by decoding, so no rule reports it as missing

  [[nodiscard]] bool set() const { return state == State::kSet; }
  [[nodiscard]] T value_or(T fallback) const { return set() ? value : fallback; }
};

/// `spec` of a DynamoGraphDeploymentRequest v1beta1, as written: nothing defaulted, nothing judged.
struct RequestSpec {
  struct Workload { Field<std::int64_t> isl, osl; Field<double> request_rate, concurrency; };
  struct Sla { Field<double> ttft, itl, e2e_latency; Field<std::string> optimization_type; };
  struct Hardware {
    Field<std::string> gpu_sku;
    Field<double> vram_mb;
    Field<std::int64_t> total_gpus, gpus_per_node;
    SourceMark mark;                 ///< of the key `hardware`
  };
  struct ModelCache { Field<std::string> pvc_name, pvc_model_path, pvc_mount_path; };

  std::string source;
  std::string name;                  ///< metadata.name; empty for a bare spec
  std::string namespace_name;        ///< metadata.namespace; empty if absent
  Field<std::string> model, backend, image, search_strategy;
  Field<bool> auto_apply;
  Workload workload;
  Sla sla;
  Hardware hardware;
  ModelCache model_cache;
  Field<bool> mocker_enabled;
  Field<Value> planner;              ///< features.planner, untouched
  Field<Value> overrides_dgd;        ///< overrides.dgd, untouched
  Field<Value> overrides_profiling_job;
  Field<std::string> runtime_version_override;
  Field<bool> trust_remote_code;     ///< overrides.trustRemoteCode
  Field<bool> kv_router_enabled;     ///< features.kvRouter.enabled
  SourceMark mark;                   ///< where the spec begins: stands in for fields that are missing
  std::string path_prefix = "spec";  ///< "" for a bare spec: prefix of field paths in diagnostics
};

enum class SearchStrategy { kRapid, kThorough };
enum class PickingMode { kDefault, kLoadMatch, kAutoscale };
[[nodiscard]] std::string_view name_of(PickingMode mode);

/// A request that kept every rule, with defaults applied. Only `validate_request` makes one.
struct ValidatedRequest {
  std::string name;                        ///< of the DGDR; `dynamo` if the request has none
  std::string namespace_name;
  ModelSpec model;
  std::string model_name;                  ///< as written: what the engines serve
  const SystemSpec* system = nullptr;
  std::vector<Backend> backends;           ///< one, or all three for `auto`, in the order trtllm, sglang, vllm
  std::string image;                       ///< empty = the default of the backend
  SearchStrategy strategy = SearchStrategy::kRapid;
  bool auto_apply = true;
  std::int64_t isl = 4000, osl = 1000;     ///< tokens
  std::optional<double> ttft_ms, itl_ms;   ///< both set, or `e2e_ms`
  std::optional<double> e2e_ms;
  std::optional<double> request_rate;      ///< requests per second
  std::optional<double> concurrency;       ///< requests in flight
  int total_gpus = 8;
  int gpus_per_node = 8;
  double vram_bytes = 0;
  std::string pvc_name, pvc_model_path, pvc_mount_path;   ///< empty = no model cache
  bool mocker = false;
  Value planner;                           ///< null = no planner
  bool planner_scaling = false;            ///< planner present with some scaling enabled
  Value overrides_dgd;
  Value overrides_profiling_job;
  std::string runtime_version_override;    ///< empty = none
  bool trust_remote_code = false;
  bool kv_router = false;
  PickingMode picking = PickingMode::kDefault;
  std::string perf_version = "current";    ///< slot or literal
  /// Which values were not written by the user: (field path, value, origin), e.g. ("spec.sla.ttft", "2000", "default").
  struct Origin { std::string path, value, origin; };
  std::vector<Origin> origins;
};

/// Finds model configurations that are not built in. Implemented at the edges (files, Hugging Face cache).
class ModelSource {
 public:
  virtual ~ModelSource() = default;
  /// `id` as written in the request: a model id, a directory or a `config.json`. Code kMissingData = there is no such
  /// model; any other error says what is wrong with the one found.
  [[nodiscard]] virtual std::expected<ModelSpec, Diagnostics> find(const std::string& id) const = 0;
};

/// Reads `document` (a full custom resource or a bare spec) field by field. Wrong types and unknown keys are reported, all of
/// them; what could be read is kept.
[[nodiscard]] RequestSpec decode_request(const Document& document, Diagnostics& diagnostics);

/// What a caller may fix beside the document.
struct ValidateOptions {
  std::string perf_version = "current";
  const ModelSource* models = nullptr;     ///< nullptr = built-in models only
  bool nulls_pruned = false;               ///< at admission: the API server has dropped explicit nulls
  bool job = false;                        ///< in the profiling Job: `auto` under a planner is vLLM, its own default
  std::string name = {};                   ///< of the DGDR, for a bare spec; empty = none
};

/// Applies every rule of the DGDR. Either a request or at least one error; warnings in both cases.
struct ValidateResult {
  std::optional<ValidatedRequest> request;
  Diagnostics diagnostics;
};
[[nodiscard]] ValidateResult validate_request(const RequestSpec& spec, const ValidateOptions& options = {});

/// Decodes and validates. Diagnostics of both in document order; no request as soon as either found an error.
[[nodiscard]] ValidateResult check_document(const Document& document, const ValidateOptions& options = {});

}  // namespace dynamo

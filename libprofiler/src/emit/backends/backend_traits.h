#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "dynamo/profiler/facts.h"
#include "dynamo/profiler/quantization.h"

namespace dynamo::emit {

struct ServiceNames {
  std::string_view aggregated, prefill, decode;
};

/// Short names for where the usual ones do not fit.
inline constexpr ServiceNames kRoleNames = {"worker", "prefill", "decode"};

/// Spellings of one backend's flags; empty = the backend has none.
struct FlagNames {
  std::string_view model, served_name;
  std::string_view tensor_parallel, pipeline_parallel, data_parallel, expert_parallel;
  std::string_view batch, step_tokens, sequence, memory_fraction, kv_dtype;
  std::string_view disaggregation;
};

/// What the deployment needs to know of a backend.
struct BackendTraits {
  std::string_view runtime_image;   ///< last component of the image's path
  std::string_view module;          ///< `python3 -m …`
  std::string_view working_dir;
  ServiceNames services;
  FlagNames flags;
  std::vector<std::pair<KvQuant, std::string_view>> kv_spellings;
};

[[nodiscard]] const BackendTraits& traits_of(Backend backend);

/// How that backend spells a KV cache format; nullopt if it has none of that kind. `auto` follows the checkpoint, so bf16 is
/// only spelled out where the checkpoint asks for something else.
[[nodiscard]] std::optional<std::string_view> kv_spelling(Backend backend, KvQuant kv, const CheckpointQuant& checkpoint);

/// The image of a request that names none.
inline constexpr std::string_view kDefaultImagePrefix = "nvcr.io/nvidia/ai-dynamo/";
inline constexpr std::string_view kDefaultImageTag = "1.3.0";   ///< its engines are nearest to the measured versions

}  // namespace dynamo::emit

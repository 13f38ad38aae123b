#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "dynamo/profiler/request_flags.h"

namespace dynamo::cli {

/// A flag that stands for one field of the request, and where its value goes.
struct RequestField {
  const char* flag;   ///< as CLI11 wants it, e.g. `-n,--namespace`
  const char* help;
  std::variant<std::optional<std::string> FlagValues::*, std::optional<std::int64_t> FlagValues::*,
               std::optional<double> FlagValues::*>
      target;
};

inline const std::array kRequestFields = {
    RequestField{"--model", "model id, directory or config.json", &FlagValues::model},
    RequestField{"--backend", "trtllm, vllm, sglang or auto", &FlagValues::backend},
    RequestField{"--gpu", "GPU in any common spelling", &FlagValues::gpu},
    RequestField{"--gpus", "GPUs in total", &FlagValues::gpus},
    RequestField{"--gpus-per-node", "GPUs of one node", &FlagValues::gpus_per_node},
    RequestField{"--isl", "input length, tokens", &FlagValues::isl},
    RequestField{"--osl", "output length, tokens", &FlagValues::osl},
    RequestField{"--ttft", "target: time to first token, ms", &FlagValues::ttft},
    RequestField{"--itl", "target: time between tokens, ms", &FlagValues::itl},
    RequestField{"--e2e-latency", "target: whole request, ms; replaces --ttft and --itl", &FlagValues::e2e_latency},
    RequestField{"--request-rate", "load to carry, requests per second", &FlagValues::request_rate},
    RequestField{"--concurrency", "load to carry, requests in flight", &FlagValues::concurrency},
    RequestField{"--search-strategy", "rapid or thorough", &FlagValues::strategy},
    RequestField{"--image", "container image of the workers", &FlagValues::image},
    RequestField{"--name", "name of the request", &FlagValues::name},
    RequestField{"-n,--namespace", "namespace of the request", &FlagValues::namespace_name},
};

}  // namespace dynamo::cli

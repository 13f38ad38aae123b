#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "unit/decide/requests.h"

// Requests at random, for what has to hold for every one.

namespace dynamo::toy {

/// A small GPU, so that memory decides which layouts there are.
inline SystemSpec small_system() {
  SystemSpec spec = system();
  spec.name = "small";
  spec.mem_capacity_bytes = 5 * kGib;
  spec.gpus_per_node = 8;
  return spec;
}

inline ModelSpec deep_model() {
  ModelSpec model = toy::model();
  model.id = "toy/deep";
  model.layers = 24;
  model.hidden = 2048;
  model.heads = 16;
  model.kv_heads = 8;
  model.intermediate = 8192;
  return model;
}

inline ModelSpec experts_model() {
  ModelSpec model = toy::model();
  model.id = "toy/experts";
  model.architecture = "Qwen3MoeForCausalLM";
  model.family = Family::kMoe;
  model.experts = 16;
  model.experts_per_token = 2;
  model.moe_intermediate = 1024;
  return model;
}

/// Requests of all picking modes, over models, GPUs and backends.
class RandomRequests {
 public:
  explicit RandomRequests(unsigned seed) : random_(seed) {}

  [[nodiscard]] ValidatedRequest next() {
    const Backend backend = all_backends()[below(3)];
    ValidatedRequest request = toy::request({backend}, one_of({1, 2, 3, 4, 6, 8, 12, 16}));
    if (below(5) == 0) request.backends = all_backends();
    request.model = models_[below(models_.size())];
    request.model_name = request.model.id;
    request.system = &systems_[below(systems_.size())];
    request.gpus_per_node = request.system->gpus_per_node;
    request.vram_bytes = request.system->mem_capacity_bytes;
    std::tie(request.isl, request.osl) = loads_[below(loads_.size())];
    set_targets(request);
    set_picking(request);
    return request;
  }

 private:
  [[nodiscard]] std::size_t below(std::size_t count) { return random_() % count; }
  [[nodiscard]] int one_of(std::initializer_list<int> choices) { return choices.begin()[below(choices.size())]; }

  [[nodiscard]] double between(double low, double high) {
    const double share = static_cast<double>(below(1000)) / 1000.0;
    return std::nearbyint(low * std::pow(high / low, share) * 1000) / 1000;
  }

  void set_targets(ValidatedRequest& request) {
    if (below(5) == 0) {
      request.ttft_ms.reset();
      request.itl_ms.reset();
      request.e2e_ms = between(50, 3000);
      return;
    }
    request.ttft_ms = between(4, 300);
    request.itl_ms = below(2) == 0 ? one_of({1, 2, 5, 10, 20}) : between(0.3, 20);
  }

  void set_picking(ValidatedRequest& request) {
    switch (below(6)) {
      case 0:
        request.picking = PickingMode::kLoadMatch;
        request.request_rate = between(1, 400);
        break;
      case 1:
        request.picking = PickingMode::kLoadMatch;
        request.concurrency = between(2, 800);
        break;
      case 2:
        request.picking = PickingMode::kAutoscale;
        request.total_gpus = std::max(request.total_gpus, 2);
        break;
      default: break;
    }
  }

  inline static const std::vector<std::pair<int, int>> loads_ = {{256, 128}, {2048, 32}, {4000, 500}};
  inline static const std::vector<ModelSpec> models_ = {model(), deep_model(), experts_model()};
  inline static const std::vector<SystemSpec> systems_ = {system(), small_system()};
  std::mt19937 random_;
};

/// Tables of both GPUs for every backend.
inline void add_packs_for_random_requests(Packs& packs) {
  for (const Backend backend : all_backends()) {
    for (const char* system : {"toy", "small"}) packs.add(backend, "1.0.0", whole_set("lane", 0.5), true, system);
  }
}

inline std::string description(const ValidatedRequest& request) {
  std::string out = request.model_name + " on " + std::to_string(request.total_gpus) + " " + request.system->name + ", picking " +
                    std::to_string(static_cast<int>(request.picking)) + ", " +
                    (request.backends.size() > 1 ? "all backends" : std::string(name_of(request.backends.front()))) + ", isl " +
                    std::to_string(request.isl) + ", osl " + std::to_string(request.osl);
  const auto add = [&](const char* name, const std::optional<double>& value) {
    if (value) out += std::string(", ") + name + " " + std::to_string(*value);
  };
  add("ttft", request.ttft_ms);
  add("itl", request.itl_ms);
  add("e2e", request.e2e_ms);
  add("rate", request.request_rate);
  add("concurrency", request.concurrency);
  return out;
}

/// More requests, and others, by hand: DYNAMO_PROPERTY_REQUESTS=1000 DYNAMO_PROPERTY_SEED=7.
inline unsigned setting(const char* name, unsigned usual) {
  const char* text = std::getenv(name);
  return text == nullptr ? usual : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

}  // namespace dynamo::toy

#include <algorithm>

#include "explain/sections.h"
#include "text/number_text.h"

namespace dynamo::explain {
namespace {

constexpr double kMib = 1024.0 * 1024.0;

Value number_or_null(const std::optional<double>& number) { return number ? Value(*number) : Value(); }

std::string backends_text(const ValidatedRequest& request) {
  std::string text;
  for (const Backend backend : request.backends) text += (text.empty() ? "" : ", ") + std::string(name_of(backend));
  return text;
}

/// One word for where a value comes from; the rules' own words say more.
std::string origin_kind(const std::string& words) {
  for (const char* kind : {"default", "discovered", "capped", "normalised"}) {
    if (words.starts_with(kind)) return kind;
  }
  return "derived";
}

class Inputs {
 public:
  explicit Inputs(const ValidatedRequest& request) : request_(request) {}

  void add(const std::string& field, std::string value) {
    if (value.empty()) return;
    // Paths of a bare spec have no prefix.
    const auto origin = std::ranges::find_if(request_.origins, [&](const ValidatedRequest::Origin& known) {
      return known.path == field || known.path == "spec." + field;
    });
    const bool written = origin == request_.origins.end();
    push("spec." + field, std::move(value), written ? "spec" : origin_kind(origin->origin), written ? "" : origin->origin);
  }

  /// Values that a rule changed but that are not among the everyday fields, e.g. of the planner.
  void add_others() {
    for (const ValidatedRequest::Origin& origin : request_.origins) {
      const std::string path = origin.path.starts_with("spec") ? origin.path : "spec." + origin.path;
      const bool known = std::ranges::any_of(items_, [&](const Value& item) { return *item.find("path") == Value(path); });
      if (!known) push(path, origin.value, origin_kind(origin.origin), origin.origin);
    }
  }

  void push(const std::string& path, std::string value, const std::string& origin, const std::string& detail) {
    Value item;
    item.set("path", path);
    item.set("value", std::move(value));
    item.set("origin", origin);
    item.set("detail", detail == origin ? "" : detail);
    items_.push_back(std::move(item));
  }

  [[nodiscard]] Array take() { return std::move(items_); }

 private:
  const ValidatedRequest& request_;
  Array items_;
};

std::string text_of(const std::optional<double>& number) { return number ? shortest(*number) : std::string(); }

}  // namespace

Value inputs_of(const ValidatedRequest& request) {
  Inputs inputs(request);
  inputs.add("model", request.model_name);
  inputs.add("backend", backends_text(request));
  inputs.add("workload.isl", std::to_string(request.isl));
  inputs.add("workload.osl", std::to_string(request.osl));
  inputs.add("workload.requestRate", text_of(request.request_rate));
  inputs.add("workload.concurrency", text_of(request.concurrency));
  inputs.add("sla.ttft", text_of(request.ttft_ms));
  inputs.add("sla.itl", text_of(request.itl_ms));
  inputs.add("sla.e2eLatency", text_of(request.e2e_ms));
  inputs.add("hardware.gpuSku", request.system->name);
  inputs.add("hardware.totalGpus", std::to_string(request.total_gpus));
  inputs.add("hardware.numGpusPerNode", std::to_string(request.gpus_per_node));
  inputs.add("hardware.vramMb", shortest(request.vram_bytes / kMib));
  inputs.add("searchStrategy", request.strategy == SearchStrategy::kRapid ? "rapid" : "thorough");
  inputs.add_others();
  return inputs.take();
}

Value request_of(const ValidatedRequest& request) {
  constexpr double kGib = kMib * 1024.0;
  Value value;
  value.set("model", request.model_name);
  value.set("gpu", request.system->name);
  value.set("totalGpus", request.total_gpus);
  value.set("gpusPerNode", request.gpus_per_node);
  value.set("gpuMemoryGiB", (request.vram_bytes > 0 ? request.vram_bytes : request.system->mem_capacity_bytes) / kGib);
  Array backends;
  for (const Backend backend : request.backends) backends.push_back(std::string(name_of(backend)));
  value.set("backends", std::move(backends));
  value.set("isl", request.isl);
  value.set("osl", request.osl);
  value.set("ttftMs", number_or_null(request.ttft_ms));
  value.set("itlMs", number_or_null(request.itl_ms));
  value.set("e2eLatencyMs", number_or_null(request.e2e_ms));
  value.set("requestRate", number_or_null(request.request_rate));
  value.set("concurrency", number_or_null(request.concurrency));
  value.set("pickingMode", std::string(name_of(request.picking)));
  value.set("perfVersion", request.perf_version);
  return value;
}

}  // namespace dynamo::explain

#include "render/what_if_value.h"

#include <algorithm>
#include <cmath>

#include "render/cost_value.h"
#include "render/diagnostics.h"
#include "render/report_value.h"
#include "render/tree.h"

namespace dynamo::cli {
namespace {

std::string text(std::string_view view) { return std::string(view); }

Value optional_number(const std::optional<double>& number) { return number ? Value(*number) : Value(); }

Value pick_summary(const Pick& pick, bool moe) {
  const Estimate& unit = pick.unit;
  Value value;
  value.set("servingMode", text(name_of(unit.mode)));
  value.set("layout", layout_text(pick, moe));
  value.set("backend", text(name_of(unit.decode.backend)));
  value.set("batch", unit.decode.batch);
  value.set("gpus", pick.gpus_used);
  value.set("ttftMs", unit.ttft_ms);
  value.set("itlMs", unit.tpot_ms);
  value.set("requestLatencyMs", unit.request_latency_ms);
  value.set("tokensPerSecondPerGpu", unit.tokens_per_s_gpu);
  value.set("tokensPerSecondPerGpuOfBudget", pick.tokens_per_s_gpu_cluster);
  value.set("tokensPerSecond", unit.tokens_per_s * pick.replicas);
  value.set("requestsPerSecond", unit.seq_per_s * pick.replicas);
  value.set("loadServedPercent", pick.load_served_percent);
  value.set("memoryGiBPerGpu", unit.decode.memory_gib);
  return value;
}

Value missed_value(const PickReport& report) {
  Array missed;
  const auto add = [&](const char* name, const std::optional<double>& best) {
    if (!best) return;
    Value item;
    item.set("name", name);
    item.set("bestMs", *best);
    missed.push_back(std::move(item));
  };
  add("ttft", report.best_ttft_ms);
  add("itl", report.best_itl_ms);
  add("e2eLatency", report.best_e2e_ms);
  return Value(std::move(missed));
}

const Pick* pick_of(const WhatIfRow& row) {
  const bool predicted = row.report && row.report->chosen && !row.report->naive;
  return predicted ? &*row.report->chosen : nullptr;
}

/// In percent; nothing when there is nothing to compare with.
Value percent_change(double now, double before) {
  return before > 0 && std::isfinite(now) ? Value((now / before - 1) * 100) : Value();
}

Value change_value(const Pick& now, const Pick& before, bool moe_now, bool moe_before) {
  Value value;
  value.set("layout", layout_text(now, moe_now) != layout_text(before, moe_before) || now.unit.mode != before.unit.mode);
  value.set("gpus", now.gpus_used - before.gpus_used);
  value.set("tokensPerSecondPerGpuPercent",
            percent_change(now.tokens_per_s_gpu_cluster, before.tokens_per_s_gpu_cluster));
  value.set("ttftPercent", percent_change(now.unit.ttft_ms, before.unit.ttft_ms));
  value.set("itlPercent", percent_change(now.unit.tpot_ms, before.unit.tpot_ms));
  return value;
}

std::string problem_of(const WhatIfRow& row) {
  for (const Diagnostic& found : row.diagnostics.items()) {
    if (found.severity == Severity::kError) return (found.path.empty() ? "" : found.path + ": ") + found.reason;
  }
  return row.report && row.report->naive ? "no performance data: " + row.report->provenance.tables : "";
}

/// Rows of a comparison, all against one baseline.
class RowWriter {
 public:
  RowWriter(const WhatIf& result, const std::vector<Variation>& variations, const GpuPrices& prices)
      : result_(result), variations_(variations), prices_(prices) {}

  [[nodiscard]] Value row(const WhatIfRow& row) const {
    Value value;
    Value set{Object{}};
    for (std::size_t i = 0; i < row.values.size(); ++i) set.set(variations_[i].path, row.values[i]);
    value.set("set", std::move(set));
    const bool known = row.request && row.request->system != nullptr;
    value.set("gpu", known ? Value(row.request->system->name) : Value());
    value.set("totalGpus", row.request ? Value(row.request->total_gpus) : Value());
    const Pick* pick = pick_of(row);
    value.set("pick", pick == nullptr ? Value() : pick_summary(*pick, row.request->model.is_moe()));
    value.set("slaMet", pick == nullptr ? Value() : Value(row.report->sla_met));
    value.set("missed", pick == nullptr ? Value(Array{}) : missed_value(*row.report));
    value.set("cost", cost_of(row));
    value.set("gpusNeeded", row.carrier ? Value(row.carrier->gpus_used) : Value());
    value.set("carrier", row.carrier ? pick_summary(*row.carrier, row.request->model.is_moe()) : Value());
    const Pick* before = pick_of(result_.baseline);
    const bool compare = pick != nullptr && before != nullptr && !row.values.empty();
    value.set("change", compare ? change(row, *pick, *before) : Value());
    value.set("problem", problem_of(row));
    value.set("diagnostics", diagnostics_value(row.diagnostics));
    return value;
  }

 private:
  [[nodiscard]] Value cost_of(const WhatIfRow& row) const {
    const Pick* pick = pick_of(row);
    if (pick == nullptr || row.request->system == nullptr) return {};
    const std::optional<double> price = prices_.of(row.request->system->name);
    return price ? cost_value(*price, dynamo::cost_of(*price, *pick, *row.request)) : Value();
  }

  [[nodiscard]] Value change(const WhatIfRow& row, const Pick& pick, const Pick& before) const {
    Value value = change_value(pick, before, row.request->model.is_moe(), result_.baseline.request->model.is_moe());
    const Value now = cost_of(row), then = cost_of(result_.baseline);
    const bool priced = !now.is_null() && !then.is_null();
    value.set("costPerTokenPercent", priced ? percent_change(number_at(now, {"perMillionTokens"}), number_at(then, {"perMillionTokens"})) : Value());
    return value;
  }

  const WhatIf& result_;
  const std::vector<Variation>& variations_;
  const GpuPrices& prices_;
};

/// What the request itself says of a varied field, as far as it can be told.
Value submitted(const std::optional<ValidatedRequest>& request, const std::string& path) {
  if (!request) return {};
  const ValidatedRequest& r = *request;
  const std::string name = path.starts_with("spec.") ? path.substr(5) : path;
  if (name == "sla.ttft") return optional_number(r.ttft_ms);
  if (name == "sla.itl") return optional_number(r.itl_ms);
  if (name == "sla.e2eLatency") return optional_number(r.e2e_ms);
  if (name == "hardware.totalGpus") return r.total_gpus;
  if (name == "hardware.numGpusPerNode") return r.gpus_per_node;
  if (name == "hardware.gpuSku") return r.system == nullptr ? Value() : Value(r.system->name);
  if (name == "workload.isl") return r.isl;
  if (name == "workload.osl") return r.osl;
  if (name == "workload.requestRate") return optional_number(r.request_rate);
  if (name == "workload.concurrency") return optional_number(r.concurrency);
  if (name == "model") return r.model_name;
  if (name == "backend") return r.backends.size() == 1 ? Value(text(name_of(r.backends.front()))) : Value("auto");
  return {};
}

}  // namespace

Value what_if_value(const WhatIf& result, const std::vector<Variation>& variations, const GpuPrices& prices,
                    const std::string& source) {
  Value value;
  value.set("apiVersion", kReportApiVersion);
  value.set("kind", "WhatIf");
  value.set("source", source);
  value.set("name", result.baseline.request ? Value(result.baseline.request->name) : Value(source));
  Array varied;
  for (const Variation& variation : variations) {
    Value item;
    item.set("path", variation.path);
    item.set("submitted", submitted(result.baseline.request, variation.path));
    item.set("values", Array(variation.values.begin(), variation.values.end()));
    varied.push_back(std::move(item));
  }
  value.set("variations", std::move(varied));
  Value load;
  load.set("requestRate", optional_number(result.request_rate));
  load.set("concurrency", optional_number(result.concurrency));
  value.set("load", std::move(load));
  const RowWriter writer(result, variations, prices);
  value.set("baseline", writer.row(result.baseline));
  Array rows;
  for (const WhatIfRow& row : result.rows) rows.push_back(writer.row(row));
  value.set("rows", std::move(rows));
  return value;
}

}  // namespace dynamo::cli

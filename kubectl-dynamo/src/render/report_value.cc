#include "render/report_value.h"

#include <algorithm>

#include "dynamo/profiler/explain.h"
#include "render/diagnostics.h"

namespace dynamo::cli {
namespace {

constexpr double kGib = 1024.0 * 1024.0 * 1024.0;

std::string text(std::string_view view) { return std::string(view); }

Value optional_number(const std::optional<double>& number) { return number ? Value(*number) : Value(); }

using Context = ValueContext;

Array picks_value(const std::vector<Pick>& picks, const Context& context) {
  Array array;
  for (const Pick& pick : picks) array.push_back(pick_value(pick, context));
  return array;
}

Value dropped_value(const Infeasible& dropped, const Context& context) {
  Value value;
  value.set("role", dropped.role);
  value.set("layout", dropped.parallel.label(context.moe));
  value.set("batch", dropped.batch);
  value.set("contextTokensPerStep", dropped.ctx_tokens);
  value.set("reason", text(name_of(dropped.reason)));
  value.set("value", dropped.value);
  value.set("limit", dropped.limit);
  value.set("detail", dropped.detail);
  value.set("count", dropped.count);
  return value;
}

Value search_value(const SearchSummary& search, const Context& context) {
  Value value;
  value.set("servingMode", text(name_of(search.mode)));
  value.set("backend", text(name_of(search.backend)));
  value.set("version", search.version);
  value.set("quantization", quant_value(search.quant));
  value.set("enumerated", search.enumerated);
  value.set("feasible", search.feasible);
  value.set("error", search.error);
  Array dropped;
  for (const Infeasible& item : search.dropped) dropped.push_back(dropped_value(item, context));
  value.set("dropped", std::move(dropped));
  return value;
}

Value funnel_value(const PickReport& report) {
  std::int64_t enumerated = 0, feasible = 0, dropped = 0;
  for (const SearchSummary& search : report.searches) {
    enumerated += search.enumerated;
    feasible += search.feasible;
    for (const Infeasible& item : search.dropped) dropped += item.count;
  }
  Value value;
  value.set("enumerated", enumerated);
  value.set("feasible", feasible);
  value.set("dropped", dropped);
  return value;
}

Value request_value(const ValidatedRequest& request) {
  Value value;
  value.set("model", request.model_name);
  value.set("gpu", request.system == nullptr ? Value() : Value(request.system->name));
  value.set("totalGpus", request.total_gpus);
  value.set("gpusPerNode", request.gpus_per_node);
  const double bytes = request.vram_bytes > 0        ? request.vram_bytes
                       : request.system != nullptr ? request.system->mem_capacity_bytes
                                                   : 0;
  value.set("gpuMemoryGiB", bytes / kGib);
  Array backends;
  for (const Backend backend : request.backends) backends.push_back(text(name_of(backend)));
  value.set("backends", std::move(backends));
  value.set("isl", request.isl);
  value.set("osl", request.osl);
  value.set("ttftMs", optional_number(request.ttft_ms));
  value.set("itlMs", optional_number(request.itl_ms));
  value.set("e2eLatencyMs", optional_number(request.e2e_ms));
  value.set("requestRate", optional_number(request.request_rate));
  value.set("concurrency", optional_number(request.concurrency));
  value.set("perfVersion", request.perf_version);
  Array origins;
  for (const ValidatedRequest::Origin& origin : request.origins) {
    Value item;
    item.set("path", origin.path);
    item.set("value", origin.value);
    item.set("origin", origin.origin);
    origins.push_back(std::move(item));
  }
  value.set("notWrittenByUser", std::move(origins));
  return value;
}

struct Target {
  std::string_view name;
  double predicted = 0;
  std::optional<double> wanted, achievable;
};

/// The target nearest to its limit, if the pick uses more than nine tenths of it.
std::string_view binding_of(const std::vector<Target>& targets) {
  std::string_view name;
  double nearest = 0.9;
  for (const Target& target : targets) {
    if (!target.wanted || *target.wanted <= 0) continue;
    const double share = target.predicted / *target.wanted;
    if (share >= nearest) {
      nearest = share;
      name = target.name;
    }
  }
  return name;
}

Value sla_value(const ValidatedRequest& request, const PickReport& report) {
  std::vector<Target> targets = {{"ttft", 0, request.ttft_ms, report.best_ttft_ms},
                                 {"itl", 0, request.itl_ms, report.best_itl_ms},
                                 {"e2eLatency", 0, request.e2e_ms, report.best_e2e_ms}};
  if (report.chosen) {
    targets[0].predicted = report.chosen->unit.ttft_ms;
    targets[1].predicted = report.chosen->unit.tpot_ms;
    targets[2].predicted = report.chosen->unit.request_latency_ms;
  }
  Value value;
  value.set("met", report.naive ? Value() : Value(report.sla_met));
  value.set("binding", report.naive ? "" : text(binding_of(targets)));
  Array items;
  for (const Target& target : targets) {
    if (!target.wanted) continue;
    Value item;
    item.set("name", text(target.name));
    item.set("submittedMs", *target.wanted);
    item.set("effectiveMs", target.achievable ? *target.achievable : *target.wanted);
    item.set("missed", target.achievable.has_value());
    items.push_back(std::move(item));
  }
  value.set("targets", std::move(items));
  return value;
}

void add_decision(const PickReport& report, const Context& context, Value& value) {
  value.set("pickingMode", text(name_of(report.mode)));
  value.set("unverified", report.naive);
  value.set("chosen", report.chosen ? pick_value(*report.chosen, context) : Value());
  value.set("ranked", picks_value(report.ranked, context));
  value.set("aggregated", picks_value(report.aggregated, context));
  value.set("disaggregated", picks_value(report.disaggregated, context));
  value.set("funnel", funnel_value(report));
  Array searches;
  for (const SearchSummary& search : report.searches) searches.push_back(search_value(search, context));
  value.set("searches", std::move(searches));
  value.set("provenance", provenance_value(report.provenance));
}

}  // namespace

Value report_value(const ProfileResult& result, const std::string& source) {
  Value value;
  value.set("apiVersion", kReportApiVersion);
  value.set("kind", "ProfileReport");
  value.set("source", source);
  if (result.request) {
    value.set("name", result.request->name);
    value.set("namespace", result.request->namespace_name);
    value.set("request", request_value(*result.request));
  }
  if (result.request && result.report) {
    const Context context{result.request->model.is_moe(), result.report->naive};
    value.set("sla", sla_value(*result.request, *result.report));
    add_decision(*result.report, context, value);
  }
  value.set("documents", Array(result.deployment.documents.begin(), result.deployment.documents.end()));
  value.set("diagnostics", diagnostics_value(result.diagnostics));
  return value;
}

Value report_list(std::vector<Value> reports, const std::string& kind) {
  if (reports.size() == 1) return std::move(reports.front());
  Value list;
  list.set("apiVersion", kReportApiVersion);
  list.set("kind", kind);
  list.set("items", Array(std::make_move_iterator(reports.begin()), std::make_move_iterator(reports.end())));
  return list;
}

}  // namespace dynamo::cli

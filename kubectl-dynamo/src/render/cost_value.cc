#include "render/cost_value.h"

#include "render/tree.h"

namespace dynamo::cli {
namespace {

void add_costs(const std::vector<Pick>& picks, double price, const ValidatedRequest& request, Value* values) {
  Array* array = values == nullptr ? nullptr : values->as_array();
  for (std::size_t i = 0; array != nullptr && i < array->size() && i < picks.size(); ++i) {
    (*array)[i].set("cost", cost_value(price, picks[i], request));
  }
}

Value value_of(double gpu_hour, const Cost& cost) {
  Value value;
  value.set("perGpuHour", gpu_hour);
  value.set("perHour", cost.per_hour);
  value.set("perMillionTokens", cost.per_million_tokens);
  return value;
}

/// Every object that is a choice or a pick, however deep.
void add_to_choices(double price, const ValidatedRequest& request, Value& value) {
  if (Array* items = value.as_array()) {
    for (Value& item : *items) add_to_choices(price, request, item);
  }
  if (value.as_object() == nullptr) return;
  for (Member& member : *value.as_object()) add_to_choices(price, request, member.value);
  const Value* total = value.find("total");
  const Value& numbers = total == nullptr ? value : *total;
  if (value.find("replicas") == nullptr || !has_number(numbers, {"gpus"}) || !has_number(numbers, {"tokensPerSecond"})) return;
  value.set("cost", value_of(price, cost_of(price, static_cast<int>(integer_at(numbers, {"gpus"})), number_at(numbers, {"tokensPerSecond"}), request)));
}

}  // namespace

Value cost_value(double gpu_hour, const Pick& pick, const ValidatedRequest& request) {
  return value_of(gpu_hour, cost_of(gpu_hour, pick, request));
}

void add_costs(const ProfileResult& result, const GpuPrices& prices, Value& report) {
  if (!result.request || !result.report || result.report->naive || result.request->system == nullptr) return;
  const std::optional<double> price = prices.of(result.request->system->name);
  if (!price) return;
  const ValidatedRequest& request = *result.request;
  if (Value* chosen = report.find("chosen"); chosen != nullptr && result.report->chosen) {
    chosen->set("cost", cost_value(*price, *result.report->chosen, request));
  }
  add_costs(result.report->ranked, *price, request, report.find("ranked"));
  add_costs(result.report->aggregated, *price, request, report.find("aggregated"));
  add_costs(result.report->disaggregated, *price, request, report.find("disaggregated"));
}

void add_costs(const ValidatedRequest& request, const GpuPrices& prices, Value& explanation) {
  const std::optional<double> price = request.system == nullptr ? std::nullopt : prices.of(request.system->name);
  if (price) add_to_choices(*price, request, explanation);
}

}  // namespace dynamo::cli

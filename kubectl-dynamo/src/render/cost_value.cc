#include "render/cost_value.h"

namespace dynamo::cli {
namespace {

void add_costs(const std::vector<Pick>& picks, double price, const ValidatedRequest& request, Value* values) {
  Array* array = values == nullptr ? nullptr : values->as_array();
  for (std::size_t i = 0; array != nullptr && i < array->size() && i < picks.size(); ++i) {
    (*array)[i].set("cost", cost_value(price, cost_of(price, picks[i], request)));
  }
}

}  // namespace

Value cost_value(double gpu_hour, const Cost& cost) {
  Value value;
  value.set("perGpuHour", gpu_hour);
  value.set("perHour", cost.per_hour);
  value.set("perMillionTokens", cost.per_million_tokens);
  return value;
}


void add_costs(const ProfileResult& result, const GpuPrices& prices, Value& report) {
  if (!result.request || !result.report || result.report->naive || result.request->system == nullptr) return;
  const std::optional<double> price = prices.of(result.request->system->name);
  if (!price) return;
  const ValidatedRequest& request = *result.request;
  if (Value* chosen = report.find("chosen"); chosen != nullptr && result.report->chosen) {
    chosen->set("cost", cost_value(*price, cost_of(*price, *result.report->chosen, request)));
  }
  add_costs(result.report->ranked, *price, request, report.find("ranked"));
  add_costs(result.report->aggregated, *price, request, report.find("aggregated"));
  add_costs(result.report->disaggregated, *price, request, report.find("disaggregated"));
}

}  // namespace dynamo::cli

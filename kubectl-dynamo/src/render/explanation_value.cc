#include "render/explanation_value.h"

#include "render/cost_value.h"
#include "render/points_value.h"
#include "render/tree.h"

namespace dynamo::cli {
namespace {

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
  value.set("cost", cost_value(price, cost_of(price, static_cast<int>(integer_at(numbers, {"gpus"})), number_at(numbers, {"tokensPerSecond"}), request)));
}

}  // namespace

void add_points_and_costs(const std::vector<Estimate>& rows, const ValidatedRequest& request, const GpuPrices& prices, Value& explanation) {
  const std::optional<double> price = request.system == nullptr ? std::nullopt : prices.of(request.system->name);
  if (price) add_to_choices(*price, request, explanation);
  if (!rows.empty()) explanation.set("points", points_value(rows, request, false));
}

}  // namespace dynamo::cli

#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace dynamo {

/// One key of `features.planner`, a row of planner_keys.tsv.
struct PlannerKey {
  enum class Kind { kBool, kInt, kNumber, kString, kObject, kList, kEnum, kWord };
  std::string_view name;
  Kind kind = Kind::kString;
  bool nullable = false;
  std::vector<std::string_view> values;  ///< of kEnum and kWord
  std::string_view alias;                ///< "" = none
};

extern const std::string_view kPlannerKeysTable;

[[nodiscard]] std::span<const PlannerKey> planner_keys();

/// The key of exactly that name, or nullptr.
[[nodiscard]] const PlannerKey* find_planner_key(std::string_view name);

/// The key meant by a name with the guide's `planner_` prefix, or nullptr.
[[nodiscard]] const PlannerKey* find_prefixed_planner_key(std::string_view name);

}  // namespace dynamo

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dynamo {

/// Lines of the planner that read the same configuration. Each is named after the first release it was read from.
enum class PlannerLine { k1_0, k1_1, kNewest };
inline constexpr int kPlannerLines = 3;

/// Limits of a number, both ends allowed unless `above`.
struct PlannerRange {
  double least = 0;
  std::optional<double> most;
  bool above = false;             ///< `least` itself is refused
  std::string_view text;          ///< `>0`, `>=1`, `0..100`
};

/// One key of `features.planner`, a row of planner_keys.tsv.
struct PlannerKey {
  enum class Kind { kBool, kInt, kNumber, kString, kObject, kList, kEnum, kWord };
  std::string_view name;
  Kind kind = Kind::kString;
  bool nullable = false;
  std::vector<std::string_view> values;  ///< of kEnum and kWord
  std::optional<PlannerRange> range;
  std::string_view fallback;             ///< the planner's default, as JSON
  std::string_view alias;                ///< "" = none
  std::string_view renamed;              ///< what newer planners call it; "" = the same
  enum class Use { kNone, kRead, kWritten };
  Use use[kPlannerLines] = {};           ///< kRead: accepted, but taken from the planner's environment unless it was given

  [[nodiscard]] Use in(PlannerLine line) const { return use[static_cast<int>(line)]; }
};

extern const std::string_view kPlannerKeysTable;

[[nodiscard]] std::span<const PlannerKey> planner_keys();

/// The key of exactly that name, or nullptr.
[[nodiscard]] const PlannerKey* find_planner_key(std::string_view name);

/// The key under which a line reads what another calls `key`, or nullptr when it knows no such thing.
[[nodiscard]] const PlannerKey* key_in(const PlannerKey& key, PlannerLine line);

/// Whether two keys mean the same, in planners of different age.
[[nodiscard]] bool same_meaning(const PlannerKey& a, const PlannerKey& b);

/// The key meant by a name with the guide's `planner_` prefix, or nullptr.
[[nodiscard]] const PlannerKey* find_prefixed_planner_key(std::string_view name);

}  // namespace dynamo

#pragma once

#include <string_view>
#include <vector>

namespace dynamo::testing {

/// A bare spec and a rule that it breaks, and one that keeps it. `@` stands for a model and a GPU, which all cases
/// need.
struct RuleCase {
  std::string_view rule;
  std::string_view broken;
  std::string_view kept;
};

[[nodiscard]] const std::vector<RuleCase>& rule_cases();

}  // namespace dynamo::testing

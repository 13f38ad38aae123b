#include "rules/catalog.h"

#include <algorithm>

namespace dynamo {

std::span<const Rule> rule_catalog() {
  return kRules;
}

std::span<const Rule> decision_rule_catalog() {
  return kDecisionRules;
}

const Rule* find_rule(std::string_view id) {
  for (const std::span<const Rule> rules : {rule_catalog(), decision_rule_catalog()}) {
    const auto found = std::ranges::find(rules, id, &Rule::id);
    if (found != rules.end()) {
      return &*found;
    }
  }
  return nullptr;
}

}  // namespace dynamo

#include "rules/catalog.h"

#include <algorithm>

namespace dynamo {

std::span<const Rule> rule_catalog() {
  return kRules;
}

const Rule* find_rule(std::string_view id) {
  const auto found = std::ranges::find(kRules, id, &Rule::id);
  return found == kRules.end() ? nullptr : &*found;
}

}  // namespace dynamo

#pragma once

#include <vector>

namespace dynamo {

/// Sizes that a search may use in each dimension of a layout; an empty list leaves the choice to the search.
struct LayoutSizes {
  std::vector<int> tp, pp, dp, moe_tp, moe_ep;

  [[nodiscard]] bool restricts() const {
    return !(tp.empty() && pp.empty() && dp.empty() && moe_tp.empty() && moe_ep.empty());
  }
};

}  // namespace dynamo

#include "facts/typical_efficiency.h"

#include <algorithm>
#include <cmath>

namespace dynamo::facts {

double typical_share(ProductKind kind, const QuantFacts& format) {
  const FormatSharesRow& row = kFormatSharesRows[static_cast<std::size_t>(kind)];
  const auto same = [&](const FormatShare& share) {
    return share.bytes_per_element == format.bytes_per_element && share.compute_multiple == format.compute_multiple;
  };
  const auto found = std::ranges::find_if(row.shares, same);
  return found == row.shares.end() ? row.usual : found->share;
}

double typical_head_width_share(Backend backend, int head_dim) {
  // The compiler of the data files refuses to build without all backends.
  const auto shares = std::ranges::find(kHeadWidthSharesRows, dynamo::name_of(backend), &HeadWidthSharesRow::backend)->shares;
  const auto upper = std::ranges::lower_bound(shares, static_cast<double>(head_dim), {}, &HeadWidthShare::width);
  if (upper == shares.begin()) return upper->share;
  if (upper == shares.end()) return shares.back().share;
  const HeadWidthShare& low = *(upper - 1);
  const double t = (std::log2(head_dim) - std::log2(low.width)) / (std::log2(upper->width) - std::log2(low.width));
  return low.share + t * (upper->share - low.share);
}

}  // namespace dynamo::facts

#include "perf/interp/site_query.h"

#include <algorithm>
#include <cmath>

namespace dynamo::perf {

namespace {

double log2_of(double value) { return std::log2(std::max(value, 1e-12)); }

}  // namespace

double median_of(std::span<double> values) {
  std::ranges::sort(values);
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2.0;
}

SiteQuery::SiteQuery(const Grid& grid, std::uint32_t n, std::uint32_t k)
    : grid_(grid), n_(n), k_(k), log_n_(log2_of(n)), log_k_(log2_of(k)) {
  const auto sites = static_cast<std::uint32_t>(grid.site[0].size());
  ranked_.reserve(sites);
  for (std::uint32_t i = 0; i < sites; ++i) {
    if (grid.site[0][i] == n && grid.site[1][i] == k) own_site_ = i;
    const double dn = log2_of(grid.site[0][i]) - log_n_;
    const double dk = log2_of(grid.site[1][i]) - log_k_;
    ranked_.push_back({std::sqrt(dn * dn + dk * dk), i});
  }
  std::ranges::stable_sort(ranked_, {}, &Ranked::distance);
}

std::vector<SiteQuery::Ranked> SiteQuery::neighbours(double m) const {
  std::vector<Ranked> near;
  near.reserve(kNeighbours);
  for (const Ranked& site : ranked_) {
    if (site.distance > kMaxOctaves || near.size() == kNeighbours) break;
    if (covers(site.site, m)) near.push_back(site);
  }
  if (!near.empty()) return near;
  std::vector<Ranked> candidates;
  std::ranges::copy_if(ranked_, std::back_inserter(candidates), [&](const Ranked& site) { return covers(site.site, m); });
  if (candidates.empty()) candidates = ranked_;
  if (candidates.front().distance > kMaxOctaves) {
    candidates = waived(candidates);
  } else {
    std::erase_if(candidates, [](const Ranked& site) { return site.distance > kMaxOctaves; });
  }
  if (candidates.size() > kNeighbours) candidates.resize(kNeighbours);
  return candidates;
}

std::vector<SiteQuery::Ranked> SiteQuery::waived(const std::vector<Ranked>& candidates) const {
  std::uint32_t low[2] = {~0u, ~0u};
  std::uint32_t high[2] = {0, 0};
  for (const Ranked& site : candidates) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
      low[axis] = std::min(low[axis], grid_.site[axis][site.site]);
      high[axis] = std::max(high[axis], grid_.site[axis][site.site]);
    }
  }
  if (n_ < low[0] || k_ < low[1]) return {};
  const bool over_n = n_ > high[0];
  const bool over_k = k_ > high[1];
  if (over_n == over_k) return {};
  std::vector<Ranked> admitted;
  std::ranges::copy_if(candidates, std::back_inserter(admitted), [&](const Ranked& site) {
    const double rest = over_n ? log2_of(grid_.site[1][site.site]) - log_k_ : log2_of(grid_.site[0][site.site]) - log_n_;
    return std::abs(rest) <= kMaxOctaves;
  });
  return admitted;
}

}  // namespace dynamo::perf

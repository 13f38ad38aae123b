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
  for (std::uint32_t i = 0; i < sites; ++i) {
    if (grid.site[0][i] != n || grid.site[1][i] != k) continue;
    own_site_ = i;
    return;
  }
  // A box around the circle of two octaves keeps the logarithms few.
  constexpr double kBox = 4.001;
  const auto in_box = [](double mine, double other) { return other <= mine * kBox && mine <= other * kBox; };
  for (std::uint32_t i = 0; i < sites; ++i) {
    if (!in_box(n_, grid.site[0][i]) || !in_box(k_, grid.site[1][i])) continue;
    if (const Ranked site = ranked(i); site.distance <= kMaxOctaves) near_.push_back(site);
  }
  std::ranges::stable_sort(near_, {}, &Ranked::distance);
}

SiteQuery::Ranked SiteQuery::ranked(std::uint32_t site) const {
  const double dn = log2_of(grid_.site[0][site]) - log_n_;
  const double dk = log2_of(grid_.site[1][site]) - log_k_;
  const double distance = std::sqrt(dn * dn + dk * dk);
  return {distance, 1.0 / (distance * distance + 1e-12), site, curve_keys(site).front(), curve_keys(site).back()};
}

const std::vector<SiteQuery::Ranked>& SiteQuery::far() const {
  std::call_once(far_once_, [this] {
    for (std::uint32_t i = 0; i < grid_.site[0].size(); ++i) {
      if (const Ranked site = ranked(i); site.distance > kMaxOctaves) far_.push_back(site);
    }
    std::ranges::stable_sort(far_, {}, &Ranked::distance);
  });
  return far_;
}

SiteQuery::Nearest SiteQuery::neighbours(double m) const {
  const auto covers_m = [&](const Ranked& site) { return site.covers(m); };
  Nearest near;
  for (const Ranked& site : near_) {
    if (near.full()) break;
    if (covers_m(site)) near.add(site);
  }
  if (!near.empty()) return near;
  std::vector<Ranked> covering;
  std::ranges::copy_if(far(), std::back_inserter(covering), covers_m);
  if (!covering.empty()) return Nearest(waived(covering));
  return near_.empty() ? Nearest(waived(far())) : Nearest(near_);
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

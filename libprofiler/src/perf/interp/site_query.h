#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <span>
#include <vector>

#include "perf/interp/found.h"
#include "perf/interp/key_search.h"
#include "tables/pack.h"

namespace dynamo::perf {

/// GEMM tables: scattered (n, k) sites, each with its own curve over m.
///
/// A collected site answers with its curve; beyond the curve's ends the median efficiency SOL / measured of the last three points
/// is held. Any other (n, k) takes the efficiency of the four nearest sites (log2 distance, at most two octaves, sites whose curve
/// covers m first), weighted by inverse squared distance. The distance limit is waived along one axis for shapes larger than
/// every site.
class SiteQuery {
 public:
  /// Ranks the sites around (n, k) once; every later query costs at most four curve evaluations.
  SiteQuery(const Grid& grid, std::uint32_t n, std::uint32_t k);

  /// `Sol` maps (m, n, k) to ms, and raises a measured point to at least that: raised(ms, m, n, k).
  template <typename Sol>
  [[nodiscard]] Found at(double m, const Sol& sol) const;

 private:
  struct Ranked {
    double distance = 0;
    double weight = 0;     ///< inverse squared distance
    std::uint32_t site = 0;
    std::uint32_t low = 0, high = 0;   ///< ends of its curve
    [[nodiscard]] bool covers(double m) const { return low <= m && m <= high; }
  };
  static constexpr double kMaxOctaves = 2.0;
  static constexpr std::size_t kNeighbours = 4;
  /// At most four sites, without an allocation.
  class Nearest {
   public:
    Nearest() = default;
    explicit Nearest(std::span<const Ranked> sites) {
      for (const Ranked& site : sites.first(std::min(sites.size(), kNeighbours))) add(site);
    }
    void add(const Ranked& site) { sites_[count_++] = site; }
    [[nodiscard]] bool full() const { return count_ == kNeighbours; }
    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] const Ranked* begin() const { return sites_.data(); }
    [[nodiscard]] const Ranked* end() const { return sites_.data() + count_; }

   private:
    std::array<Ranked, kNeighbours> sites_{};
    std::size_t count_ = 0;
  };
  static constexpr std::size_t kTail = 3;

  [[nodiscard]] std::span<const std::uint32_t> curve_keys(std::uint32_t site) const {
    const std::uint32_t begin = grid_.offsets[1][site];
    return grid_.keys[1].subspan(begin, grid_.offsets[1][site + 1] - begin);
  }
  /// The neighbours to blend for a query at m, nearest first; empty when none is near enough.
  [[nodiscard]] Nearest neighbours(double m) const;
  [[nodiscard]] std::vector<Ranked> waived(const std::vector<Ranked>& candidates) const;
  [[nodiscard]] Ranked ranked(std::uint32_t site) const;
  [[nodiscard]] const std::vector<Ranked>& far() const;

  template <typename Sol>
  [[nodiscard]] Found curve(std::uint32_t site, double m, const Sol& sol, KeySearch& search) const;

  const Grid& grid_;
  double n_ = 0, k_ = 0;
  double log_n_ = 0, log_k_ = 0;
  std::int64_t own_site_ = -1;
  /// Sites of another shape, nearest first, then in table order: up to two octaves away, and beyond. The latter are hardly ever
  /// asked for, so they are ranked on the first such query. Both are empty where the shape itself was collected.
  std::vector<Ranked> near_;
  mutable std::once_flag far_once_;
  mutable std::vector<Ranked> far_;
};

double median_of(std::span<double> values);

template <typename Sol>
Found SiteQuery::curve(std::uint32_t site, double m, const Sol& sol, KeySearch& search) const {
  const auto keys = curve_keys(site);
  const auto values = grid_.values[0].subspan(grid_.offsets[1][site], keys.size());
  const auto n = static_cast<double>(grid_.site[0][site]);
  const auto k = static_cast<double>(grid_.site[1][site]);
  const auto raised = [&](std::size_t i) { return sol.raised(values[i], static_cast<double>(keys[i]), n, k); };
  const std::size_t position = search.first_not_below(keys, m);
  if (position < keys.size() && static_cast<double>(keys[position]) == m) {
    return Found::at(raised(position), Method::kLookedUp);
  }
  if (position == 0 || position == keys.size() || keys.size() < 2) {
    const bool below = position == 0;
    const std::size_t count = std::min(kTail, keys.size());
    const std::size_t first = below ? 0 : keys.size() - count;
    std::array<double, kTail> utilisation{};
    std::size_t used = 0;
    for (std::size_t i = first; i < first + count; ++i) {
      const double point_sol = sol(static_cast<double>(keys[i]), n, k);
      const double ms = raised(i);
      if (ms > 0 && point_sol > 0) utilisation[used++] = point_sol / ms;
    }
    const double query_sol = sol(m, n, k);
    if (used == 0 || !(std::isfinite(query_sol) && query_sol > 0)) return Found::miss("no usable end of the m curve");
    return Found::at(query_sol / median_of(std::span(utilisation).first(used)), Method::kExtrapolated);
  }
  const auto low = static_cast<double>(keys[position - 1]);
  const double weight = (m - low) / (static_cast<double>(keys[position]) - low);
  const double a = raised(position - 1);
  return Found::at(a + (raised(position) - a) * weight, Method::kInterpolated);
}

template <typename Sol>
Found SiteQuery::at(double m, const Sol& sol) const {
  KeySearch search;
  if (own_site_ >= 0) return curve(static_cast<std::uint32_t>(own_site_), m, sol, search);
  if (grid_.site[0].empty()) return Found::miss("no sites collected");
  double weights = 0;
  double blended = 0;
  bool inside = true;
  const Nearest near = neighbours(m);
  if (near.empty()) return Found::miss("no shape within two octaves was measured");
  for (const Ranked& site : near) {
    const Found found = curve(site.site, m, sol, search);
    if (!found.ok()) continue;
    const double site_sol =
        sol(m, static_cast<double>(grid_.site[0][site.site]), static_cast<double>(grid_.site[1][site.site]));
    if (!(std::isfinite(found.ms) && found.ms > 0 && std::isfinite(site_sol) && site_sol > 0)) continue;
    blended += site.weight * (site_sol / found.ms);
    weights += site.weight;
    inside = inside && found.method != Method::kExtrapolated;
  }
  const double query_sol = sol(m, n_, k_);
  if (!(weights > 0) || !(std::isfinite(query_sol) && query_sol > 0)) return Found::miss("no usable neighbouring shape");
  return Found::at(query_sol / (blended / weights), inside ? Method::kInterpolated : Method::kExtrapolated);
}

}  // namespace dynamo::perf

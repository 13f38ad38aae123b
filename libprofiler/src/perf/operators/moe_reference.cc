#include "perf/operators/moe_reference.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "facts/typical_efficiency.h"
#include "perf/operators/estimate.h"

namespace dynamo::perf {

namespace {

double utilisation_level(const QuantFacts& format) { return facts::typical_share(facts::ProductKind::kExperts, format); }

double apart(const QuantFacts& a, const QuantFacts& b) {
  return std::abs(a.bytes_per_element - b.bytes_per_element) + std::abs(a.compute_multiple - b.compute_multiple);
}

using Features = std::array<double, 4>;

Features features_of(const ExpertsShape& s) {
  const auto log_of = [](int value) { return std::log(std::max(static_cast<double>(value), 1e-9)); };
  return {log_of(s.topk), log_of(s.experts), log_of(s.hidden), log_of(s.inter)};
}

/// The nearest by logarithm, every axis normalised to the range of the candidates; the first on ties. Tables do not say whether
/// their experts are gated: they are taken to be as the wanted ones.
ExpertsSlice nearest(const ExpertsShape& wanted, const std::vector<ExpertsSlice>& candidates) {
  std::vector<Features> rows;
  rows.reserve(candidates.size());
  for (const ExpertsSlice& candidate : candidates) rows.push_back(features_of(candidate.shape));
  Features low = rows.front();
  Features high = rows.front();
  for (const Features& row : rows) {
    for (std::size_t a = 0; a < row.size(); ++a) {
      low[a] = std::min(low[a], row[a]);
      high[a] = std::max(high[a], row[a]);
    }
  }
  const Features query = features_of(wanted);
  std::size_t best = 0;
  double best_squared = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    double squared = 0;
    for (std::size_t a = 0; a < query.size(); ++a) {
      const double span = high[a] - low[a] > 0 ? high[a] - low[a] : 1.0;
      const double delta = (rows[i][a] - low[a]) / span - (query[a] - low[a]) / span;
      squared += delta * delta;
    }
    if (squared >= best_squared) continue;
    best_squared = squared;
    best = i;
  }
  ExpertsSlice found = candidates[best];
  found.shape.gated = wanted.gated;
  return found;
}

/// Efficiencies of the slice against the roofline of its shape in format `sol_quant`.
ExpertsReference against(const Database::Impl& database, const ExpertsSlice& slice, MoeQuant sol_quant) {
  const QuantFacts& facts = facts_of(sol_quant);
  const auto flops = database.flops(facts);
  if (!flops.has_value()) return {{}, 1.0, flops.error()};
  const auto sol = [&](const std::array<double, 4>& at) {
    return experts_sol_ms(slice.shape, std::llround(at[0]), *flops, facts.bytes_per_element, database.system.mem_bytes_per_s);
  };
  return {utilisation_of(slice.slice->grid, sol, false), 1.0, {}};
}

/// Formats of another profile, nearest first, in the order of the table on ties.
std::vector<MoeQuant> other_profiles(const ExpertsTable& table, MoeQuant wanted) {
  std::vector<MoeQuant> formats = table.formats();
  const QuantFacts& mine = facts_of(wanted);
  std::erase_if(formats, [&](MoeQuant quant) { return apart(facts_of(quant), mine) == 0; });
  std::ranges::stable_sort(formats, {}, [&](MoeQuant quant) { return apart(facts_of(quant), mine); });
  return formats;
}

std::vector<ExpertsSlice> same_profile(const ExpertsTable& table, const ExpertsShape& wanted) {
  std::vector<ExpertsSlice> slices = table.siblings(wanted, wanted.quant);
  if (!slices.empty()) return slices;
  for (const MoeQuant quant : table.formats()) {
    if (quant == wanted.quant || apart(facts_of(quant), facts_of(wanted.quant)) != 0) continue;
    std::ranges::copy(table.siblings(wanted, quant), std::back_inserter(slices));
  }
  return slices;
}

}  // namespace

ExpertsReference reference_of_slice(const Database::Impl& database, const ExpertsSlice& slice) {
  return against(database, slice, slice.shape.quant);
}

ExpertsReference reference_for(const Database::Impl& database, const ExpertsTable& table, const ExpertsShape& wanted) {
  ExpertsReference reference;
  if (const Slice* own = table.find(wanted); own != nullptr) reference = reference_of_slice(database, {wanted, own});
  if (reference.error.has_value() || !reference.utilisation.empty()) return reference;
  if (const auto slices = same_profile(table, wanted); !slices.empty()) {
    reference = against(database, nearest(wanted, slices), wanted.quant);
    if (reference.error.has_value() || !reference.utilisation.empty()) return reference;
  }
  for (const MoeQuant quant : other_profiles(table, wanted.quant)) {
    const auto slices = table.siblings(wanted, quant);
    if (slices.empty()) continue;
    reference = against(database, nearest(wanted, slices), quant);
    reference.scale = utilisation_level(facts_of(wanted.quant)) / utilisation_level(facts_of(quant));
    if (reference.error.has_value() || !reference.utilisation.empty()) return reference;
  }
  return reference;
}

}  // namespace dynamo::perf

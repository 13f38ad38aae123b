#include "perf/operators/gemm.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>

#include "facts/typical_efficiency.h"
#include "perf/interp/grid_query.h"
#include "perf/interp/site_query.h"
#include "perf/operators/by_mode.h"
#include "perf/operators/gemm_scale.h"
#include "perf/roofline.h"

namespace dynamo::perf {

namespace {

/// fp8_static runs the fp8 kernel without the passes that compute scales.
GemmQuant table_quant(GemmQuant quant) { return quant == GemmQuant::kFp8Static ? GemmQuant::kFp8 : quant; }

double utilisation_level(const QuantFacts& format) { return facts::typical_share(facts::ProductKind::kGemm, format); }

struct GemmSol {
  double flops = 0, bytes_per_element = 0, bytes_per_s = 0;
  double operator()(double m, double n, double k) const {
    return gemm_sol_ms(m, n, k, flops, bytes_per_element, bytes_per_s);
  }
  [[nodiscard]] double raised(double ms, double m, double n, double k) const {
    return gemm_takes_longer(ms, m, n, k, flops, bytes_per_element, bytes_per_s) ? ms : std::max(ms, (*this)(m, n, k));
  }
};

/// Efficiencies over (m, n, k), ascending, from a slice that is stored by site.
UtilisationGrid utilisation_of_sites(const Grid& grid, const GemmSol& point_sol, const GemmSol& reference_sol) {
  std::vector<UtilisationGrid::Point> points;
  points.reserve(grid.points());
  for (std::uint32_t site = 0; site < grid.site[0].size(); ++site) {
    const auto n = static_cast<double>(grid.site[0][site]);
    const auto k = static_cast<double>(grid.site[1][site]);
    for (std::uint32_t i = grid.offsets[1][site]; i < grid.offsets[1][site + 1]; ++i) {
      const auto m = static_cast<double>(grid.keys[1][i]);
      const double ms = point_sol.raised(grid.values[0][i], m, n, k);
      const double sol = reference_sol(m, n, k);
      if (ms > 0 && sol > 0) points.push_back({{m, n, k, 0}, sol / ms});
    }
  }
  std::ranges::sort(points, [](const auto& a, const auto& b) { return a.at < b.at; });
  return UtilisationGrid(std::move(points), 3);
}

/// Measured efficiencies that estimates of products in one format are made from.
struct GemmReference {
  UtilisationGrid utilisation;
  double scale = 1.0;
  std::string error;   ///< kMissingFlops
};

/// Finds them: the own format's measurements, else those of a format with the same profile, else of the nearest profile.
class GemmReferenceFinder {
 public:
  GemmReferenceFinder(const Database::Impl& database, GemmQuant wanted, const GemmSol& sol)
      : database_(database), wanted_(wanted), sol_(sol) {}

  [[nodiscard]] GemmReference find() const {
    const auto table = database_.table("gemm");
    if (!table.has_value() || *table == nullptr) return {};
    if (const Slice* own = (*table)->find(facts_of(wanted_).name); own != nullptr && own->rows > 0) {
      GemmReference reference{utilisation_of_sites(own->grid, sol_, sol_), 1.0, {}};
      if (!reference.utilisation.empty()) return reference;
    }
    std::vector<std::pair<GemmQuant, const Slice*>> others;
    for (const Slice& slice : (*table)->slices) {
      const auto quant = quant_from_name<GemmQuant>(slice.key);
      if (quant.has_value() && *quant != wanted_) others.emplace_back(*quant, &slice);
    }
    return transferred(std::move(others));
  }

 private:
  [[nodiscard]] GemmReference transferred(std::vector<std::pair<GemmQuant, const Slice*>> others) const {
    const QuantFacts& mine = facts_of(wanted_);
    const auto apart = [&](GemmQuant quant) {
      const QuantFacts& facts = facts_of(quant);
      return std::pair(std::abs(facts.compute_multiple - mine.compute_multiple),
                       std::abs(facts.bytes_per_element - mine.bytes_per_element));
    };
    for (const auto& [quant, slice] : others) {
      if (apart(quant) != std::pair(0.0, 0.0)) continue;
      GemmReference reference{utilisation_of_sites(slice->grid, sol_of(quant), sol_), 1.0, {}};
      if (!reference.utilisation.empty()) return reference;
      break;
    }
    std::erase_if(others, [&](const auto& other) { return apart(other.first) == std::pair(0.0, 0.0); });
    std::ranges::stable_sort(others, [&](const auto& a, const auto& b) { return apart(a.first) < apart(b.first); });
    for (const auto& [quant, slice] : others) {
      if (const auto rate = database_.flops(facts_of(quant)); !rate.has_value()) return {{}, 1.0, rate.error().message};
      GemmReference reference{utilisation_of_sites(slice->grid, sol_of(quant), sol_of(quant)),
                              utilisation_level(mine) / utilisation_level(facts_of(quant)), {}};
      if (!reference.utilisation.empty()) return reference;
    }
    return {};
  }

  [[nodiscard]] GemmSol sol_of(GemmQuant quant) const {
    return {database_.flops(facts_of(quant)).value_or(0.0), facts_of(quant).bytes_per_element, database_.system.mem_bytes_per_s};
  }

  const Database::Impl& database_;
  GemmQuant wanted_;
  GemmSol sol_;
};

class Gemm final : public Operator {
 public:
  Gemm(std::string name, double scale, const Database::Impl& database, const GemmShape& shape, TokenSplit split)
      : Operator(std::move(name), scale), database_(database), shape_(shape), split_(split),
        flops_(database.flops(facts_of(shape.quant))) {
    sol_ = {flops_.value_or(0.0), facts_of(table_quant(shape.quant)).bytes_per_element, database.system.mem_bytes_per_s};
    if (shape.quant == GemmQuant::kFp8Static) scales_.emplace(database);
    if (!flops_.has_value() || !database.reads_tables()) return;
    const auto table = database.table("gemm");
    if (!table.has_value()) {
      damaged_ = table.error();
      return;
    }
    slice_ = *table == nullptr ? nullptr : (*table)->find(facts_of(table_quant(shape.quant)).name);
    if (slice_ != nullptr) sites_.emplace(slice_->grid, static_cast<std::uint32_t>(shape.n), static_cast<std::uint32_t>(shape.k));
  }

  double weight_bytes() const override {
    return static_cast<double>(shape_.n) * static_cast<double>(shape_.k) * facts_of(shape_.quant).bytes_per_element * scale();
  }
  bool reads_sequence() const override { return false; }

 private:
  Result<Timing> query(const StepShape& step) const override {
    if (!flops_.has_value()) return std::unexpected(flops_.error());
    return rows(split_.of(shape_.rows_are_sequences ? step.batch : step.tokens));
  }

  [[nodiscard]] Result<Timing> rows(int m) const {
    Result<Timing> time = product(m);
    const bool far_off = !time.has_value() && database_.mode == DatabaseMode::kSilicon && is_data_miss(time.error());
    if (far_off && shape_.roofline_if_unmeasured && sites_.has_value()) {
      time = Timing::modelled(sol_(m, shape_.n, shape_.k), Source::kSol);
    }
    if (time.has_value() && shape_.quant == GemmQuant::kFp8Static) time = without_scaling(*time, m);
    return time;
  }

  [[nodiscard]] Result<Timing> product(int m) const {
    const KernelKind kind{database_, gemm_class(facts_of(shape_.quant).compute)};
    return by_mode(
        kind, [&] { return sol_(m, shape_.n, shape_.k); }, [&] { return measured(m); }, [&] { return estimated(m); });
  }

  [[nodiscard]] Result<Timing> measured(int m) const {
    if (damaged_.has_value()) return std::unexpected(*damaged_);
    if (!sites_.has_value()) {
      return std::unexpected(Error{ErrorKind::kMissingData,
                                   "no measured GEMM with format " + std::string(facts_of(table_quant(shape_.quant)).name)});
    }
    return measured_or_error(sites_->at(m, sol_), name());
  }

  /// fp8_static saves the scaling passes that the fp8 measurement contains; never below the roofline.
  [[nodiscard]] Result<Timing> without_scaling(const Timing& fp8, int m) const {
    Result<double> saved = scales_->compute_scale_ms(m, shape_.k);
    if (!saved.has_value() && database_.mode == DatabaseMode::kAuto && has_no_answer(saved.error())) return fp8;
    if (!saved.has_value()) return std::unexpected(saved.error());
    double ms = fp8.ms - *saved;
    if (shape_.low_precision_input) {
      saved = scales_->scale_matrix_ms(m, shape_.k);
      if (!saved.has_value()) return std::unexpected(saved.error());
      ms -= *saved;
    }
    ms = std::max({ms, sol_(m, shape_.n, shape_.k), 0.0});
    Timing time = fp8.scaled(fp8.ms > 0 ? ms / fp8.ms : 0.0);
    time.ms = ms;
    time.source = Source::kEstimated;
    return time;
  }

  [[nodiscard]] Result<Timing> estimated(int m) const {
    std::call_once(reference_once_, [this] {
      const GemmQuant format = table_quant(shape_.quant);
      const std::string key = "efficiency of products in " + std::string(facts_of(format).name) + " at the rate of " +
                              std::string(facts_of(shape_.quant).name);
      reference_ = database_.parts->find_or_make<GemmReference>(
          key, [&] { return std::make_shared<const GemmReference>(GemmReferenceFinder(database_, format, sol_).find()); });
    });
    if (!reference_->error.empty()) return std::unexpected(Error{ErrorKind::kMissingFlops, reference_->error});
    return estimate_from(reference_->utilisation, sol_(m, shape_.n, shape_.k),
                         {static_cast<double>(m), static_cast<double>(shape_.n), static_cast<double>(shape_.k), 0},
                         reference_->scale);
  }

  const Database::Impl& database_;
  GemmShape shape_;
  TokenSplit split_;
  Result<double> flops_;
  GemmSol sol_;
  std::optional<Error> damaged_;
  const Slice* slice_ = nullptr;
  std::optional<SiteQuery> sites_;
  std::optional<GemmScales> scales_;
  mutable std::once_flag reference_once_;
  mutable std::shared_ptr<const GemmReference> reference_;
};

}  // namespace

OperatorPtr make_gemm(std::string name, double scale, const Database::Impl& database, const GemmShape& shape,
                      TokenSplit split) {
  return std::make_unique<Gemm>(std::move(name), scale, database, shape, split);
}

}  // namespace dynamo::perf

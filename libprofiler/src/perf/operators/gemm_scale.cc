#include "perf/operators/gemm_scale.h"

#include <algorithm>
#include <limits>
#include <mutex>
#include <optional>

#include "perf/interp/grid_query.h"
#include "perf/operators/estimate.h"

namespace dynamo::perf {

struct GemmScales::Pass {
  const Database::Impl& database;
  std::string table;
  double bytes_per_element;
  bool grows;
  std::optional<Error> damaged;
  std::optional<BoundGrid> grid;
  double m_low = 0, m_high = 0, k_low = 0, k_high = 0;

  Pass(const Database::Impl& owner, std::string name, double bytes, bool grows_beyond)
      : database(owner), table(std::move(name)), bytes_per_element(bytes), grows(grows_beyond) {
    const auto rows = database.table(table);
    if (!rows.has_value()) {
      damaged = rows.error();
      return;
    }
    const Slice* slice = *rows == nullptr ? nullptr : (*rows)->find("fp8");
    if (slice == nullptr || slice->grid.points() == 0) return;
    grid.emplace(slice->grid);
    const auto [m_min, m_max] = std::ranges::minmax(slice->grid.keys[0]);
    const auto [k_min, k_max] = std::ranges::minmax(slice->grid.keys[1]);
    m_low = m_min;
    m_high = m_max;
    k_low = k_min;
    k_high = k_max;
  }

  [[nodiscard]] double sol(double m, double k) const {
    return bytes_per_element * m * k / database.system.mem_bytes_per_s * 1000.0;
  }

  [[nodiscard]] Result<double> at(int m, int k) const {
    if (database.mode == DatabaseMode::kSol) return sol(m, k);
    if (damaged.has_value()) return std::unexpected(*damaged);
    if (database.mode == DatabaseMode::kEmpirical) return estimated(m, k);
    Result<double> ms = measured(m, k);
    const bool estimate = !ms.has_value() && database.may_estimate() && is_data_miss(ms.error());
    return estimate ? estimated(m, k) : ms;
  }

  [[nodiscard]] Result<double> measured(double m, double k) const {
    if (!grid.has_value()) return std::unexpected(Error{ErrorKind::kMissingData, "no measured " + table + " with format fp8"});
    const Coordinates inside{std::clamp(m, m_low, m_high), std::clamp(k, k_low, k_high), 0, 0};
    const auto roof = [this](const Coordinates& at) { return sol(at[0], at[1]); };
    const Found found = GridQuery(*grid, roof, kNoSqrtAxis, false).at(inside);
    if (!found.ok()) return std::unexpected(Error{ErrorKind::kMissingData, table + ": " + found.reason});
    const double ratio = sol(m, k) / sol(inside[0], inside[1]);
    return grows && ratio > 0 ? found.ms * ratio : found.ms;
  }

  [[nodiscard]] Result<double> estimated(double m, double k) const {
    if (!grid.has_value()) {
      return std::unexpected(Error{ErrorKind::kNotEstimable, "no " + table + " measurement to derive an estimate from"});
    }
    if (!grows) return nearest_delta(m, k);
    const auto roof = [this](const Coordinates& at) { return sol(at[0], at[1]); };
    const auto time = estimate_from(utilisation_of(*grid->grid, roof, false), sol(m, k), {m, k, 0, 0});
    if (!time.has_value()) return std::unexpected(time.error());
    return time->ms;
  }

  /// Zero is a valid overhead, so the nearest point is scaled instead of an efficiency.
  [[nodiscard]] Result<double> nearest_delta(double m, double k) const {
    const auto log_of = [](double value) { return std::log(std::max(value, 1e-9)); };
    const auto spread = [&](double low, double high) {
      return log_of(high) > log_of(low) ? log_of(high) - log_of(low) : 1.0;
    };
    double best = std::numeric_limits<double>::infinity();
    double ms = 0;
    double reference = 0;
    for_each_point(*grid->grid, [&](const std::array<double, 4>& at, double value) {
      const double dm = (log_of(at[0]) - log_of(m)) / spread(m_low, m_high);
      const double dk = (log_of(at[1]) - log_of(k)) / spread(k_low, k_high);
      if (value < 0 || dm * dm + dk * dk >= best) return;
      best = dm * dm + dk * dk;
      ms = value;
      reference = sol(at[0], at[1]);
    });
    if (ms == 0) return 0.0;
    return sol(m, k) / (reference / ms);
  }
};

GemmScales::GemmScales(const Database::Impl& database)
    : compute_scale_(std::make_unique<Pass>(database, "computescale", 2.0, false)),
      scale_matrix_(std::make_unique<Pass>(database, "scale_matrix", 3.0, true)) {}
GemmScales::~GemmScales() = default;
GemmScales::GemmScales(GemmScales&&) noexcept = default;

Result<double> GemmScales::compute_scale_ms(int m, int k) const { return compute_scale_->at(m, k); }
Result<double> GemmScales::scale_matrix_ms(int m, int k) const { return scale_matrix_->at(m, k); }

}  // namespace dynamo::perf

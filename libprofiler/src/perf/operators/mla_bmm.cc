#include <algorithm>
#include <bit>
#include <mutex>

#include "perf/interp/curve.h"
#include "perf/operators/by_mode.h"
#include "perf/operators/mla_kernel.h"

namespace dynamo::perf {

namespace {

struct Curve {
  std::span<const std::uint32_t> tokens;
  std::span<const double> ms;
};

/// The part of a (heads, tokens) slice with that head count; empty without rows.
Curve curve_of(const Slice* slice, int heads) {
  if (slice == nullptr) return {};
  const Grid& grid = slice->grid;
  const auto counts = grid.keys[0];
  const auto at = std::ranges::lower_bound(counts, static_cast<std::uint32_t>(heads));
  if (at == counts.end() || *at != static_cast<std::uint32_t>(heads)) return {};
  const auto row = static_cast<std::size_t>(at - counts.begin());
  const std::size_t begin = grid.offsets[1][row];
  const std::size_t size = grid.offsets[1][row + 1] - begin;
  return {grid.keys[1].subspan(begin, size), grid.values[0].subspan(begin, size)};
}

class MlaBatchedProduct final : public Operator {
 public:
  MlaBatchedProduct(std::string name, double scale, const Database::Impl& database, MlaBmm side, int heads, GemmQuant quant)
      : Operator(std::move(name), scale), database_(database), heads_(heads), flops_(database.flops(facts_of(quant))),
        roof_{flops_.value_or(0.0), facts_of(quant).bytes_per_element, database.system.mem_bytes_per_s} {
    const std::string op = side == MlaBmm::kPre ? "|mla_gen_pre" : "|mla_gen_post";
    MlaRows rows = mla_rows(database, "mla_bmm", std::string(facts_of(quant).name) + op);
    // Formats nobody measured are taken for bf16.
    if (rows.slice == nullptr) rows = mla_rows(database, "mla_bmm", std::string(facts_of(GemmQuant::kBfloat16).name) + op);
    error_ = rows.error;
    bind(rows.slice);
  }
  bool reads_sequence() const override { return false; }

 private:
  /// Heads are independent: a count nobody measured is that share of the next power of two.
  void bind(const Slice* slice) {
    curve_ = curve_of(slice, heads_);
    table_heads_ = heads_;
    if (!curve_.tokens.empty()) return;
    table_heads_ = static_cast<int>(std::bit_ceil(static_cast<unsigned>(heads_)));
    curve_ = curve_of(slice, table_heads_);
    if (curve_.tokens.empty() && !error_.has_value()) {
      error_ = Error{ErrorKind::kMissingData, "no measured mla_bmm with " + std::to_string(heads_) + " heads"};
    }
  }

  Result<Timing> query(const StepShape& step) const override {
    if (!flops_.has_value()) return std::unexpected(flops_.error());
    const double tokens = step.batch;
    return by_mode(
        KernelKind{database_, KernelClass::kLatentProduct}, [&] { return roof_.ms(heads_, tokens); }, [&] { return measured(tokens); }, [&] { return estimated(tokens); });
  }

  [[nodiscard]] double share() const { return static_cast<double>(heads_) / table_heads_; }
  [[nodiscard]] double roof_at(double tokens) const { return roof_.ms(table_heads_, tokens); }

  [[nodiscard]] Result<Timing> measured(double tokens) const {
    if (curve_.tokens.empty()) return std::unexpected(*error_);
    Result<Timing> time = measured_or_error(query_curve(curve_.tokens, curve_.ms, tokens, [this](double x) { return roof_at(x); }),
                                            name());
    if (time.has_value()) *time *= share();
    return time;
  }

  [[nodiscard]] Result<Timing> estimated(double tokens) const {
    std::call_once(reference_once_, [this] {
      std::vector<UtilisationGrid::Point> points;
      for (std::size_t i = 0; i < curve_.tokens.size(); ++i) {
        const double roof = roof_at(curve_.tokens[i]);
        if (curve_.ms[i] > 0 && roof > 0) points.push_back({{static_cast<double>(curve_.tokens[i]), 0, 0, 0}, roof / curve_.ms[i]});
      }
      reference_ = UtilisationGrid(std::move(points), 1);
    });
    Result<Timing> time = estimate_from(reference_, roof_at(tokens), {tokens, 0, 0, 0});
    if (time.has_value()) *time *= share();
    return time;
  }

  const Database::Impl& database_;
  int heads_;
  int table_heads_ = 0;
  Result<double> flops_;
  MlaBmmRoofline roof_;
  std::optional<Error> error_;
  Curve curve_;
  mutable std::once_flag reference_once_;
  mutable UtilisationGrid reference_;
};

}  // namespace

OperatorPtr make_mla_bmm(std::string name, double scale, const Database::Impl& database, MlaBmm side, int heads,
                         GemmQuant quant) {
  return std::make_unique<MlaBatchedProduct>(std::move(name), scale, database, side, heads, quant);
}

}  // namespace dynamo::perf

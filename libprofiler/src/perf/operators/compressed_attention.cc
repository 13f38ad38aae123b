#include "perf/operators/compressed_attention.h"

#include <algorithm>
#include <mutex>

#include "perf/interp/grid_query.h"
#include "perf/operators/by_mode.h"
#include "perf/operators/compressed_rows.h"
#include "perf/operators/compressed_split.h"

namespace dynamo::perf {

namespace {

double weight_bytes_of(const CompressedAttentionConfig& config) {
  constexpr double kBf16Bytes = 2;
  constexpr double kFp32Bytes = 4;
  const CompressedShape& s = config.shape;
  const double h = s.hidden;
  const double queries = static_cast<double>(s.heads) * s.head_dim;
  const double compressed = s.compressor_width();
  double quantised = h * s.q_lora_rank + s.q_lora_rank * queries + h * s.head_dim +
                     static_cast<double>(s.o_groups) * s.o_lora_rank * h + 2 * h * compressed;
  double bf16 = queries * s.o_lora_rank;
  double fp32 = s.heads + s.ratio * compressed;
  if (s.selects()) {
    const double index_width = 2.0 * s.index_head_dim;
    quantised += static_cast<double>(s.q_lora_rank) * s.index_heads * s.index_head_dim + 2 * h * index_width;
    bf16 += h * s.index_heads;
    fp32 += s.ratio * index_width;
  }
  return quantised * facts_of(config.gemm).bytes_per_element + bf16 * kBf16Bytes + fp32 * kFp32Bytes;
}

/// What prefill and decode share.
class CompressedKernel : public Operator {
 public:
  CompressedKernel(std::string name, double scale, const Database::Impl& database, const CompressedAttentionConfig& config,
                   CompressedPhase phase)
      : Operator(std::move(name), scale), mode_(database.mode), weights_(weight_bytes_of(config)),
        roof_(CompressedRoofline::bind(database, config.shape, config.gemm, config.kv,
                                       phase == CompressedPhase::kPrefill ? config.fmha : database.decode_format(config.kv))),
        rows_(compressed_rows(database, config, phase)), bias_(selection_bias(database, config, phase)) {
    if (rows_.slice != nullptr) grid_.emplace(rows_.slice->grid);
  }

  double weight_bytes() const override { return weights_ * scale(); }

 protected:
  [[nodiscard]] DatabaseMode mode() const { return mode_; }
  [[nodiscard]] const Result<CompressedRoofline>& roof() const { return roof_; }
  [[nodiscard]] const MlaRows& rows() const { return rows_; }
  [[nodiscard]] double bias_ms(double batch, double tokens, double cached) const { return bias_.ms(batch, tokens, cached); }

  template <typename Sol>
  Result<Timing> look_up(const Coordinates& at, const Sol& sol) const {
    if (!grid_.has_value()) return std::unexpected(*rows_.error);
    return measured_or_error(GridQuery(*grid_, sol, kNoSqrtAxis, false).at(at), name());
  }

  static Result<Timing> without(Result<Timing> time, double ms) {
    if (time.has_value() && ms > 0 && time->ms > 0) *time *= std::max(time->ms - ms, 0.0) / time->ms;
    return time;
  }

 private:
  DatabaseMode mode_;
  double weights_;
  Result<CompressedRoofline> roof_;
  MlaRows rows_;
  SelectionBias bias_;
  std::optional<BoundGrid> grid_;
};

/// Axes: cached tokens, new tokens, prompts.
class CompressedPrefill final : public CompressedKernel {
 public:
  CompressedPrefill(std::string name, double scale, const Database::Impl& database, const CompressedAttentionConfig& config)
      : CompressedKernel(std::move(name), scale, database, config, CompressedPhase::kPrefill) {
    if (config.cp > 1) split_.emplace(this->name(), database, config);
  }

 private:
  Result<Timing> query(const StepShape& step) const override {
    if (!roof().has_value()) return std::unexpected(roof().error());
    if (!split_.has_value()) return one(step.batch, step.sequence, step.prefix);
    const Result<Timing> own = one(step.batch, split_->share_of(step.sequence), step.prefix);
    return own.has_value() ? split_->add_to(*own, step) : own;
  }

  [[nodiscard]] Result<Timing> one(double batch, double sequence, double prefix) const {
    const auto sol = [this](const Coordinates& at) { return roof()->prefill_ms(at[2], at[1], at[0]); };
    const Coordinates at{prefix, sequence, batch, 0};
    return by_mode(
        mode(), [&] { return sol(at); },
        [&] { return without(look_up(at, sol), bias_ms(batch, sequence, prefix)); }, [&] { return estimate(at, sol(at)); });
  }

  /// Where prefixes were collected around the query's, all points are compared; else prompts as long as prefix and new tokens
  /// together, and the roofline tells what the prefix saves.
  [[nodiscard]] Result<Timing> estimate(const Coordinates& at, double roof_ms) const {
    std::call_once(reference_once_, [this] { collect(); });
    if (between_prefixes(at[0])) return estimate_from(whole_, roof_ms, at);
    return estimate_from(uncached_, roof_ms, {at[0] + at[1], at[2], 0, 0});
  }

  [[nodiscard]] bool between_prefixes(double prefix) const {
    if (rows().slice == nullptr) return false;
    const auto prefixes = rows().slice->grid.keys[0];
    return prefixes.size() >= 2 && prefix >= prefixes.front() && prefix <= prefixes.back();
  }

  void collect() const {
    if (rows().slice == nullptr) return;
    const Grid& grid = rows().slice->grid;
    whole_ = utilisation_of(grid, [this](const Coordinates& at) { return roof()->prefill_ms(at[2], at[1], at[0]); }, false);
    std::vector<UtilisationGrid::Point> points;
    for_each_point(grid, [&](const Coordinates& at, double ms) {
      const double roof_ms = roof()->prefill_ms(at[2], at[1], 0);
      if (at[0] == 0 && ms > 0 && roof_ms > 0) points.push_back({{at[1], at[2], 0, 0}, roof_ms / ms});
    });
    uncached_ = UtilisationGrid(std::move(points), 2);
  }

  std::optional<CompressedSplit> split_;
  mutable std::once_flag reference_once_;
  mutable UtilisationGrid whole_, uncached_;
};

/// Axes: sequences, positions attended to.
class CompressedDecode final : public CompressedKernel {
 public:
  CompressedDecode(std::string name, double scale, const Database::Impl& database, const CompressedAttentionConfig& config)
      : CompressedKernel(std::move(name), scale, database, config, CompressedPhase::kDecode) {}

 private:
  Result<Timing> query(const StepShape& step) const override {
    if (!roof().has_value()) return std::unexpected(roof().error());
    const auto sol = [this](const Coordinates& at) { return roof()->decode_ms(at[0], at[1]); };
    const Coordinates at{static_cast<double>(step.batch), static_cast<double>(step.sequence), 0, 0};
    const auto measured = [&] { return without(look_up(at, sol), bias_ms(at[0], 1, std::max(at[1] - 1, 0.0))); };
    const auto estimated = [&] {
      std::call_once(reference_once_, [&] {
        if (rows().slice != nullptr) reference_ = utilisation_of(rows().slice->grid, sol, false);
      });
      return estimate_from(reference_, sol(at), at);
    };
    return by_mode(mode(), [&] { return sol(at); }, measured, estimated);
  }

  mutable std::once_flag reference_once_;
  mutable UtilisationGrid reference_;
};

}  // namespace

OperatorPtr make_compressed_prefill(std::string name, double scale, const Database::Impl& database,
                                    const CompressedAttentionConfig& config) {
  return std::make_unique<CompressedPrefill>(std::move(name), scale, database, config);
}

OperatorPtr make_compressed_decode(std::string name, double scale, const Database::Impl& database,
                                   const CompressedAttentionConfig& config) {
  return std::make_unique<CompressedDecode>(std::move(name), scale, database, config);
}

}  // namespace dynamo::perf

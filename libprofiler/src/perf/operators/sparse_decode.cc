#include <algorithm>

#include "perf/operators/sparse_rows.h"

namespace dynamo::perf {

namespace {

/// One kind of layer, measured on the grid (heads, batch, position).
class DecodeLayer {
 public:
  DecodeLayer(const Database::Impl& database, const ModelSpec& model, const SparseAttentionConfig& config, SparseLayer layer,
              const SparseRoofline& roofline)
      : mode_(database.mode), heads_(config.heads), roofline_(roofline),
        rows_(sparse_rows(database, SparsePhase::kDecode, layer, SparseKernel::kTrtllm, model, config)) {
    if (rows_.has_value()) grid_ = BoundGrid((*rows_)->grid);
  }

  [[nodiscard]] Result<Timing> at(double batch, double position) const {
    const Coordinates query{heads_, batch, position};
    return by_mode(
        mode_, [&] { return roof(query); }, [&] { return measured(query); }, [&] { return estimated(query); });
  }

 private:
  [[nodiscard]] double roof(const Coordinates& at) const { return roofline_.decode_ms(at[0], at[1], at[2]); }

  [[nodiscard]] Result<Timing> measured(const Coordinates& query) const {
    if (!rows_.has_value()) return std::unexpected(rows_.error());
    const auto sol = [this](const Coordinates& at) { return roof(at); };
    return measured_or_error(GridQuery(grid_, sol, kNoSqrtAxis, false).at(query), "sparse attention");
  }

  [[nodiscard]] Result<Timing> estimated(const Coordinates& query) const {
    std::call_once(reference_once_, [this] { make_reference(); });
    const Coordinates at = own_heads_ ? Coordinates{query[1], query[2]} : query;
    return estimate_from(reference_, roof(query), at);
  }

  /// Of the own head count where it was measured, else of all. Equally near points count in the order of their positions.
  void make_reference() const {
    if (!rows_.has_value()) return;
    std::vector<UtilisationGrid::Point> kept;
    const auto heads = (*rows_)->grid.keys[0];
    own_heads_ = std::ranges::find(heads, static_cast<std::uint32_t>(heads_)) != heads.end();
    for_each_point((*rows_)->grid, [&](const Coordinates& at, double ms) {
      const double sol = roof(at);
      if (ms > 0 && sol > 0 && (!own_heads_ || at[0] == heads_)) kept.push_back({at, sol / ms});
    });
    std::ranges::sort(kept, {}, [](const UtilisationGrid::Point& p) { return Coordinates{p.at[0], p.at[2], p.at[1]}; });
    if (own_heads_) {
      for (UtilisationGrid::Point& p : kept) p.at = {p.at[1], p.at[2]};
    }
    reference_ = UtilisationGrid(std::move(kept), own_heads_ ? 2 : 3);
  }

  DatabaseMode mode_;
  double heads_;
  const SparseRoofline& roofline_;
  Result<const Slice*> rows_;
  BoundGrid grid_;
  mutable std::once_flag reference_once_;
  mutable UtilisationGrid reference_;
  mutable bool own_heads_ = false;
};

class SparseDecode final : public Operator {
 public:
  SparseDecode(std::string name, double scale, const Database::Impl& database, const ModelSpec& model,
               const SparseAttentionConfig& config)
      : Operator(std::move(name), scale), roof_(sparse_roof(database, model, config, SparsePhase::kDecode)),
        share_(choosing_share(database, SparsePhase::kDecode, model)),
        choosing_(database, model, config, SparseLayer::kChooses, roof_.roofline) {
    if (share_ < 1.0) taking_over_.emplace(database, model, config, SparseLayer::kTakesOver, roof_.roofline);
  }

 private:
  Result<Timing> query(const StepShape& step) const override {
    if (roof_.error.has_value()) return std::unexpected(*roof_.error);
    const Result<Timing> own = choosing_.at(step.batch, step.sequence);
    if (!own.has_value() || !taking_over_.has_value()) return own;
    const Result<Timing> other = taking_over_->at(step.batch, step.sequence);
    if (!other.has_value()) return other;
    return own->scaled(share_).plus(other->scaled(1.0 - share_));
  }

  SparseRoof roof_;
  double share_;   ///< of the layers that choose
  DecodeLayer choosing_;
  std::optional<DecodeLayer> taking_over_;
};

}  // namespace

OperatorPtr make_sparse_decode(std::string name, double scale, const Database::Impl& database, const ModelSpec& model,
                               const SparseAttentionConfig& config) {
  return std::make_unique<SparseDecode>(std::move(name), scale, database, model, config);
}

}  // namespace dynamo::perf

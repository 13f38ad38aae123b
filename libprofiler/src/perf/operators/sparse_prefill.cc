#include <algorithm>
#include <limits>

#include "perf/operators/communication.h"
#include "perf/operators/sparse_index.h"
#include "perf/operators/sparse_rows.h"

namespace dynamo::perf {

namespace {

/// One kind of layer, measured on the grid (heads, prefix, new tokens, batch).
class PrefillLayer {
 public:
  PrefillLayer(const Database::Impl& database, const ModelSpec& model, const SparseAttentionConfig& config, SparseLayer layer,
               const SparseRoofline& roofline)
      : mode_(database.mode), takes_over_(layer == SparseLayer::kTakesOver), heads_(config.heads), roofline_(roofline),
        rows_(sparse_rows(database, SparsePhase::kPrefill, layer,
                          config.cp > 1 ? SparseKernel::kFlashMla : SparseKernel::kTrtllm, model, config)) {
    if (rows_.has_value()) grid_ = BoundGrid((*rows_)->grid);
  }

  [[nodiscard]] Result<Timing> at(double batch, double sequence, double prefix) const {
    const Coordinates query{heads_, prefix, sequence, batch};
    return by_mode(
        mode_, [&] { return roof(query); }, [&] { return measured(query); }, [&] { return estimated(query); });
  }

 private:
  [[nodiscard]] double roof(const Coordinates& at) const {
    return roofline_.prefill_ms(at[0], at[2], at[1], at[3], takes_over_);
  }

  [[nodiscard]] Result<Timing> measured(const Coordinates& query) const {
    if (!rows_.has_value()) return std::unexpected(rows_.error());
    const auto sol = [this](const Coordinates& at) { return roof(at); };
    return measured_or_error(GridQuery(grid_, sol, kNoSqrtAxis, false).at(query), "sparse attention");
  }

  /// Efficiencies of the rows: of the own head count where it was measured, else of all.
  struct References {
    bool own_heads = false;
    double least_prefix = 0, most_prefix = -1;   ///< of the rows in use; nothing in between without rows
    UtilisationGrid by_prefix, without_prefix;
  };

  /// At the query's prefix; where the prefixes measured do not bracket it, at the same length without one.
  [[nodiscard]] Result<Timing> estimated(const Coordinates& query) const {
    std::call_once(references_once_, [this] { make_references(); });
    const References& r = references_;
    const bool bracketed = r.least_prefix < r.most_prefix && r.least_prefix <= query[1] && query[1] <= r.most_prefix;
    if (bracketed || r.without_prefix.empty()) {
      return estimate_from(r.by_prefix, roof(query), r.own_heads ? Coordinates{query[1], query[2], query[3]} : query);
    }
    const double full = query[2] + query[1];
    return estimate_from(r.without_prefix, roof(query),
                         r.own_heads ? Coordinates{full, query[3]} : Coordinates{query[0], full, query[3]});
  }

  void make_references() const {
    if (!rows_.has_value()) return;
    const Grid& grid = (*rows_)->grid;
    References& r = references_;
    r.own_heads = std::ranges::find(grid.keys[0], static_cast<std::uint32_t>(heads_)) != grid.keys[0].end();
    r.least_prefix = std::numeric_limits<double>::infinity();
    std::vector<UtilisationGrid::Point> all, flat;
    for_each_point(grid, [&](const Coordinates& at, double ms) {
      if (r.own_heads && at[0] != heads_) return;
      r.least_prefix = std::min(r.least_prefix, at[1]);
      r.most_prefix = std::max(r.most_prefix, at[1]);
      const double sol = roof(at);
      if (!(ms > 0 && sol > 0)) return;
      all.push_back({r.own_heads ? Coordinates{at[1], at[2], at[3]} : at, sol / ms});
      if (at[1] == 0) flat.push_back({r.own_heads ? Coordinates{at[2], at[3]} : Coordinates{at[0], at[2], at[3]}, sol / ms});
    });
    r.by_prefix = UtilisationGrid(std::move(all), r.own_heads ? 3 : 4);
    r.without_prefix = UtilisationGrid(std::move(flat), r.own_heads ? 2 : 3);
  }

  DatabaseMode mode_;
  bool takes_over_;
  double heads_;
  const SparseRoofline& roofline_;
  Result<const Slice*> rows_;
  BoundGrid grid_;
  mutable std::once_flag references_once_;
  mutable References references_;
};

class SparsePrefill final : public Operator {
 public:
  SparsePrefill(std::string name, double scale, const Database::Impl& database, const ModelSpec& model,
                const SparseAttentionConfig& config)
      : Operator(std::move(name), scale), cp_(config.cp), roof_(sparse_roof(database, model, config, SparsePhase::kPrefill)),
        share_(choosing_share(database, SparsePhase::kPrefill, model)),
        choosing_(database, model, config, SparseLayer::kChooses, roof_.roofline), weight_bytes_(scale * bytes_of(model, config)) {
    if (share_ < 1.0) taking_over_.emplace(database, model, config, SparseLayer::kTakesOver, roof_.roofline);
    if (cp_ <= 1) return;
    index_.emplace(database, model, config.heads);
    const auto gather = [&](double width) {
      return make_collective(this->name(), 1.0, database, Collective::kAllGather, width, cp_);
    };
    gather_index_ = gather(model.indexer.head_dim);
    gather_latent_ = gather(model.kv_lora_rank + model.qk_rope_head_dim);
  }

  [[nodiscard]] double weight_bytes() const override { return weight_bytes_; }

 private:
  Result<Timing> query(const StepShape& step) const override {
    if (roof_.error.has_value()) return std::unexpected(*roof_.error);
    const Result<Timing> own = layer(step, choosing_, true);
    if (!own.has_value() || !taking_over_.has_value()) return own;
    const Result<Timing> other = layer(step, *taking_over_, false);
    if (!other.has_value()) return other;
    return own->scaled(share_).plus(other->scaled(1.0 - share_));
  }

  [[nodiscard]] Result<Timing> layer(const StepShape& step, const PrefillLayer& kind, bool chooses) const {
    return cp_ > 1 ? shared_out(step, kind, chooses) : kind.at(step.batch, step.sequence, step.prefix);
  }

  /// Context parallelism gives the busiest rank an even share of the new tokens. Every rank needs the keys of them all.
  [[nodiscard]] Result<Timing> shared_out(const StepShape& step, const PrefillLayer& kind, bool chooses) const {
    if (chooses && index_->missing().has_value()) return std::unexpected(*index_->missing());
    const int own = std::max((step.sequence + cp_ - 1) / cp_, 1);
    Result<Timing> time = kind.at(step.batch, own, step.prefix);
    if (!time.has_value()) return time;
    const Result<double> added = index_->added_ms(step.batch, step.sequence, own, step.prefix, cp_);
    if (!added.has_value()) return std::unexpected(added.error());
    if (chooses) *time += Timing::modelled(*added, Source::kEstimated);
    const StepShape all{.tokens = step.batch * step.sequence};
    for (const OperatorPtr* gather : {chooses ? &gather_index_ : nullptr, &gather_latent_}) {
      if (gather == nullptr) continue;
      const Result<Timing> moved = (*gather)->at(all);
      if (!moved.has_value()) return moved;
      *time += *moved;
    }
    time->source = Source::kEstimated;
    return time;
  }

  /// A rank holds its heads' share of the up-projections and the output, and the rest whole.
  [[nodiscard]] static double bytes_of(const ModelSpec& model, const SparseAttentionConfig& config) {
    const double heads = config.heads;
    const auto bytes = [](GemmQuant quant, double elements) { return elements * facts_of(quant).bytes_per_element; };
    const double hidden = model.hidden;
    const double query = hidden * model.q_lora_rank + model.q_lora_rank * heads * (model.qk_nope_head_dim + model.qk_rope_head_dim);
    const double key_value = hidden * (model.kv_lora_rank + model.qk_rope_head_dim) +
                             model.kv_lora_rank * heads * (model.qk_nope_head_dim + model.v_head_dim);
    const double index = static_cast<double>(model.q_lora_rank) * model.indexer.heads * model.indexer.head_dim +
                         hidden * model.indexer.heads;
    return bytes(config.weights.q, query) + bytes(config.weights.kv, key_value) +
           bytes(config.weights.o, heads * model.v_head_dim * hidden) + bytes(config.weights.indexer, index);
  }

  int cp_;
  SparseRoof roof_;
  double share_;   ///< of the layers that choose
  PrefillLayer choosing_;
  std::optional<PrefillLayer> taking_over_;
  std::optional<IndexKernels> index_;
  OperatorPtr gather_index_, gather_latent_;
  double weight_bytes_;
};

}  // namespace

OperatorPtr make_sparse_prefill(std::string name, double scale, const Database::Impl& database, const ModelSpec& model,
                                const SparseAttentionConfig& config) {
  return std::make_unique<SparsePrefill>(std::move(name), scale, database, model, config);
}

}  // namespace dynamo::perf

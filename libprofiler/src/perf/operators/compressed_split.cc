#include "perf/operators/compressed_split.h"

#include <cmath>

#include "perf/operators/communication.h"
#include "perf/operators/selection_bias.h"

namespace dynamo::perf {

namespace {

/// A prompt is scored in pieces of this many tokens, as the engines schedule it; the tables go no further.
constexpr int kPiece = 8192;

const Slice* find(const Database::Impl& database, std::string_view name, const std::string& key) {
  const auto table = database.table(name);
  const Slice* slice = table.has_value() && *table != nullptr ? (*table)->find(key) : nullptr;
  return slice != nullptr && slice->grid.points() > 0 ? slice : nullptr;
}

double scored_pairs(const Coordinates& at) { return at[2] * (at[0] * at[1] + at[1] * at[1] / 2); }

}  // namespace

CompressedSplit::CompressedSplit(const std::string& name, const Database::Impl& database, const CompressedAttentionConfig& config)
    : cp_(config.cp), shape_(config.shape),
      gather_entries_(make_collective(name, 1.0, database, Collective::kAllGather, shape_.head_dim, cp_)) {
  if (!shape_.selects()) return;
  gather_index_ = make_collective(name, 1.0, database, Collective::kAllGather, shape_.index_head_dim, cp_);
  const std::string heads = std::to_string(config.native_heads);
  const Slice* scoring = find(database, "dsv4_paged_mqa_logits_module", heads + "|" + std::to_string(config.tp));
  if (scoring == nullptr) scoring = find(database, "dsv4_paged_mqa_logits_module", heads + "|1");
  if (scoring != nullptr) scoring_.emplace(scoring->grid);
  selection_ = find(database, "dsv4_csa_topk_calib", heads + "|v1_top_last");
}

std::optional<double> CompressedSplit::scoring_ms(int batch, int tokens, int cached) const {
  if (!scoring_.has_value()) return std::nullopt;
  double sum = 0;
  for (int done = 0; done < tokens; done += kPiece) {
    const Coordinates at{static_cast<double>(cached) + done, static_cast<double>(std::min(kPiece, tokens - done)),
                         static_cast<double>(batch), 0};
    const Found found = GridQuery(*scoring_, scored_pairs, kNoSqrtAxis, false).at(at);
    if (!found.ok() || !std::isfinite(found.ms)) return std::nullopt;
    sum += found.ms;
  }
  return sum;
}

Result<double> CompressedSplit::exchange_ms(const StepShape& step) const {
  const int share = share_of(step.sequence);
  const auto all_scores = scoring_ms(step.batch, step.sequence, step.prefix);
  const auto own_scores = scoring_ms(step.batch, share, step.prefix);
  const auto select = [&](int tokens) {
    return selection_ != nullptr ? ordinary_selection_ms(selection_->grid, step.batch, tokens, step.prefix) : INFINITY;
  };
  const double all_selected = select(step.sequence);
  if (!all_scores.has_value() || !own_scores.has_value() || !std::isfinite(all_selected)) {
    return std::unexpected(Error{ErrorKind::kMissingData,
                                 "context parallelism needs measured kernels that score and select cache entries"});
  }
  return (*all_scores / cp_ - *own_scores) + (all_selected / cp_ - select(share));
}

Result<double> CompressedSplit::gather_ms(const OperatorPtr& gather, int tokens) const {
  const Result<Timing> time = gather->at({tokens, 0, 0, 0});
  if (!time.has_value()) return std::unexpected(time.error());
  return time->ms;
}

Result<Timing> CompressedSplit::add_to(const Timing& own, const StepShape& step) const {
  double ms = own.ms;
  if (shape_.selects()) {
    const Result<double> exchanged = exchange_ms(step);
    if (!exchanged.has_value()) return std::unexpected(exchanged.error());
    ms += *exchanged;
  }
  const int uncompressed = shape_.selects() ? step.sequence : std::min(step.sequence, shape_.window);
  const Result<double> first = gather_ms(shape_.selects() ? gather_index_ : gather_entries_, step.batch * uncompressed);
  if (!first.has_value()) return std::unexpected(first.error());
  const Result<double> second = gather_ms(gather_entries_, step.batch * (step.sequence / shape_.ratio));
  if (!second.has_value()) return std::unexpected(second.error());
  return Timing::modelled(ms + *first + *second, Source::kEstimated);
}

}  // namespace dynamo::perf

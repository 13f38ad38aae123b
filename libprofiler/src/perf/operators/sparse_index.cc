#include "perf/operators/sparse_index.h"

#include <algorithm>
#include <cstdlib>

namespace dynamo::perf {

namespace {

using Keys = std::span<const std::uint32_t>;

Keys children(const Grid& grid, std::size_t level, std::uint32_t node) {
  const std::uint32_t begin = grid.offsets[level][node];
  return grid.keys[level].subspan(begin, grid.offsets[level][node + 1] - begin);
}

/// The smaller one of two that are equally near.
std::uint32_t nearest(Keys keys, int wanted) {
  const auto distance = [&](std::uint32_t key) { return std::abs(static_cast<long>(key) - wanted); };
  return static_cast<std::uint32_t>(std::ranges::min_element(keys, {}, distance) - keys.begin());
}

/// Straight between the prefixes measured, flat beyond; the nearest batch and sequence stand for others.
Result<double> time_of(const Grid& grid, int batch, int sequence, int prefix) {
  const std::uint32_t at_batch = nearest(children(grid, 0, 0), batch);
  const Keys sequences = children(grid, 1, at_batch);
  if (sequence > static_cast<int>(sequences.back())) {
    return std::unexpected(Error{ErrorKind::kMissingData, "the indexer was measured up to " + std::to_string(sequences.back()) +
                                                              " tokens, not " + std::to_string(sequence)});
  }
  const std::uint32_t at_sequence = grid.offsets[1][at_batch] + nearest(sequences, sequence);
  const Keys prefixes = children(grid, 2, at_sequence);
  const auto leaf = [&](std::size_t i) { return grid.values[0][grid.offsets[2][at_sequence] + i]; };
  const auto above = static_cast<std::size_t>(
      std::ranges::lower_bound(prefixes, static_cast<std::uint32_t>(prefix)) - prefixes.begin());
  if (above == 0) return leaf(0);
  if (above == prefixes.size()) return leaf(above - 1);
  const double low = prefixes[above - 1];
  const double high = prefixes[above];
  return leaf(above - 1) + (leaf(above) - leaf(above - 1)) * (prefix - low) / (high - low);
}

const Slice* find_slice(const Database::Impl& database, std::string_view table, const std::string& key) {
  const auto rows = database.table(table);
  return rows.has_value() && *rows != nullptr ? (*rows)->find(key) : nullptr;
}

}  // namespace

IndexKernels::IndexKernels(const Database::Impl& database, const ModelSpec& model, int heads) {
  // Tables carry the name of the models that were measured.
  const std::string measured = model.architecture == "DeepseekV32ForCausalLM" ? "dsv32" : "glm5";
  const std::string key = std::to_string(heads);
  score_ = find_slice(database, measured + "_mqa_logits_module", key);
  choose_flat_ = find_slice(database, measured + "_topk_module", key + "|flat");
  choose_last_ = find_slice(database, measured + "_topk_module", key + "|top_last");
  for (const Slice* slice : {score_, choose_flat_, choose_last_}) {
    if (slice != nullptr && slice->grid.points() > 0) continue;
    missing_ = Error{ErrorKind::kMissingData, "context parallelism of sparse attention needs the indexer's kernels, which were not "
                                              "measured for " + model.architecture + " with " + key + " heads"};
  }
}

Result<double> IndexKernels::added_ms(int batch, int sequence, int own, int prefix, int cp) const {
  double sum = 0;
  const auto add = [&](const Slice* slice, int tokens, double weight) -> Result<void> {
    if (slice == nullptr || slice->grid.points() == 0) return {};
    const Result<double> ms = time_of(slice->grid, batch, tokens, prefix);
    if (!ms.has_value()) return std::unexpected(ms.error());
    sum += *ms * weight;
    return {};
  };
  const double shared = 1.0 / cp;
  Result<void> ok = add(score_, sequence, shared);
  if (ok.has_value()) ok = add(score_, own, -1.0);
  if (ok.has_value()) ok = add(choose_last_, sequence, shared);
  if (ok.has_value()) ok = add(choose_flat_, own, -1.0);
  if (!ok.has_value()) return std::unexpected(ok.error());
  return sum;
}

}  // namespace dynamo::perf

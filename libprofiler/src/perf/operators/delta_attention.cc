#include "perf/operators/delta_attention.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "perf/interp/curve.h"
#include "perf/interp/grid_query.h"
#include "perf/operators/delta_traffic.h"
#include "perf/operators/estimate.h"

namespace dynamo::perf {

namespace {

constexpr std::string_view kConvolutionStep = "causal_conv1d_update";

std::string_view name_of(DeltaPhase phase) {
  switch (phase) {
    case DeltaPhase::kPrefill: return "context";
    case DeltaPhase::kDecode: return "generation";
    case DeltaPhase::kVerify: return "verify";
  }
  return "";
}

std::string phase_key(std::string_view kernel, DeltaPhase phase) {
  return std::string(kernel) + "|" + std::string(name_of(phase)) + "|";
}

std::string exact_key(std::string_view kernel, const DeltaKernel& config) {
  std::string key = phase_key(kernel, config.phase) + std::to_string(config.hidden) + "|" + std::to_string(config.conv_width);
  for (int side = 0; side < 2; ++side) key += "|" + std::to_string(config.heads) + "|" + std::to_string(config.head_dim);
  return key;
}

/// Heads in a key that ends in `…|heads|head_dim`.
int heads_of(std::string_view key) {
  const auto end = key.rfind('|');
  const std::string_view rest = key.substr(key.rfind('|', end - 1) + 1);
  int heads = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), heads);
  return heads;
}

/// The slice of that kernel, else that of the same width with the nearest number of heads; the fewest heads on ties.
const Slice* slice_for(const Table& table, std::string_view kernel, const DeltaKernel& config) {
  if (const Slice* exact = table.find(exact_key(kernel, config))) return exact;
  const std::string same = phase_key(kernel, config.phase) + std::to_string(config.hidden) + "|";
  const auto rank = [&](const Slice& slice) {
    const int heads = heads_of(slice.key);
    return std::pair(std::abs(heads - config.heads), heads);
  };
  const Slice* best = nullptr;
  for (const Slice& slice : table.slices) {
    if (slice.key.starts_with(same) && (best == nullptr || rank(slice) < rank(*best))) best = &slice;
  }
  return best;
}

bool has_any(const Table& table, std::string_view kernel, DeltaPhase phase) {
  const std::string prefix = phase_key(kernel, phase);
  return std::ranges::any_of(table.slices, [&](const Slice& slice) { return slice.key.starts_with(prefix); });
}

/// The kernel that runs in its place on GPUs where convolution and recurrence are one; empty = none.
std::string_view fused_kernel(const Table& table, const DeltaKernel& config) {
  const bool step = config.kernel == kConvolutionStep || config.kernel == "fused_recurrent_kda_packed_decode";
  const bool check = config.kernel == kConvolutionStep || config.kernel == "fused_sigmoid_gating_delta_rule_update";
  if (config.phase == DeltaPhase::kVerify && check && !has_any(table, config.kernel, config.phase)) {
    constexpr std::string_view kFused = "fused_kda_decode_mtp_dspark";
    return has_any(table, kFused, config.phase) ? kFused : "";
  }
  if (config.phase == DeltaPhase::kDecode && step && table.find(exact_key(config.kernel, config)) == nullptr) {
    constexpr std::string_view kFused = "kda_fused_decode";
    return table.find(exact_key(kFused, config)) != nullptr ? kFused : "";
  }
  return {};
}

/// The first `rank` axes of a slice, at the first point behind each.
struct Front {
  Grid grid;
  std::vector<double> values;

  Front(const Grid& whole, int rank) : grid(whole) {
    const std::size_t nodes = whole.keys[static_cast<std::size_t>(rank) - 1].size();
    for (std::uint32_t node = 0; node < nodes; ++node) {
      std::uint32_t leaf = node;
      for (int level = rank; level < whole.rank; ++level) leaf = whole.offsets[static_cast<std::size_t>(level)][leaf];
      values.push_back(whole.values[0][leaf]);
    }
    grid.rank = rank;
    grid.values = {values};
  }
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;
};

/// Axes: sequences and their tokens; decode has the sequences alone.
class DeltaOperator final : public Operator {
 public:
  DeltaOperator(std::string name, double scale, const Database::Impl& database, const DeltaKernel& config)
      : Operator(std::move(name), scale), config_(config), kernel_(config.kernel), bytes_per_s_(database.system.mem_bytes_per_s),
        traffic_{static_cast<double>(config.heads), static_cast<double>(config.head_dim), static_cast<double>(config.conv_width)} {
    const auto table = database.table("kda");
    if (!table.has_value()) {
      damaged_ = table.error();
      return;
    }
    if (*table == nullptr) return;
    if (const std::string_view fused = fused_kernel(**table, config); !fused.empty()) {
      contained_ = config.kernel == kConvolutionStep;
      kernel_ = fused;
    }
    const Slice* slice = slice_for(**table, kernel_, config);
    if (slice == nullptr || slice->grid.points() == 0) return;
    front_ = std::make_unique<const Front>(slice->grid, config.phase == DeltaPhase::kDecode ? 1 : 2);
    grid_.emplace(front_->grid);
  }
  bool reads_sequence() const override { return config_.phase == DeltaPhase::kPrefill; }

 private:
  [[nodiscard]] double roof_ms(const Coordinates& at) const {
    return traffic_.bytes(kernel_, at[0], at[1]) / bytes_per_s_ * 1000.0;
  }

  [[nodiscard]] Coordinates coordinates(const StepShape& step) const {
    const double batch = step.batch;
    switch (config_.phase) {
      case DeltaPhase::kPrefill: return {batch, static_cast<double>(step.sequence), 0, 0};
      case DeltaPhase::kDecode: return {batch, 0, 0, 0};
      case DeltaPhase::kVerify: break;
    }
    // The step's rows are all tokens checked; the kernel counts requests.
    return {std::max(std::nearbyint(batch / config_.drafted), 1.0), static_cast<double>(config_.drafted), 0, 0};
  }

  Result<Timing> query(const StepShape& step) const override {
    if (damaged_.has_value()) return std::unexpected(*damaged_);
    if (contained_) return Timing{};
    const Coordinates at = coordinates(step);
    const Found found = look_up(at);
    return found.ok() ? Timing::measured(found) : Timing::modelled(roof_ms(at), Source::kSol);
  }

  [[nodiscard]] Found look_up(const Coordinates& at) const {
    if (!grid_.has_value()) return Found::miss("not measured");
    if (front_->grid.rank == 1) {
      return query_curve(front_->grid.keys[0], front_->values, at[0], [this](double batch) { return roof_ms({batch, 0, 0, 0}); });
    }
    const auto roof = [this](const Coordinates& point) { return roof_ms(point); };
    return GridQuery(*grid_, roof, kNoSqrtAxis, false).at(at);
  }

  DeltaKernel config_;
  std::string kernel_;
  double bytes_per_s_;
  DeltaTraffic traffic_;
  std::optional<Error> damaged_;
  bool contained_ = false;   ///< in the time of the kernel that follows
  std::unique_ptr<const Front> front_;
  std::optional<BoundGrid> grid_;
};

}  // namespace

OperatorPtr make_delta_kernel(std::string name, double scale, const Database::Impl& database, const DeltaKernel& config) {
  return std::make_unique<DeltaOperator>(std::move(name), scale, database, config);
}

}  // namespace dynamo::perf

#include "perf/operators/hyper_connections.h"

#include <mutex>

#include "perf/interp/curve.h"
#include "perf/operators/by_mode.h"
#include "perf/operators/mla_kernel.h"

namespace dynamo::perf {

namespace {

constexpr double kSites = 2;   ///< a layer mixes around attention and around the experts
constexpr double kBf16Bytes = 2;

MlaRows rows_of(const Database::Impl& database, const HyperConnections& config) {
  const char* side = config.side == HyperConnections::Side::kBefore ? "pre|" : "post|";
  return mla_rows(database, "mhc_module", side + std::to_string(config.streams) + "|" + std::to_string(config.hidden));
}

class Mix final : public Operator {
 public:
  Mix(std::string name, double scale, const Database::Impl& database, const HyperConnections& config, TokenSplit split)
      : Operator(std::move(name), scale), mode_(database.mode), config_(config), split_(split),
        flops_(database.flops(facts_of(GemmQuant::kBfloat16))), bytes_per_s_(database.system.mem_bytes_per_s),
        rows_(rows_of(database, config)) {}

  double weight_bytes() const override { return parameter_bytes() * scale(); }
  bool reads_sequence() const override { return false; }

 private:
  [[nodiscard]] double parameter_bytes() const {
    const double streams = config_.streams;
    const double mixes = (2 + streams) * streams;
    return kSites * (mixes * streams * config_.hidden + mixes + 3) * kBf16Bytes;
  }

  [[nodiscard]] double roof_ms(double tokens) const {
    const double streams = config_.streams;
    const double width = streams * config_.hidden;
    const double mixes = (2 + streams) * streams;
    const bool before = config_.side == HyperConnections::Side::kBefore;
    const double per_token = before ? 2 * width * mixes + 3 * width + (streams * streams + 2 * streams) * config_.iterations + 2 * width
                                    : 2 * streams * width + 2 * width;
    double bytes = parameter_bytes() + kSites * tokens * width * kBf16Bytes * 2;
    constexpr double kFp32Bytes = 4;
    if (before) bytes += kSites * tokens * mixes * kFp32Bytes;
    return std::max(kSites * tokens * per_token / *flops_, bytes / bytes_per_s_) * 1000.0;
  }

  Result<Timing> query(const StepShape& step) const override {
    if (!flops_.has_value()) return std::unexpected(flops_.error());
    const double tokens = split_.of(step.tokens);
    const auto roof = [this](double count) { return roof_ms(count); };
    const auto measured = [&]() -> Result<Timing> {
      if (rows_.slice == nullptr) return std::unexpected(*rows_.error);
      const Grid& grid = rows_.slice->grid;
      return measured_or_error(query_curve(grid.keys[0], grid.values[0], tokens, roof), name());
    };
    const auto estimated = [&] {
      std::call_once(reference_once_, [&] {
        if (rows_.slice == nullptr) return;
        reference_ = utilisation_of(rows_.slice->grid, [&](const std::array<double, 4>& at) { return roof(at[0]); }, false);
      });
      return estimate_from(reference_, roof(tokens), {tokens, 0, 0, 0});
    };
    return by_mode(mode_, [&] { return roof(tokens); }, measured, estimated);
  }

  DatabaseMode mode_;
  HyperConnections config_;
  TokenSplit split_;
  Result<double> flops_;
  double bytes_per_s_;
  MlaRows rows_;
  mutable std::once_flag reference_once_;
  mutable UtilisationGrid reference_;
};

}  // namespace

OperatorPtr make_hyper_connections(std::string name, double scale, const Database::Impl& database, const HyperConnections& config,
                                   TokenSplit split) {
  return std::make_unique<Mix>(std::move(name), scale, database, config, split);
}

}  // namespace dynamo::perf

#include "perf/operators/all_to_all.h"

#include <algorithm>

#include "perf/interp/curve.h"
#include "perf/large_ep/deep_ep_rows.h"
#include "perf/operators/estimate.h"

namespace dynamo::perf {

namespace {

constexpr double kMsPerUs = 1e-3;

class AllToAllStep final : public Operator {
 public:
  AllToAllStep(std::string name, double scale, const Database::Impl& database, const ModelSpec& model, const AllToAllShape& shape)
      : Operator(std::move(name), scale), database_(database), divisor_(shape.token_divisor) {
    const auto place = exchange_place(database, shape.kernel, shape.quant, shape.phase, shape.ep, model);
    if (!place.has_value()) return;
    substituted_ = place->ep != shape.ep || place->nodes != nodes_of(database.system, shape.ep);
    const std::string format = wire_format(shape.kernel, shape.quant, shape.phase, shape.step, database.system);
    if (const Slice* slice = exchange_slice(database, shape.kernel, shape.step, format, *place, model); slice != nullptr) {
      bind(slice->grid, sm_budget(shape.kernel));
    } else if (slice = deep_ep_slice(database, shape.kernel, *place, model); slice != nullptr) {
      own_rows_.emplace(*slice, shape.kernel, shape.step, place->nodes);
    }
  }
  bool reads_sequence() const override { return false; }

 private:
  void bind(const Grid& grid, std::uint32_t budget) {
    const auto at = std::ranges::find(grid.keys[0], budget);
    if (at == grid.keys[0].end()) return;
    const auto node = static_cast<std::size_t>(at - grid.keys[0].begin());
    const std::size_t first = grid.offsets[1][node];
    const std::size_t count = grid.offsets[1][node + 1] - first;
    tokens_ = grid.keys[1].subspan(first, count);
    microseconds_ = grid.values[0].subspan(first, count);
  }

  Result<Timing> query(const StepShape& step) const override {
    if (!database_.reads_tables()) return std::unexpected(not_estimable());
    const auto tokens = static_cast<double>(step.tokens / divisor_);
    const Found found = own_rows_.has_value() ? own_rows_->at(tokens)
                                              : query_curve(tokens_, microseconds_, tokens, [](double t) { return t; });
    Result<Timing> time = measured_or_error(found, name());
    if (!time.has_value()) {
      if (database_.may_estimate()) return std::unexpected(not_estimable());
      return time;
    }
    *time *= kMsPerUs;
    if (substituted_) time->source = Source::kEstimated;
    return time;
  }

  [[nodiscard]] Error not_estimable() const {
    return {ErrorKind::kNotEstimable, name() + ": all-to-all kernels have no model beside their measurements"};
  }

  const Database::Impl& database_;
  int divisor_;
  bool substituted_ = false;   ///< one node's measurement stands for several
  std::span<const std::uint32_t> tokens_;
  std::span<const double> microseconds_;
  std::optional<DeepEpRows> own_rows_;   ///< instead of these
};

}  // namespace

OperatorPtr make_all_to_all(std::string name, double scale, const Database::Impl& database, const ModelSpec& model,
                            const AllToAllShape& shape) {
  return std::make_unique<AllToAllStep>(std::move(name), scale, database, model, shape);
}

}  // namespace dynamo::perf

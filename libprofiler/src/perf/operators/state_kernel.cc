#include "perf/operators/state_kernel.h"

#include <cmath>
#include <optional>

#include "perf/interp/curve.h"
#include "perf/interp/grid_query.h"
#include "perf/interp/state_grid.h"
#include "perf/operators/state_rows.h"

namespace dynamo::perf {

namespace {

constexpr double kBf16Bytes = 2;
constexpr double kStateBytes = 4;   // the roofline takes fp32 whatever the model's state
constexpr double kScanChunk = 64;   // tokens between two states that a scan of gated delta rule writes out

/// Reads `kernel` tokens and weights of every channel, writes one token.
double convolution_bytes(double tokens, double channels, double kernel) {
  return tokens * channels * (kernel + 1.0) * kBf16Bytes + tokens * channels * kBf16Bytes;
}

double gdn_bytes(const GdnShape& shape, double batch, double sequence) {
  const double tokens = shape.context && sequence > 0 ? batch * sequence : batch;
  const double keys = static_cast<double>(shape.key_heads) * shape.key_head_dim;
  const double values = static_cast<double>(shape.value_heads) * shape.value_head_dim;
  const double channels = 2.0 * keys + values;
  if (shape.step == StateStep::kConvolution) return convolution_bytes(tokens, channels, shape.conv_kernel);
  const double state = values * shape.key_head_dim;
  const double chunks = shape.context ? std::floor(sequence / kScanChunk) * state * kBf16Bytes * batch : 0.0;
  return tokens * channels * kBf16Bytes + tokens * values * kBf16Bytes + 2.0 * (state * kStateBytes * batch + chunks);
}

double mamba_bytes(const MambaShape& shape, double batch, double sequence) {
  const double tokens = shape.context && sequence > 0 ? batch * sequence : batch;
  const double inner = static_cast<double>(shape.heads) * shape.head_dim;
  const double state = 2.0 * shape.groups * shape.state_size;
  if (shape.step == StateStep::kConvolution) return convolution_bytes(tokens, inner + state, shape.conv_kernel);
  return tokens * (inner + state + shape.heads) * kBf16Bytes + tokens * inner * kBf16Bytes;
}

double bytes_of(const GdnShape& shape, double batch, double sequence) { return gdn_bytes(shape, batch, sequence); }
double bytes_of(const MambaShape& shape, double batch, double sequence) { return mamba_bytes(shape, batch, sequence); }

template <typename Shape>
class StateKernel final : public Operator {
 public:
  StateKernel(std::string name, double scale, const Database::Impl& database, const Shape& shape, const Result<StateRows>& rows)
      : Operator(std::move(name), scale), shape_(shape), bytes_per_s_(database.system.mem_bytes_per_s),
        points_(shape.context ? 2 : 1) {
    if (!rows.has_value()) {
      damaged_ = rows.error();
      return;
    }
    for (const Slice* slice : *rows) points_.add(slice->grid);
    grid_ = BoundGrid(points_.build());
  }

 private:
  Result<Timing> query(const StepShape& step) const override {
    if (damaged_.has_value()) return std::unexpected(*damaged_);
    const Coordinates at{static_cast<double>(step.batch), static_cast<double>(step.sequence), 0, 0};
    const auto roof = [this](const Coordinates& point) {
      return bytes_of(shape_, point[0], shape_.context ? point[1] : 0.0) / bytes_per_s_ * 1000.0;
    };
    const Found found = shape_.context ? GridQuery(grid_, roof, kNoSqrtAxis, false).at(at) : at_batch(at[0], roof);
    return found.ok() ? Timing::measured(found) : Timing::modelled(roof(at), Source::kSol);
  }

  /// Decode was measured at one position; its rows are a curve over the batch.
  template <typename Roof>
  [[nodiscard]] Found at_batch(double batch, const Roof& roof) const {
    if (grid_.grid->points() == 0) return Found::miss("empty table");
    return query_curve(grid_.grid->keys[0], grid_.grid->values[0], batch,
                       [&](double b) { return roof(Coordinates{b, 0, 0, 0}); });
  }

  Shape shape_;
  double bytes_per_s_;
  std::optional<Error> damaged_;
  StateGrid points_;
  BoundGrid grid_;
};

}  // namespace

OperatorPtr make_gdn_kernel(std::string name, double scale, const Database::Impl& database, const GdnShape& shape) {
  return std::make_unique<StateKernel<GdnShape>>(std::move(name), scale, database, shape, gdn_rows(database, shape));
}

OperatorPtr make_mamba_kernel(std::string name, double scale, const Database::Impl& database, const MambaShape& shape) {
  return std::make_unique<StateKernel<MambaShape>>(std::move(name), scale, database, shape, mamba_rows(database, shape));
}

}  // namespace dynamo::perf

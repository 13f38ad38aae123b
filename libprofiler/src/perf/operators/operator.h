#pragma once

#include <expected>
#include <memory>
#include <string>

#include "perf/database_impl.h"
#include "perf/operators/timing.h"

namespace dynamo::perf {

/// The work of one forward pass as operators see it.
struct StepShape {
  int tokens = 0;    ///< through token-wise operators
  int batch = 0;     ///< sequences through attention
  int sequence = 0;  ///< prefill: new tokens a sequence; decode: positions attended to
  int prefix = 0;    ///< prefill: tokens already in the KV cache
};

/// One kernel, or a run of equal kernels: the cost is `scale` times one of them. Bound to its table rows when it is made, so
/// that a query neither searches nor allocates.
class Operator {
 public:
  Operator(std::string name, double scale) : name_(std::move(name)), scale_(scale) {}
  virtual ~Operator() = default;
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  /// Scaled time of one pass.
  [[nodiscard]] Result<Timing> at(const StepShape& step) const {
    Result<Timing> one = query(step);
    if (one.has_value()) *one *= scale_;
    return one;
  }
  /// Scaled bytes of weights on one GPU, before pipeline parallelism.
  [[nodiscard]] virtual double weight_bytes() const { return 0; }

  /// Whether the time of a pass depends on `StepShape::sequence`. One that does not is priced once for a whole decode.
  [[nodiscard]] virtual bool reads_sequence() const { return true; }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] double scale() const { return scale_; }

 private:
  [[nodiscard]] virtual Result<Timing> query(const StepShape& step) const = 0;

  std::string name_;
  double scale_;
};

using OperatorPtr = std::unique_ptr<const Operator>;

}  // namespace dynamo::perf

#include <mutex>
#include <optional>

#include "perf/interp/grid_query.h"
#include "perf/operators/attention.h"
#include "perf/operators/by_mode.h"

namespace dynamo::perf {

namespace {

/// Every patch attends to every patch of its own image: no cache, no causal mask.
class EncoderAttention final : public Operator {
 public:
  EncoderAttention(std::string name, double scale, const Database::Impl& database, int heads, int head_dim)
      : Operator(std::move(name), scale), database_(database), heads_(heads), head_dim_(head_dim),
        flops_(database.flops(facts_of(FmhaQuant::kBfloat16))) {
    const auto table = database.table("encoder_attention");
    if (!table.has_value()) {
      damaged_ = table.error();
      return;
    }
    const std::string key = std::string(facts_of(FmhaQuant::kBfloat16).name) + "|" + std::to_string(head_dim);
    slice_ = *table != nullptr ? (*table)->find(key) : nullptr;
    if (slice_ != nullptr) grid_.emplace(slice_->grid);
  }

 private:
  Result<Timing> query(const StepShape& step) const override {
    if (!flops_.has_value()) return std::unexpected(flops_.error());
    const Coordinates at{static_cast<double>(heads_), static_cast<double>(step.sequence), static_cast<double>(step.batch), 0};
    return by_mode(database_.mode, [&] { return sol(at); }, [&] { return measured(at); }, [&] { return estimated(at); });
  }

  [[nodiscard]] Result<Timing> measured(const Coordinates& at) const {
    if (damaged_.has_value()) return std::unexpected(*damaged_);
    if (!grid_.has_value()) {
      return std::unexpected(Error{ErrorKind::kMissingData,
                                   "no measured encoder attention of head width " + std::to_string(head_dim_)});
    }
    constexpr int kSequenceAxis = 1;
    const auto roof = [this](const Coordinates& point) { return sol(point); };
    return measured_or_error(GridQuery(*grid_, roof, kSequenceAxis, false).at(at), name());
  }

  [[nodiscard]] Result<Timing> estimated(const Coordinates& at) const {
    std::call_once(reference_once_, [this] {
      if (slice_ != nullptr) {
        reference_ = utilisation_of(slice_->grid, [this](const Coordinates& point) { return sol(point); }, false);
      }
    });
    return estimate_from(reference_, sol(at), at);
  }

  [[nodiscard]] double sol(const Coordinates& at) const {
    return encoder_attention_sol_ms(at[0], head_dim_, at[1], at[2], *flops_, database_.system.mem_bytes_per_s);
  }

  const Database::Impl& database_;
  int heads_;
  int head_dim_;
  Result<double> flops_;
  const Slice* slice_ = nullptr;
  std::optional<Error> damaged_;
  std::optional<BoundGrid> grid_;
  mutable std::once_flag reference_once_;
  mutable UtilisationGrid reference_;
};

}  // namespace

OperatorPtr make_encoder_attention(std::string name, double scale, const Database::Impl& database, int heads, int head_dim) {
  return std::make_unique<EncoderAttention>(std::move(name), scale, database, heads, head_dim);
}

}  // namespace dynamo::perf

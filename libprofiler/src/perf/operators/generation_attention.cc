#include <algorithm>
#include <memory>
#include <mutex>

#include "facts/corrections.h"
#include "perf/interp/grid_query.h"
#include "perf/interp/step_memo.h"
#include "perf/operators/attention.h"
#include "perf/operators/attention_tables.h"
#include "perf/operators/by_mode.h"

namespace dynamo::perf {

namespace {

/// Roofline of decode attention at a table point (heads, batch, position), ms.
struct DecodeRoof {
  AttentionShape shape;
  bool own_kv_heads = false;   ///< as many KV heads as query heads
  double flops = 0, bytes_per_s = 0;

  [[nodiscard]] double operator()(const Coordinates& at) const {
    const double kv = own_kv_heads ? at[0] : shape.kv_heads;
    return generation_attention_sol_ms(shape, at[0], kv, at[1], at[2], flops, bytes_per_s);
  }
};

/// The measured rows of one shape. All layouts that cut the heads alike have the same.
class MeasuredDecode {
 public:
  MeasuredDecode(const Grid& grid, int heads, DecodeRoof roof) : grid_(grid), heads_(heads), roof_(std::move(roof)) {}

  /// Mean over five positions within 10 % of the asked one: smooths the steps between measured lengths.
  [[nodiscard]] Found at(int batch, int sequence) const {
    return memo_.find_or_make(batch, sequence, [&] { return mean(batch, sequence); });
  }

 private:
  [[nodiscard]] Found mean(int batch, int sequence) const {
    constexpr int kSamples = 5;
    const int low = std::max(1, static_cast<int>(sequence * facts::kDecodePositionLow));
    const int high = std::max(low, static_cast<int>(sequence * facts::kDecodePositionHigh));
    const GridQuery query(grid_, roof_, kNoSqrtAxis, true);
    Found mean = Found::at(0, Method::kLookedUp);
    for (int i = 0; i < kSamples; ++i) {
      const auto offset = static_cast<int>(std::int64_t{high - low} * i / (kSamples - 1));
      const Found found =
          query.at({static_cast<double>(heads_), static_cast<double>(batch), static_cast<double>(low + offset), 0});
      if (!found.ok()) return found;
      mean.ms += found.ms;
      mean.method = std::max(mean.method, found.method);
    }
    mean.ms /= kSamples;
    return mean;
  }

  BoundGrid grid_;
  int heads_;
  DecodeRoof roof_;
  mutable StepMemo memo_;
};

class GenerationAttention final : public Operator {
 public:
  GenerationAttention(std::string name, double scale, const Database::Impl& database, const AttentionConfig& config)
      : Operator(std::move(name), scale), database_(database), config_(config),
        shape_{config.heads, config.kv_heads, config.head_dim, config.window, facts_of(config.kv).bytes_per_element},
        flops_(database.decode_flops(config.kv)),
        table_(database, "generation_attention", std::string(facts_of(config.kv).name)) {
    const Slice* slice = table_.find(kv_heads_key(config), config.head_dim, config.window);
    if (slice == nullptr || !flops_.has_value()) return;
    const std::string key = "decode attention " + std::string(slice->key) + " of heads " + std::to_string(config.heads) + "/" +
                            std::to_string(config.kv_heads);
    rows_ = database.parts->find_or_make<MeasuredDecode>(
        key, [&] { return std::make_shared<const MeasuredDecode>(slice->grid, config.heads, roof(shape_)); });
  }

 private:
  Result<Timing> query(const StepShape& step) const override {
    if (!flops_.has_value()) return std::unexpected(flops_.error());
    return by_mode(
        KernelKind{database_, KernelClass::kDecodeAttention}, [&] { return roof(shape_)(point(step.batch, step.sequence)); },
        [&] { return measured(step.batch, step.sequence); }, [&] { return estimated(step.batch, step.sequence); });
  }

  [[nodiscard]] Result<Timing> measured(int batch, int sequence) const {
    if (table_.damaged().has_value()) return std::unexpected(*table_.damaged());
    if (rows_ == nullptr) return std::unexpected(Error{ErrorKind::kMissingData, "no measured decode attention: " + what()});
    return measured_or_error(rows_->at(batch, sequence), name());
  }

  [[nodiscard]] Result<Timing> estimated(int batch, int sequence) const {
    std::call_once(reference_once_, [this] { bind_reference(); });
    const Coordinates at = point(batch, sequence);
    return estimate_from(reference_, roof(shape_)(at), at);
  }

  void bind_reference() const {
    for (const AttentionTable::StandIn& other : table_.stand_ins(config_)) {
      AttentionShape shape = shape_;
      shape.head_dim = other.head_dim;
      shape.window = other.window;
      reference_ = reference_of(*other.slice, shape);
      if (!reference_.empty()) return;
    }
  }

  [[nodiscard]] UtilisationGrid reference_of(const Slice& slice, const AttentionShape& shape) const {
    return utilisation_of(slice.grid, roof(shape), true);
  }

  [[nodiscard]] Coordinates point(int batch, int sequence) const {
    return {static_cast<double>(config_.heads), static_cast<double>(batch), static_cast<double>(sequence), 0};
  }

  [[nodiscard]] DecodeRoof roof(const AttentionShape& shape) const {
    return {shape, kv_heads_key(config_) == 0, *flops_, database_.system.mem_bytes_per_s};
  }

  [[nodiscard]] std::string what() const {
    return "KV format " + std::string(facts_of(config_.kv).name) + ", kv heads " + std::to_string(kv_heads_key(config_)) +
           ", head width " + std::to_string(config_.head_dim) + ", window " + std::to_string(config_.window);
  }

  const Database::Impl& database_;
  AttentionConfig config_;
  AttentionShape shape_;
  Result<double> flops_;
  AttentionTable table_;
  std::shared_ptr<const MeasuredDecode> rows_;   ///< null = nothing measured
  mutable std::once_flag reference_once_;
  mutable UtilisationGrid reference_;
};

}  // namespace

OperatorPtr make_generation_attention(std::string name, double scale, const Database::Impl& database,
                                      const AttentionConfig& config) {
  return std::make_unique<GenerationAttention>(std::move(name), scale, database, config);
}

}  // namespace dynamo::perf

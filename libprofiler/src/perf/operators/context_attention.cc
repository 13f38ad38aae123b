#include <algorithm>
#include <mutex>
#include <optional>

#include "facts/corrections.h"
#include "facts/typical_efficiency.h"
#include "perf/interp/grid_query.h"
#include "perf/operators/attention.h"
#include "perf/operators/attention_tables.h"
#include "perf/operators/by_mode.h"

namespace dynamo::perf {

namespace {

class ContextAttention final : public Operator {
 public:
  ContextAttention(std::string name, double scale, const Database::Impl& database, const AttentionConfig& config)
      : Operator(std::move(name), scale), database_(database), config_(config),
        shape_{config.heads, config.kv_heads, config.head_dim, config.window, facts_of(config.kv).bytes_per_element},
        flops_(database.flops(facts_of(config.fmha))),
        table_(database, "context_attention",
               std::string(facts_of(config.fmha).name) + "|" + std::string(facts_of(config.kv).name)) {
    const Slice* slice = table_.find(kv_heads_key(config), config.head_dim, config.window);
    if (slice != nullptr) grid_.emplace(slice->grid);
  }

 private:
  Result<Timing> query(const StepShape& step) const override {
    Result<Timing> kernel = kernel_of(step);
    if (!kernel.has_value()) return kernel;
    return kernel->plus(beside());
  }

  /// Context parallelism gives every rank two chunks, one early and one late, so that all ranks work alike.
  [[nodiscard]] Result<Timing> kernel_of(const StepShape& step) const {
    if (config_.cp <= 1) return one(step.batch, step.sequence, step.prefix);
    const int chunk = std::max(1, (step.sequence + 2 * config_.cp - 1) / (2 * config_.cp));
    Result<Timing> early = one(step.batch, chunk, step.prefix);
    if (!early.has_value()) return early;
    const Result<Timing> late = one(step.batch, chunk, step.prefix + step.sequence - chunk);
    if (!late.has_value()) return late;
    return early->plus(*late);
  }

  [[nodiscard]] Result<Timing> one(int batch, int sequence, int prefix) const {
    if (!flops_.has_value()) return std::unexpected(flops_.error());
    return by_mode(
        KernelKind{database_, KernelClass::kPrefillAttention}, [&] { return sol_query(batch, sequence, prefix); },
        [&] { return measured(batch, sequence, prefix); }, [&] { return estimated(batch, sequence, prefix); });
  }

  /// The tables hold whole prompts; a cached prefix leaves (S^2 - p^2) / S^2 of the work.
  [[nodiscard]] Result<Timing> measured(int batch, int sequence, int prefix) const {
    if (table_.damaged().has_value()) return std::unexpected(*table_.damaged());
    if (!grid_.has_value()) return std::unexpected(Error{ErrorKind::kMissingData, "no measured prefill attention: " + what()});
    const double full = sequence + prefix;
    const auto sol = [this](const Coordinates& at) { return sol_point(shape_, at); };
    const Found found = GridQuery(*grid_, sol, 1, false)
                            .at({static_cast<double>(config_.heads), full, static_cast<double>(batch), 0});
    Result<Timing> time = measured_or_error(found, name());
    const double p = prefix;
    if (time.has_value()) *time *= (full * full - p * p) / (full * full);
    return time;
  }

  [[nodiscard]] Result<Timing> estimated(int batch, int sequence, int prefix) const {
    std::call_once(reference_once_, [this] { bind_reference(); });
    return estimate_from(reference_, sol_query(batch, sequence, prefix),
                         {static_cast<double>(config_.heads), static_cast<double>(sequence + prefix),
                          static_cast<double>(batch), 0},
                         reference_scale_);
  }

  void bind_reference() const {
    for (const AttentionTable::StandIn& other : table_.stand_ins(config_)) {
      AttentionShape shape = shape_;
      shape.head_dim = other.head_dim;
      shape.window = other.window;
      reference_ = reference_of(*other.slice, shape);
      reference_scale_ = facts::typical_head_width_share(database_.backend, config_.head_dim) /
                         facts::typical_head_width_share(database_.backend, other.head_dim);
      if (!reference_.empty()) return;
    }
  }

  [[nodiscard]] UtilisationGrid reference_of(const Slice& slice, const AttentionShape& shape) const {
    return utilisation_of(slice.grid, [&](const Coordinates& at) { return sol_point(shape, at); }, false);
  }

  /// Roofline of a table point (heads, sequence, batch).
  [[nodiscard]] double sol_point(const AttentionShape& shape, const Coordinates& at) const {
    const double kv = kv_heads_key(config_) == 0 ? at[0] : config_.kv_heads;
    return context_attention_sol_ms(shape, at[0], kv, at[1], 0, at[2], *flops_, database_.system.mem_bytes_per_s);
  }

  [[nodiscard]] double sol_query(int batch, int sequence, int prefix) const {
    return context_attention_sol_ms(shape_, config_.heads, config_.kv_heads, sequence, prefix, batch, *flops_,
                                    database_.system.mem_bytes_per_s);
  }

  /// Rotary embedding, KV write and q/k norm. The reference counts the traffic of one token, so their launch latency rules.
  [[nodiscard]] Timing beside() const {
    const double q = static_cast<double>(config_.heads) * config_.head_dim;
    const double kv = static_cast<double>(config_.kv_heads) * config_.head_dim;
    const double written = facts_of(config_.fmha).bytes_per_element;
    double ms = 0;
    if (config_.qk_norm) ms += 2.0 * (2.0 * database_.memory_ms(q * 2.0) + 2.0 * database_.memory_ms(kv * 2.0));
    ms += 2.0 * database_.memory_ms(q * 2.0 + kv * 2.0) + 2.0 * database_.memory_ms(kv * written);
    return Timing::modelled(ms * facts::kBesidePrefillAttention, database_.mode == DatabaseMode::kSol ? Source::kSol : Source::kEmpirical);
  }

  [[nodiscard]] std::string what() const {
    return "formats " + std::string(facts_of(config_.fmha).name) + "/" + std::string(facts_of(config_.kv).name) +
           ", kv heads " + std::to_string(kv_heads_key(config_)) + ", head width " + std::to_string(config_.head_dim) +
           ", window " + std::to_string(config_.window);
  }

  const Database::Impl& database_;
  AttentionConfig config_;
  AttentionShape shape_;
  Result<double> flops_;
  AttentionTable table_;
  std::optional<BoundGrid> grid_;
  mutable std::once_flag reference_once_;
  mutable UtilisationGrid reference_;
  mutable double reference_scale_ = 1.0;
};

}  // namespace

OperatorPtr make_context_attention(std::string name, double scale, const Database::Impl& database,
                                   const AttentionConfig& config) {
  return std::make_unique<ContextAttention>(std::move(name), scale, database, config);
}

}  // namespace dynamo::perf

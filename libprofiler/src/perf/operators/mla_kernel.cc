#include "perf/operators/context_chunks.h"
#include "perf/operators/mla_kernel.h"

#include <mutex>

#include "perf/interp/grid_query.h"
#include "perf/operators/by_mode.h"

namespace dynamo::perf {

namespace {

/// What prefill and decode share: rows bound to a grid, and efficiencies for estimates, computed on first use.
class MlaKernel : public Operator {
 public:
  MlaKernel(std::string name, double scale, const Database::Impl& database, DatabaseMode mode, int heads, MlaRows rows)
      : Operator(std::move(name), scale), database_(database), mode_(mode), heads_(heads), bytes_per_s_(database.system.mem_bytes_per_s),
        rows_(std::move(rows)) {
    if (rows_.slice != nullptr) grid_.emplace(rows_.slice->grid);
  }

 protected:
  [[nodiscard]] DatabaseMode mode() const { return mode_; }
  [[nodiscard]] KernelKind kind(KernelClass kernel) const { return {database_, kernel}; }
  [[nodiscard]] double heads() const { return heads_; }
  [[nodiscard]] double bytes_per_s() const { return bytes_per_s_; }

  /// Roofline of a table point.
  [[nodiscard]] virtual double roof_at(const Coordinates& at) const = 0;

  [[nodiscard]] Result<Timing> look_up(const Coordinates& at, int sqrt_axis) const {
    if (!grid_.has_value()) return std::unexpected(*rows_.error);
    const auto roof = [this](const Coordinates& point) { return roof_at(point); };
    return measured_or_error(GridQuery(*grid_, roof, sqrt_axis, false).at(at), name());
  }

  [[nodiscard]] Result<Timing> estimate(double roof_ms, const Coordinates& at) const {
    std::call_once(reference_once_, [this] {
      if (rows_.slice == nullptr) return;
      reference_ = utilisation_of(rows_.slice->grid, [this](const Coordinates& point) { return roof_at(point); }, false);
    });
    return estimate_from(reference_, roof_ms, at);
  }

 private:
  const Database::Impl& database_;
  DatabaseMode mode_;
  int heads_;
  double bytes_per_s_;
  MlaRows rows_;
  std::optional<BoundGrid> grid_;
  mutable std::once_flag reference_once_;
  mutable UtilisationGrid reference_;
};

class MlaPrefill final : public MlaKernel {
 public:
  MlaPrefill(std::string name, double scale, const Database::Impl& database, DatabaseMode mode, const MlaConfig& config,
             MlaRows rows)
      : MlaKernel(std::move(name), scale, database, mode, config.heads, std::move(rows)), cp_(config.cp),
        flops_(database.flops(facts_of(config.fmha))),
        roof_{flops_.value_or(0.0), facts_of(config.kv).bytes_per_element, bytes_per_s()} {}

 private:
  Result<Timing> query(const StepShape& step) const override {
    if (!flops_.has_value()) return std::unexpected(flops_.error());
    return context_chunks(step, cp_, [this](double batch, double sequence, double prefix) { return one(batch, sequence, prefix); });
  }

  /// The tables hold whole prompts; a cached prefix leaves (S^2 - p^2) / S^2 of the work.
  [[nodiscard]] Result<Timing> one(double batch, double sequence, double prefix) const {
    const double full = sequence + prefix;
    const Coordinates at{heads(), full, batch, 0};
    constexpr int kSequenceAxis = 1;
    const auto roof = [&] { return roof_.prefill_ms(heads(), sequence, prefix, batch); };
    const auto measured = [&] {
      Result<Timing> time = look_up(at, kSequenceAxis);
      if (time.has_value()) *time *= (full * full - prefix * prefix) / (full * full);
      return time;
    };
    return by_mode(kind(KernelClass::kLatentPrefill), mode(), roof, measured, [&] { return estimate(roof(), at); });
  }

  double roof_at(const Coordinates& at) const override { return roof_.prefill_ms(at[0], at[1], 0, at[2]); }

  int cp_;
  Result<double> flops_;
  MlaRoofline roof_;
};

class MlaDecode final : public MlaKernel {
 public:
  MlaDecode(std::string name, double scale, const Database::Impl& database, DatabaseMode mode, const MlaConfig& config,
            std::optional<GemmQuant> bmm, MlaRows rows)
      : MlaKernel(std::move(name), scale, database, mode, config.heads, std::move(rows)),
        flops_(database.decode_flops(config.kv)),
        roof_{flops_.value_or(0.0), facts_of(config.kv).bytes_per_element, bytes_per_s()} {
    if (!bmm.has_value()) return;
    const Result<double> bmm_flops = database.flops(facts_of(*bmm));
    if (flops_.has_value() && !bmm_flops.has_value()) flops_ = bmm_flops;
    bmm_.emplace(bmm_flops.value_or(0.0), facts_of(*bmm).bytes_per_element, bytes_per_s());
  }

 private:
  Result<Timing> query(const StepShape& step) const override {
    if (!flops_.has_value()) return std::unexpected(flops_.error());
    const Coordinates at{heads(), static_cast<double>(step.batch), static_cast<double>(step.sequence), 0};
    return by_mode(
        kind(KernelClass::kLatentDecode), mode(), [&] { return roof_at(at); }, [&] { return look_up(at, kNoSqrtAxis); },
        [&] { return estimate(roof_at(at), at); });
  }

  double roof_at(const Coordinates& at) const override {
    double math = roof_.decode_math_ms(at[0], at[1], at[2]);
    double memory = roof_.decode_memory_ms(at[0], at[1], at[2]);
    if (bmm_.has_value()) {
      math += 2.0 * bmm_->math_ms(at[0], at[1]);
      memory += 2.0 * bmm_->memory_ms(at[0], at[1]);
    }
    return std::max(math, memory);
  }

  Result<double> flops_;
  MlaRoofline roof_;
  std::optional<MlaBmmRoofline> bmm_;
};

}  // namespace

MlaRows mla_rows(const Database::Impl& database, std::string_view table, const std::string& key) {
  const auto rows = database.table(table);
  if (!rows.has_value()) return {nullptr, rows.error()};
  const Slice* slice = *rows == nullptr ? nullptr : (*rows)->find(key);
  if (slice != nullptr && slice->grid.points() > 0) return {slice, {}};
  return {nullptr, Error{ErrorKind::kMissingData, "no measured " + std::string(table) + " for " + key}};
}

OperatorPtr make_mla_prefill(std::string name, double scale, const Database::Impl& database, DatabaseMode mode,
                             const MlaConfig& config, MlaRows rows) {
  return std::make_unique<MlaPrefill>(std::move(name), scale, database, mode, config, std::move(rows));
}

OperatorPtr make_mla_decode(std::string name, double scale, const Database::Impl& database, DatabaseMode mode,
                            const MlaConfig& config, std::optional<GemmQuant> bmm, MlaRows rows) {
  return std::make_unique<MlaDecode>(std::move(name), scale, database, mode, config, bmm, std::move(rows));
}

}  // namespace dynamo::perf

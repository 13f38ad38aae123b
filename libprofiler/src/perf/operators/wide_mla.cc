#include "perf/operators/context_chunks.h"
#include "perf/operators/wide_mla.h"

#include <algorithm>
#include <mutex>

#include "perf/interp/grid_query.h"
#include "perf/operators/by_mode.h"
#include "perf/operators/mla_kernel.h"
#include "perf/roofline_wide_mla.h"

namespace dynamo::perf {

namespace {

/// SGLang's default kernel, and what its rows are called on Blackwell.
constexpr const char* kKernels[] = {"flashinfer", "trtllm_mla"};

MlaRows rows_of(const Database::Impl& database, std::string_view table, const std::string& formats) {
  MlaRows rows;
  for (const char* kernel : kKernels) {
    rows = mla_rows(database, table, kernel + ("|" + formats));
    if (rows.slice != nullptr) break;
  }
  return rows;
}

class WideMla : public Operator {
 public:
  WideMla(std::string name, double scale, const Database::Impl& database, int heads, FmhaQuant format, MlaRows rows, int sqrt_axis)
      : Operator(std::move(name), scale), mode_(database.mode), heads_(heads), sqrt_axis_(sqrt_axis), rows_(std::move(rows)) {
    const Result<double> flops = database.flops(facts_of(format));
    const Result<double> bf16 = database.flops(facts_of(FmhaQuant::kBfloat16));
    if (!flops.has_value()) no_rate_ = flops.error();
    else if (!bf16.has_value()) no_rate_ = bf16.error();
    roof_ = {flops.value_or(0.0), bf16.value_or(0.0), facts_of(format).bytes_per_element, database.system.mem_bytes_per_s};
    if (rows_.slice != nullptr) grid_.emplace(rows_.slice->grid);
  }

 protected:
  [[nodiscard]] const WideMlaRoofline& roof() const { return roof_; }
  [[nodiscard]] double heads() const { return heads_; }

  /// Roofline of a table point.
  [[nodiscard]] virtual double roof_at(const Coordinates& at) const = 0;

  /// At a table point, whose rows hold `share` times as much work as the query with roofline `query_ms`.
  [[nodiscard]] Result<Timing> time(const Coordinates& at, double query_ms, double share) const {
    if (no_rate_.has_value()) return std::unexpected(*no_rate_);
    const auto sol = [this](const Coordinates& point) { return roof_at(point); };
    const auto measured = [&]() -> Result<Timing> {
      if (!grid_.has_value()) return std::unexpected(*rows_.error);
      Result<Timing> found = measured_or_error(GridQuery(*grid_, sol, sqrt_axis_, false).at(at), name());
      if (found.has_value()) *found *= share;
      return found;
    };
    const auto estimated = [&] {
      std::call_once(reference_once_, [&] {
        if (rows_.slice != nullptr) reference_ = utilisation_of(rows_.slice->grid, sol, false);
      });
      return estimate_from(reference_, query_ms, at);
    };
    return by_mode(mode_, [&] { return query_ms; }, measured, estimated);
  }

 private:
  DatabaseMode mode_;
  double heads_;
  int sqrt_axis_;
  MlaRows rows_;
  WideMlaRoofline roof_;
  std::optional<Error> no_rate_;
  std::optional<BoundGrid> grid_;
  mutable std::once_flag reference_once_;
  mutable UtilisationGrid reference_;
};

class WidePrefill final : public WideMla {
 public:
  WidePrefill(std::string name, double scale, const Database::Impl& database, const MlaConfig& config)
      : WideMla(std::move(name), scale, database, config.heads, config.fmha,
                rows_of(database, "wideep_context_mla",
                        std::string(facts_of(config.fmha).name) + "|" + std::string(facts_of(config.kv).name)),
                kSequenceAxis),
        cp_(config.cp) {}

 private:
  static constexpr int kSequenceAxis = 1;

  Result<Timing> query(const StepShape& step) const override {
    return context_chunks(step, cp_, [this](double batch, double sequence, double prefix) { return one(batch, sequence, prefix); });
  }

  /// The tables hold whole prompts; a cached prefix leaves (S^2 - p^2) / S^2 of the work.
  [[nodiscard]] Result<Timing> one(double batch, double sequence, double prefix) const {
    const double full = sequence + prefix;
    const double share = full > 0 ? (full * full - prefix * prefix) / (full * full) : 0.0;
    return time({heads(), full, batch}, roof().prefill_ms(heads(), sequence, prefix, batch), share);
  }

  double roof_at(const Coordinates& at) const override { return roof().prefill_ms(at[0], at[1], 0, at[2]); }

  int cp_;
};

class WideDecode final : public WideMla {
 public:
  WideDecode(std::string name, double scale, const Database::Impl& database, const MlaConfig& config)
      : WideMla(std::move(name), scale, database, config.heads, database.decode_format(config.kv),
                rows_of(database, "wideep_generation_mla", std::string(facts_of(config.kv).name)), kNoSqrtAxis) {}

 private:
  Result<Timing> query(const StepShape& step) const override {
    const Coordinates at{heads(), static_cast<double>(step.batch), static_cast<double>(step.sequence)};
    return time(at, roof_at(at), 1.0);
  }

  double roof_at(const Coordinates& at) const override { return roof().decode_ms(at[0], at[1], at[2]); }
};

}  // namespace

OperatorPtr make_wide_context_mla(std::string name, double scale, const Database::Impl& database, const MlaConfig& config) {
  return std::make_unique<WidePrefill>(std::move(name), scale, database, config);
}

OperatorPtr make_wide_generation_mla(std::string name, double scale, const Database::Impl& database, const MlaConfig& config) {
  return std::make_unique<WideDecode>(std::move(name), scale, database, config);
}

}  // namespace dynamo::perf

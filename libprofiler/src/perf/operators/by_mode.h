#pragma once

#include "perf/operators/estimate.h"

namespace dynamo::perf {

/// What by_mode needs to know of a kernel beside its times.
struct KernelKind {
  const Database::Impl& database;
  KernelClass kernel = KernelClass::kOther;
};

/// Whether a database that falls from tier to tier may go on to the next one.
[[nodiscard]] inline bool has_no_answer(const Error& error) {
  return error.kind == ErrorKind::kMissingData || error.kind == ErrorKind::kNotEstimable || error.kind == ErrorKind::kMissingFlops;
}

/// The tables' answer, else that of the tiers that `mode` allows. Returns one variable only, which so is never copied.
template <typename Roof, typename Measured, typename Estimated>
Result<Timing> measured_first(const KernelKind& kind, DatabaseMode mode, const Roof& roof, const Measured& measured,
                              const Estimated& estimated) {
  Result<Timing> time = measured();
  if (time.has_value()) {
    if (kind.database.observe) kind.database.observe(kind.kernel, roof(), time->ms);
  } else if (mode != DatabaseMode::kSilicon && is_data_miss(time.error())) {
    time = estimated();
    if (mode == DatabaseMode::kAuto && !time.has_value() && has_no_answer(time.error())) {
      time = Timing::modelled(kind.database.efficiency.modelled_ms(kind.kernel, roof()), Source::kModelled);
    }
  }
  return time;
}

/// Answers a query as `mode` wants: `roof()` in ms, `measured()` and `estimated()` as Result<Timing>. `mode` is the database's
/// unless an operator is stricter.
template <typename Roof, typename Measured, typename Estimated>
Result<Timing> by_mode(const KernelKind& kind, DatabaseMode mode, const Roof& roof, const Measured& measured,
                       const Estimated& estimated) {
  if (mode == DatabaseMode::kSol) return Timing::modelled(roof(), Source::kSol);
  if (mode == DatabaseMode::kEmpirical) return estimated();
  return measured_first(kind, mode, roof, measured, estimated);
}

template <typename Roof, typename Measured, typename Estimated>
Result<Timing> by_mode(const KernelKind& kind, const Roof& roof, const Measured& measured, const Estimated& estimated) {
  return by_mode(kind, kind.database.mode, roof, measured, estimated);
}

/// For kernels of no class of their own.
template <typename Roof, typename Measured, typename Estimated>
Result<Timing> by_mode(DatabaseMode mode, const Roof& roof, const Measured& measured, const Estimated& estimated) {
  static const Database::Impl any_database{};
  return by_mode(KernelKind{any_database, KernelClass::kOther}, mode, roof, measured, estimated);
}

}  // namespace dynamo::perf

#pragma once

#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "search/compose.h"
#include "search/schedules.h"
#include "search/search.h"
#include "search/worker_match.h"

namespace dynamo::search {

/// Prefill workers considered under one limit, the fastest per GPU.
inline constexpr std::size_t kPrefillRows = 32;

/// What a unit of both roles depends on, beside its workers.
struct UnitRules {
  int total_gpus = 0;
  int osl = 0;
  bool same_tp = false;         ///< the KV transfer needs equal attention TP on both sides
  bool wide_experts = false;    ///< some worker may spread its experts over several nodes
};

/// Prefill and decode workers of one search and the units they form. A match does not depend on latency limits, so each is made
/// once, however many ladders are asked for. Refers to the rows it is made of; for one thread.
class Pairs {
 public:
  Pairs(std::span<const RoleRow> prefill, std::span<const RoleRow> decode, const UnitRules& rules);

  /// The best units under every limit: one per decode layout, at most five per limit, each once; tokens/s/GPU descending. They
  /// live as long as the pairs.
  [[nodiscard]] std::vector<const Estimate*> under(const std::vector<Limits>& ladder);

  [[nodiscard]] std::span<const RoleRow> prefill() const { return prefill_; }
  [[nodiscard]] std::span<const RoleRow> decode() const { return decode_; }
  [[nodiscard]] const UnitRules& rules() const { return rules_; }

  /// Whether some unit keeps these limits.
  [[nodiscard]] bool any_within(const Limits& limits) { return !best_units(limits).empty(); }
  /// What the quickest unit takes for a request, ms; infinity without a unit.
  [[nodiscard]] double quickest_request();

  [[nodiscard]] bool tp_differs(const RoleRow& prefill, const RoleRow& decode) const {
    return rules_.same_tp && prefill.worker.parallel.tp != decode.worker.parallel.tp;
  }
  [[nodiscard]] bool fits(const RoleRow& prefill, const RoleRow& decode) {
    return matcher_.fits(prefill.worker.parallel.gpus(), decode.worker.parallel.gpus());
  }

 private:
  using Indices = std::vector<std::size_t>;

  struct Unit {
    std::size_t prefill = 0, decode = 0;
    WorkerCounts counts;
    double tokens_per_s_gpu = 0;
    int gpus = 0;
  };
  /// Decode rows of one layout, fastest per GPU first. Their ITLs stand apart from the rows, which are too large to be walked once
  /// per limit.
  struct DecodeGroup {
    Indices rows;
    std::vector<double> tpot_ms;
  };
  struct CachedUnit {
    bool known = false;
    std::optional<Unit> unit;
  };

  [[nodiscard]] Indices prefill_order() const;
  void group_decode();
  [[nodiscard]] std::vector<Unit> units_under(const std::vector<Limits>& ladder);
  [[nodiscard]] std::vector<Unit> best_units(const Limits& limits);
  [[nodiscard]] std::optional<Unit> best_of(const DecodeGroup& group, double tpot_limit);
  [[nodiscard]] const std::optional<Unit>& best_with(std::size_t d);
  [[nodiscard]] const std::optional<Unit>& unit_of(std::size_t p, std::size_t d);
  [[nodiscard]] std::optional<Unit> make_unit(std::size_t p, std::size_t d);
  [[nodiscard]] const Estimate& row_of(const Unit& unit);
  [[nodiscard]] static bool better(const Unit& a, const Unit& b);

  std::span<const RoleRow> prefill_, decode_;
  UnitRules rules_;
  WorkerMatcher matcher_;
  Indices by_rate_;                        ///< prefill rows
  std::vector<DecodeGroup> groups_;
  std::vector<CachedUnit> cache_;          ///< by decode row, then prefill row
  std::map<std::pair<std::size_t, std::size_t>, Estimate> rows_;   ///< of units that were handed out, by prefill and decode row
  Indices allowed_prefill_;                ///< under the limit at work
  std::vector<CachedUnit> best_with_;      ///< by decode row, of `allowed_prefill_`
};

}  // namespace dynamo::search

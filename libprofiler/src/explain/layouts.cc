#include "explain/layouts.h"

#include <algorithm>

#include "explain/limits.h"
#include "explain/sections.h"
#include "explain/words.h"
#include "search/compose.h"
#include "text/number_text.h"

namespace dynamo::explain {
namespace {

class Fates {
 public:
  explicit Fates(const Evidence& evidence) : evidence_(evidence) {}

  void add(const Search& search) {
    first_ = fates_.size();
    const search::Outcome& outcome = *search.outcome;
    if (outcome.evaluations) {
      for (const auto& rows : outcome.evaluations->aggregated) {
        for (const search::AggregatedRow& row : *rows) judge(of(search, "agg", row.row.decode.parallel), row.row);
      }
      for (const search::RoleRow& row : outcome.evaluations->prefill) judge(of(search, "prefill", row.worker.parallel), row);
      for (const search::RoleRow& row : outcome.evaluations->decode) judge(of(search, "decode", row.worker.parallel), row);
    }
    for (const Infeasible& drop : search.summary->dropped) of(search, drop.role, drop.parallel).drops.push_back(&drop);
  }

  [[nodiscard]] std::vector<Fate> take() { return std::move(fates_); }

 private:
  Fate& of(const Search& search, const std::string& role, const Parallelism& layout) {
    const auto same = [&](const Fate& fate) { return fate.parallel == layout && fate.role == role; };
    const auto found = std::find_if(fates_.begin() + static_cast<std::ptrdiff_t>(first_), fates_.end(), same);
    if (found != fates_.end()) return *found;
    fates_.push_back({search.mode, search.backend, role, layout, 0, nullptr, nullptr, nullptr, {}});
    return fates_.back();
  }

  void judge(Fate& fate, const Estimate& row) const {
    ++fate.evaluated;
    const double miss = pick::violation(row, *evidence_.target);
    if (miss <= 0 && (fate.best == nullptr || row.tokens_per_s_gpu > fate.best->tokens_per_s_gpu)) fate.best = &row;
    if (fate.nearest == nullptr || miss < pick::violation(*fate.nearest, *evidence_.target)) fate.nearest = &row;
  }

  void judge(Fate& fate, const search::RoleRow& row) const {
    ++fate.evaluated;
    const auto quick = [&](const search::RoleRow& worker) {
      return !evidence_.target->tpot_ms || worker.point.tpot_ms <= *evidence_.target->tpot_ms;
    };
    const bool first = fate.worker == nullptr;
    if (first || (quick(row) && (!quick(*fate.worker) || row.worker.seq_per_s > fate.worker->worker.seq_per_s))) fate.worker = &row;
  }

  const Evidence& evidence_;
  std::vector<Fate> fates_;
  std::size_t first_ = 0;   ///< of the search at work
};

std::string worker_text(const Fate& fate) {
  const perf::StaticPoint& point = fate.worker->point;
  const std::string rate = ", " + readable(fate.worker->worker.seq_per_s) + " req/s a worker";
  if (fate.role == "prefill") return "TTFT " + ms_text(search::queued_ttft(*fate.worker)) + rate;
  return "batch " + std::to_string(fate.worker->worker.batch) + ": ITL " + ms_text(point.tpot_ms) + rate;
}

bool is_pick(const Evidence& evidence, const Fate& fate) {
  const Estimate& unit = evidence.report->chosen->unit;
  return fate.role == "agg" && unit.mode == ServingMode::kAggregated && unit.decode.parallel == fate.parallel &&
         unit.decode.backend == fate.backend;
}

}  // namespace

std::vector<Fate> fates_of(const Evidence& evidence) {
  Fates fates(evidence);
  for (const Search& search : evidence.searches) fates.add(search);
  return fates.take();
}

const Infeasible* main_drop(const Fate& fate) {
  const Infeasible* most = nullptr;
  for (const Infeasible* drop : fate.drops) {
    if (most == nullptr || drop->count > most->count) most = drop;
  }
  return most;
}

Pick deployed(const Evidence& evidence, const Estimate& unit) {
  pick::Target target = *evidence.target;
  target.top_n = 1;
  const pick::Ranking ranking = pick::rank(std::span(&unit, 1), target);
  Pick pick;
  pick.unit = unit;
  if (!ranking.picks.empty()) pick = ranking.picks.front();
  pick.why_not = pick::why_not(pick, *evidence.report->chosen, target);
  return pick;
}

Pick deployed_as(const Evidence& evidence, const Estimate& unit, int units) {
  const pick::Target& target = *evidence.target;
  pick::Target own = target;
  own.top_n = 1;
  own.total_gpus = units * unit.gpus;
  const pick::Ranking ranking = pick::rank(std::span(&unit, 1), own);
  Pick pick;
  pick.unit = unit;
  if (!ranking.picks.empty()) pick = ranking.picks.front();
  pick.replicas = units;
  pick.gpus_used = units * unit.gpus;
  const bool carried = (target.request_rate || target.concurrency) && pick.load_served_percent >= 100;
  if (!carried) pick.tokens_per_s_gpu_cluster = unit.tokens_per_s_gpu * pick.gpus_used / static_cast<double>(evidence.request->total_gpus);
  const Pick& chosen = *evidence.report->chosen;
  pick.why_not = pick::why_not(pick, chosen, target);
  // A cost of a token is that of one unit, however many there are.
  if (target.by_cost && pick.why_not.starts_with("same throughput")) {
    const double change = percent_more(unit.tokens_per_s * units, chosen.unit.tokens_per_s * chosen.replicas);
    pick.why_not = change_text(change) + " throughput, at the same cost of a token";
  }
  return pick;
}

std::string fate_text(const Evidence& evidence, const Fate& fate) {
  if (fate.best != nullptr) {
    if (is_pick(evidence, fate)) return "the pick";
    return deployed(evidence, *fate.best).why_not;
  }
  if (fate.nearest != nullptr) return deployed(evidence, *fate.nearest).why_not;
  if (fate.worker != nullptr) return worker_text(fate);
  const Infeasible* drop = main_drop(fate);
  if (drop == nullptr) return "not evaluated";
  return drop_text(*drop, evidence.moe());
}

Array layouts_of(const Evidence& evidence) {
  Array out;
  if (evidence.report->naive) return out;
  for (const Fate& fate : fates_of(evidence)) {
    Value value;
    value.set("servingMode", std::string(name_of(fate.mode)));
    value.set("backend", std::string(name_of(fate.backend)));
    value.set("role", fate.role);
    value.set("layout", fate.parallel.label(evidence.moe()));
    value.set("gpus", fate.parallel.gpus());
    value.set("evaluated", fate.evaluated);
    value.set("meetsTargets", fate.role == "agg" ? Value(fate.best != nullptr) : Value());
    const Estimate* shown = fate.best != nullptr ? fate.best : fate.nearest;
    value.set("best", shown == nullptr ? Value() : choice_value(evidence, deployed(evidence, *shown)));
    value.set("sentence", fate_text(evidence, fate));
    out.push_back(std::move(value));
  }
  return out;
}

}  // namespace dynamo::explain

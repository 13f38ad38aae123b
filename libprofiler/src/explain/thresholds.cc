#include "explain/thresholds.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "search/factors.h"

namespace dynamo::explain {
namespace {

/// Targets have three decimals at most, so that they can be typed.
double rounded_up(double ms) { return std::ceil(ms * 1000.0 - 1e-7) / 1000.0; }

double units_needed(const Estimate& row, const pick::Target& target) {
  const double load = target.request_rate.value_or(target.concurrency.value_or(0));
  const double capacity = target.request_rate ? row.seq_per_s : row.concurrency;
  return capacity > 0 ? std::max(1.0, std::ceil(load / capacity)) : std::numeric_limits<double>::infinity();
}

/// Whether a row could take the place of the pick if its latency did not matter. Never wrong about a no.
bool could_win(const Evidence& evidence, const Estimate& row) {
  const pick::Target& target = *evidence.target;
  const PickReport& report = *evidence.report;
  if (row.gpus > target.total_gpus) return false;
  if (!report.sla_met || report.chosen->load_served_percent < 100) return true;
  if (target.request_rate || target.concurrency) return units_needed(row, target) * row.gpus <= report.chosen->gpus_used;
  const double share = static_cast<double>(target.total_gpus / row.gpus * row.gpus) / target.total_gpus;
  return row.tokens_per_s_gpu * share >= report.chosen->tokens_per_s_gpu_cluster;
}

void add_itl(const Evidence& evidence, const Search& search, std::vector<double>& out) {
  if (evidence.request->picking == PickingMode::kAutoscale || !evidence.report->sla_met) {
    for (const search::RoleRow& row : search.outcome->evaluations->decode) out.push_back(rounded_up(row.point.tpot_ms));
    for (const auto& rows : search.outcome->evaluations->aggregated) {
      for (const search::AggregatedRow& row : rows) out.push_back(row.row.tpot_ms);
    }
    return;
  }
  for (const Estimate& row : search.outcome->rows) {
    if (could_win(evidence, row)) out.push_back(row.tpot_ms);
  }
}

void add_ttft(const Evidence& evidence, const Search& search, std::vector<double>& out) {
  const std::optional<double>& itl = evidence.target->tpot_ms;
  for (const auto& rows : search.outcome->evaluations->aggregated) {
    for (const search::AggregatedRow& row : rows) {
      const bool fast_enough = !itl || row.row.tpot_ms <= *itl;
      if (fast_enough && could_win(evidence, row.row)) out.push_back(rounded_up(row.ttft_ms));
    }
  }
  for (const search::RoleRow& row : search.outcome->evaluations->prefill) {
    out.push_back(rounded_up(row.point.ttft_ms * search::kTtftQueueing));
  }
}

/// One value of a target, and whether its answer is accepted.
class Probe {
 public:
  Probe(Answers& answers, pick::Target target, TargetMember member, const Accept& accept)
      : answers_(answers), target_(std::move(target)), member_(member), accept_(accept) {}

  [[nodiscard]] std::optional<Step> at(double value) {
    target_.*member_ = value;
    auto answer = answers_.under(target_);
    if (!answer || !accept_(*answer)) return std::nullopt;
    return Step{value, std::move(*answer)};
  }

 private:
  Answers& answers_;
  pick::Target target_;
  TargetMember member_;
  const Accept& accept_;
};

}  // namespace

std::vector<double> thresholds_of(const Evidence& evidence, TargetMember member) {
  std::vector<double> out;
  for (const Search& search : evidence.searches) {
    if (!search.outcome->evaluations) continue;
    member == &pick::Target::tpot_ms ? add_itl(evidence, search, out) : add_ttft(evidence, search, out);
  }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

std::optional<Step> first_accepted(Answers& answers, pick::Target target, TargetMember member, double low,
                                   const std::vector<double>& thresholds, const Accept& accept) {
  Probe probe(answers, std::move(target), member, accept);
  std::optional<Step> found;
  std::size_t refused = 0, at = 0;   // all below `refused` are refused
  // Most often one of the first is the one.
  for (std::size_t stride = 1; at < thresholds.size() && !found; stride *= 2) {
    found = probe.at(thresholds[at]);
    if (found) break;
    refused = at + 1;
    at = std::min(at + stride, std::max(thresholds.size() - 1, at + 1));
  }
  if (!found) return std::nullopt;
  while (refused < at) {
    const std::size_t middle = refused + (at - refused) / 2;
    if (auto step = probe.at(thresholds[middle])) {
      found = std::move(step);
      at = middle;
    } else {
      refused = middle + 1;
    }
  }
  // Under an ITL target between two limits of the search, faster rows that miss it can hide one that keeps it, so that more room
  // is not always accepted. Rows do not depend on the ITL target itself.
  while (member != &pick::Target::tpot_ms) {
    const double nearer = std::min(low + 0.99 * (found->target_ms - low), found->target_ms - 0.001);
    auto step = nearer > low ? probe.at(std::min(rounded_up(nearer), found->target_ms - 0.001)) : std::nullopt;
    if (!step) break;
    found = std::move(step);
  }
  return found;
}

std::optional<Step> bisected(Answers& answers, pick::Target target, TargetMember member, double low, double high,
                             const Accept& accept) {
  constexpr double kPrecision = 8e-3;   // of the distance from where the search began
  Probe probe(answers, std::move(target), member, accept);
  auto found = probe.at(rounded_up(high));
  if (!found) return std::nullopt;
  const double start = low;
  while (found->target_ms - low > std::max(0.0015, kPrecision * (found->target_ms - start))) {
    const double middle = rounded_up((low + found->target_ms) / 2);
    if (auto step = probe.at(middle)) {
      found = std::move(step);
    } else {
      low = middle;
    }
  }
  return found;
}

}  // namespace dynamo::explain

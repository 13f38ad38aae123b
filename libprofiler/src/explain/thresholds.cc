#include "explain/thresholds.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "search/factors.h"
#include "search/schedules.h"

namespace dynamo::explain {
namespace {

/// Collects the values of one target.
class Thresholds {
 public:
  Thresholds(const Evidence& evidence, bool winners, double low, double high)
      : evidence_(evidence), target_(*evidence.target), winners_(winners), low_(low), high_(high) {}

  void add_itl(const Search& search) {
    if (winners_ && evidence_.request->picking != PickingMode::kAutoscale) {
      // What the search hands out does not depend on this target.
      for (const Estimate& row : search.outcome->rows) {
        if (could_win(row)) add(row.tpot_ms);
      }
      return;
    }
    for (const search::RoleRow& row : search.outcome->evaluations->decode) add(row.point.tpot_ms);
    for (const auto& rows : search.outcome->evaluations->aggregated) {
      for (const search::AggregatedRow& row : *rows) add(row.row.tpot_ms);
    }
  }

  void add_ttft(const Search& search) {
    for (const auto& rows : search.outcome->evaluations->aggregated) {
      for (const search::AggregatedRow& row : *rows) {
        const bool quick = !target_.tpot_ms || row.row.tpot_ms <= *target_.tpot_ms;
        if (quick && could_win(row.row)) add(row.ttft_ms);
      }
    }
    for (const search::RoleRow& row : search.outcome->evaluations->prefill) add(search::queued_ttft(row));
  }

  void add_request_latency(const Search& search) {
    const auto steps = static_cast<double>(std::max<std::int64_t>(evidence_.request->osl - 1, 0));
    for (const auto& rows : search.outcome->evaluations->aggregated) {
      for (const search::AggregatedRow& row : *rows) {
        if (could_win(row.row)) add(std::max(search::first_room(row.ttft_ms, row.tpot_ms * steps), row.row.request_latency_ms));
      }
    }
    for (const search::RoleRow& decode : search.outcome->evaluations->decode) {
      for (const search::RoleRow& prefill : search.outcome->evaluations->prefill) {
        if (could_win(prefill, decode)) add(search::first_room(search::queued_ttft(prefill), decode.point.tpot_ms * steps));
      }
    }
  }

  [[nodiscard]] std::vector<double> ascending() && {
    std::ranges::sort(values_);
    values_.erase(std::ranges::unique(values_).begin(), values_.end());
    return std::move(values_);
  }

 private:
  void add(double ms) {
    const double value = rounded_up(ms);
    if (value > low_ && value <= high_) values_.push_back(value);
  }

  /// Whether a row could take the place of the pick if its latency did not matter. Never wrong about a no.
  [[nodiscard]] bool could_win(const Estimate& row) const {
    if (row.gpus > target_.total_gpus) return false;
    if (!winners_ || !met()) return true;
    if (loaded()) return pick::units_needed(row, target_) * row.gpus <= chosen().gpus_used;
    const double share = static_cast<double>(target_.total_gpus / row.gpus * row.gpus) / target_.total_gpus;
    return row.tokens_per_s_gpu * share >= chosen().tokens_per_s_gpu_cluster;
  }

  /// As if workers of both roles could be had in fractions, so that neither waits.
  [[nodiscard]] bool could_win(const search::RoleRow& prefill, const search::RoleRow& decode) const {
    if (!winners_ || !met() || loaded()) return true;
    const double gpus_per_rate = prefill.worker.parallel.gpus() / (prefill.worker.seq_per_s * search::kPrefillUtilisation) +
                                 decode.worker.parallel.gpus() / (decode.worker.seq_per_s * search::kDecodeUtilisation);
    return static_cast<double>(evidence_.request->osl) / gpus_per_rate >= chosen().tokens_per_s_gpu_cluster;
  }

  [[nodiscard]] const Pick& chosen() const { return *evidence_.report->chosen; }
  [[nodiscard]] bool met() const { return evidence_.report->sla_met && chosen().load_served_percent >= 100; }
  [[nodiscard]] bool loaded() const { return target_.request_rate || target_.concurrency; }

  const Evidence& evidence_;
  const pick::Target& target_;
  bool winners_;
  double low_, high_;
  std::vector<double> values_;
};

/// More room is not always accepted: under limits between two of the search, faster rows that miss a target can hide one that keeps
/// it. So this goes on from `found` as long as a hundredth nearer to `low` is accepted too.
Step drawn_near(Probe& probe, double low, Step found) {
  while (true) {
    const double nearer = std::min(low + 0.99 * (found.target_ms - low), found.target_ms - kGrid);
    auto step = nearer > low ? probe.at(std::min(rounded_up(nearer), found.target_ms - kGrid)) : std::nullopt;
    if (!step) return found;
    found = std::move(*step);
  }
}

}  // namespace

double on_grid(double ms) { return std::nearbyint(ms * 1000.0) / 1000.0; }

double rounded_up(double ms) { return std::ceil(ms * 1000.0 - 1e-7) / 1000.0; }

std::optional<Step> Probe::at(double target_ms) {
  target_.*member_ = target_ms;
  auto answer = wish_.meets ? answers_.meeting(target_) : answers_.under(target_);
  if (!answer || !wish_.accept(*answer)) return std::nullopt;
  return Step{target_ms, std::move(*answer)};
}

std::vector<double> thresholds_of(const Evidence& evidence, TargetMember member, bool winners, double low, double high) {
  Thresholds thresholds(evidence, winners, low, high);
  for (const Search& search : evidence.searches) {
    if (!search.outcome->evaluations) continue;
    if (member == &pick::Target::tpot_ms) {
      thresholds.add_itl(search);
    } else if (member == &pick::Target::ttft_ms) {
      thresholds.add_ttft(search);
    } else {
      thresholds.add_request_latency(search);
    }
  }
  return std::move(thresholds).ascending();
}

std::optional<Step> first_accepted(Probe& probe, double low, const std::vector<double>& thresholds, Shown shown) {
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
    if (shown != nullptr && shown(thresholds[refused]) == shown(thresholds[at])) break;
    const std::size_t middle = refused + (at - refused) / 2;
    if (auto step = probe.at(thresholds[middle])) {
      found = std::move(step);
      at = middle;
    } else {
      refused = middle + 1;
    }
  }
  // Rows do not depend on the ITL target itself.
  return probe.member() == &pick::Target::tpot_ms ? std::move(found) : drawn_near(probe, low, std::move(*found));
}

std::optional<Step> bisected(Probe& probe, double start, double low, double high) {
  constexpr double kPrecision = 8e-3;   ///< of the distance from `start`
  auto found = probe.at(rounded_up(high));
  if (!found) return std::nullopt;
  while (found->target_ms - low > std::max(1.5 * kGrid, kPrecision * (found->target_ms - start))) {
    const double middle = rounded_up((low + found->target_ms) / 2);
    if (auto step = probe.at(middle)) {
      found = std::move(step);
    } else {
      low = middle;
    }
  }
  return drawn_near(probe, start, std::move(*found));
}

}  // namespace dynamo::explain

#include <algorithm>

#include "explain/candidate_pair.h"
#include "explain/layouts.h"
#include "explain/limits.h"
#include "explain/named_candidate.h"
#include "explain/sections.h"
#include "explain/words.h"
#include "text/did_you_mean.h"

namespace dynamo::explain {
namespace {

class Judge {
 public:
  Judge(const Evidence& evidence, Diagnostics& findings) : evidence_(evidence), findings_(findings), fates_(fates_of(evidence)) {}

  [[nodiscard]] Value judge(const std::string& text) {
    value_ = {};
    value_.set("candidate", text);
    const NamedCandidate named = read_candidate(text);
    if (!readable_candidate(text, named)) return value_;
    named.parts.size() == 1 ? judge_one(text, named) : judge_pair(text, named);
    return value_;
  }

 private:
  void settle(const char* verdict, const std::string& sentence, Value best = {}) {
    value_.set("verdict", verdict);
    value_.set("best", std::move(best));
    value_.set("sentence", sentence);
  }

  void refuse(const std::string& text, const std::string& reason, const std::string& hint) {
    settle("unknown", reason + (hint.empty() ? "" : "; " + hint));
    Diagnostics one = one_error(DiagnosticCode::kInvalid, "explain.candidate", "--candidate \"" + text + "\": " + reason, hint);
    findings_.append(one);
  }

  bool readable_candidate(const std::string& text, const NamedCandidate& named) {
    const bool pair = named.parts.size() == 2 && named.parts[0].role == "prefill" && named.parts[1].role == "decode";
    const bool layouts = std::ranges::none_of(named.parts, [](const NamedWorker& part) { return part.layout.empty(); });
    const std::string reason = !named.unknown.empty()                 ? "\"" + named.unknown + "\" is neither layout nor count"
                               : !layouts                             ? "it names no layout"
                               : named.parts.size() > 1 && !pair      ? "only prefill and decode workers serve together"
                               : named.parts[0].role != "agg" && !pair ? named.parts[0].role + " workers do not serve alone"
                                                                      : "";
    if (reason.empty()) return true;
    refuse(text, reason, "write `agg tp8` or `prefill tp2 x1 + decode tp4 x2`");
    return false;
  }

  /// Layouts of that name in that role, on the backend asked for; reports the nearest names when there is none.
  std::vector<const Fate*> known(const std::string& text, const NamedCandidate& named, const NamedWorker& part) {
    std::vector<const Fate*> found;
    std::vector<std::string> names;
    for (const Fate& fate : fates_) {
      if (fate.role != part.role) continue;
      const std::string label = fate.parallel.label(evidence_.moe());
      if (std::ranges::find(names, label) == names.end()) names.push_back(label);
      if (label == part.layout && (!named.backend || fate.backend == *named.backend)) found.push_back(&fate);
    }
    if (!found.empty()) return found;
    if (names.empty()) {
      refuse(text, "no " + title_of_role(part.role) + " worker was searched for", "");
    } else if (std::ranges::find(names, part.layout) != names.end()) {
      refuse(text, std::string(name_of(*named.backend)) + " was not searched", "of the backends " + searched_backends() + " was");
    } else {
      std::string hint = did_you_mean(part.layout, names);
      if (hint.empty()) {
        constexpr std::size_t kShown = 12;
        names.resize(std::min(names.size(), kShown));
        hint = "there are " + joined(names);
      }
      refuse(text, "no " + title_of_role(part.role) + " layout is called \"" + part.layout + "\"", hint);
    }
    return {};
  }

  static std::string title_of_role(const std::string& role) { return role == "agg" ? "aggregated" : role; }

  static std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
  }

  [[nodiscard]] std::string searched_backends() const {
    std::vector<std::string> names;
    for (const Search& search : evidence_.searches) {
      std::string name(name_of(search.backend));
      if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
    return joined(names);
  }

  [[nodiscard]] bool is_pick(const Pick& pick) const {
    const Estimate &unit = pick.unit, &chosen = evidence_.report->chosen->unit;
    return unit.mode == chosen.mode && unit.decode.backend == chosen.decode.backend && unit.decode.parallel == chosen.decode.parallel &&
           unit.prefill.parallel == chosen.prefill.parallel && unit.decode.batch == chosen.decode.batch &&
           unit.prefill_workers == chosen.prefill_workers && unit.decode_workers == chosen.decode_workers;
  }

  /// true = it needs more GPUs than there are, and is told so.
  bool settle_too_large(const Pick& pick, int gpus) {
    const int budget = static_cast<int>(evidence_.request->total_gpus);
    if (gpus <= budget) return false;
    settle("dropped", choice_text(evidence_, pick) + " needs " + std::to_string(gpus) + " GPUs of " + std::to_string(budget),
           choice_value(evidence_, pick));
    return true;
  }

  void compare(const Pick& pick, bool counted = false) {
    const std::string name = choice_text(evidence_, pick);
    Value best = choice_value(evidence_, pick);
    if (is_pick(pick) && (!counted || pick.replicas == evidence_.report->chosen->replicas)) return settle("picked", name + " is the pick", std::move(best));
    const bool meets = pick::violation(pick.unit, *evidence_.target) <= 0;
    const Limit limit = meets ? limit_of(evidence_, pick.unit) : Limit{};
    const bool more = !limit.name.empty() && limit.name != "largestBatch";
    settle(meets ? "slower" : "missesTargets", name + ": " + pick.why_not + (more ? "; " + limit_text(limit) : ""), std::move(best));
  }

  void judge_one(const std::string& text, const NamedCandidate& named) {
    const NamedWorker& part = named.parts[0];
    const std::vector<const Fate*> fates = known(text, named, part);
    if (fates.empty()) return;
    const Estimate* best = nullptr;
    for (const Fate* fate : fates) {
      const Estimate* own = part.batch > 0 ? best_at(*fate, part.batch) : fate->best != nullptr ? fate->best : fate->nearest;
      if (own != nullptr && (best == nullptr || nearer(evidence_, *own, *best))) best = own;
    }
    if (best != nullptr && part.workers > 0) {
      const Pick counted = deployed_as(evidence_, *best, part.workers);
      if (!settle_too_large(counted, counted.gpus_used)) compare(counted, true);
      return;
    }
    if (best != nullptr) return compare(deployed(evidence_, *best));
    dropped(text, *fates.front(), part);
  }

  [[nodiscard]] const Estimate* best_at(const Fate& fate, int batch) const {
    const Estimate* best = nullptr;
    for (const Search& search : evidence_.searches) {
      if (search.mode != fate.mode || search.backend != fate.backend || !search.outcome->evaluations) continue;
      for (const auto& rows : search.outcome->evaluations->aggregated)
        for (const search::AggregatedRow& row : *rows) {
          if (row.row.decode.parallel != fate.parallel || row.row.decode.batch != batch) continue;
          if (best == nullptr || nearer(evidence_, row.row, *best)) best = &row.row;
        }
    }
    return best;
  }

  /// Nothing of the layout was evaluated, or not at that batch.
  void dropped(const std::string& text, const Fate& fate, const NamedWorker& part) {
    for (const Search& search : evidence_.searches) {
      if (search.mode != fate.mode || search.backend != fate.backend) continue;
      for (const Infeasible& drop : search.summary->rejected) {
        const bool same = drop.role == fate.role && drop.parallel == fate.parallel;
        if (same && (part.batch == 0 || drop.batch == 0 || drop.batch == part.batch)) {
          return settle("dropped", drop_text(drop, evidence_.moe()));
        }
      }
    }
    refuse(text, "batch " + std::to_string(part.batch) + " was not tried", nearest_batches(fate, part.batch));
  }

  /// The batches next to one that was not tried.
  [[nodiscard]] std::string nearest_batches(const Fate& fate, int batch) const {
    int below = 0, above = 0;
    for (const Search& search : evidence_.searches) {
      if (search.mode != fate.mode || search.backend != fate.backend || !search.outcome->evaluations) continue;
      for (const auto& rows : search.outcome->evaluations->aggregated)
        for (const search::AggregatedRow& row : *rows) {
          const int own = row.row.decode.batch;
          if (row.row.decode.parallel != fate.parallel) continue;
          if (own < batch) below = std::max(below, own);
          if (own > batch && (above == 0 || own < above)) above = own;
        }
    }
    std::vector<std::string> near;
    for (const int tried : {below, above}) {
      if (tried > 0) near.push_back(std::to_string(tried));
    }
    return near.empty() ? "leave the batch out to see the best one" : "the nearest that were: " + joined(near);
  }

  void judge_pair(const std::string& text, const NamedCandidate& named) {
    const std::vector<const Fate*> prefill = known(text, named, named.parts[0]);
    const std::vector<const Fate*> decode = known(text, named, named.parts[1]);
    if (prefill.empty() || decode.empty()) return;
    const std::optional<Pick> best = best_pair(evidence_, named, prefill.front()->parallel, decode.front()->parallel);
    if (best) {
      if (settle_too_large(*best, best->unit.gpus)) return;
      return compare(*best);
    }
    for (const Fate* fate : {prefill.front(), decode.front()}) {
      const Infeasible* drop = main_drop(*fate);
      if (fate->evaluated == 0 && drop != nullptr) return settle("dropped", drop_text(*drop, evidence_.moe()));
    }
    settle("dropped", "prefill and decode workers of " + named.parts[0].layout + " and " + named.parts[1].layout +
                          " cannot form a unit on " + std::to_string(evidence_.request->total_gpus) + " GPUs");
  }

  const Evidence& evidence_;
  Diagnostics& findings_;
  std::vector<Fate> fates_;
  Value value_;
};

}  // namespace

Array candidates_of(const Evidence& evidence, const std::vector<std::string>& candidates, Diagnostics& findings) {
  Array out;
  if (candidates.empty() || evidence.report->naive) return out;
  Judge judge(evidence, findings);
  for (const std::string& text : candidates) out.push_back(judge.judge(text));
  return out;
}

}  // namespace dynamo::explain

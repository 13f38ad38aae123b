#include <algorithm>
#include <cctype>

#include "explain/layouts.h"
#include "explain/limits.h"
#include "explain/sections.h"
#include "explain/words.h"
#include "search/compose.h"
#include "search/factors.h"
#include "search/worker_match.h"
#include "text/did_you_mean.h"
#include "text/number_text.h"

namespace dynamo::explain {
namespace {

/// One worker kind of a candidate as a user names it.
struct Part {
  std::string role;          ///< agg, prefill, decode; empty = not said
  std::string layout;
  int workers = 0;           ///< 0 = not said
  int batch = 0;             ///< 0 = not said
};

struct Named {
  std::vector<Part> parts;   ///< one, or prefill and decode
  std::optional<Backend> backend;
  std::string unknown;       ///< a word that is neither count nor layout
};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Words, with brackets, commas and colons taken as blanks; `+` starts a new part.
std::vector<std::vector<std::string>> words_of(const std::string& text) {
  std::vector<std::vector<std::string>> parts(1);
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) parts.back().push_back(std::move(word));
    word.clear();
  };
  for (const char c : lower(text)) {
    const bool blank = std::isspace(static_cast<unsigned char>(c)) != 0 || std::string_view("(),:").find(c) != std::string_view::npos;
    if (blank || c == '+') flush();
    if (c == '+') parts.emplace_back();
    if (!blank && c != '+') word += c;
  }
  flush();
  return parts;
}

std::optional<int> count_of(std::string_view digits) {
  const auto number = parse_int(digits);
  return number && *number > 0 && *number <= 1'000'000 ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

/// Reads `x2`, `2x`, `2p`, `2d`, `b160`.
bool read_count(const std::string& word, Part& part) {
  const std::string_view view = word;
  if (word.size() < 2) return false;
  if (const auto count = view.front() == 'x' ? count_of(view.substr(1)) : std::nullopt) return part.workers = *count, true;
  if (const auto batch = view.front() == 'b' ? count_of(view.substr(1)) : std::nullopt) return part.batch = *batch, true;
  const auto count = count_of(view.substr(0, view.size() - 1));
  if (!count) return false;
  if (view.back() == 'p') part.role = "prefill";
  if (view.back() == 'd') part.role = "decode";
  if (std::string_view("xpd").find(view.back()) == std::string_view::npos) return false;
  part.workers = *count;
  return true;
}

Part part_of(const std::vector<std::string>& words, Named& named) {
  Part part;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const int next = i + 1 < words.size() ? count_of(words[i + 1]).value_or(0) : 0;
    if (word == "agg" || word == "aggregated") {
      part.role = "agg";
    } else if (word == "prefill" || word == "decode") {
      part.role = word;
    } else if (const auto backend = backend_from_name(word)) {
      named.backend = backend;
    } else if (word == "batch" && next > 0) {
      part.batch = next;
      ++i;
    } else if (word == "x" && next > 0) {
      part.workers = next;
      ++i;
    } else if (word == "x" || word == "disagg" || word == "disaggregated" || word == "on" || read_count(word, part)) {
      continue;
    } else if (const auto count = count_of(word)) {
      part.workers = *count;
    } else if (part.layout.empty()) {
      part.layout = word;
    } else {
      named.unknown = word;
    }
  }
  return part;
}

Named read_candidate(const std::string& text) {
  Named named;
  for (const auto& words : words_of(text)) named.parts.push_back(part_of(words, named));
  if (named.parts.size() == 1 && named.parts[0].role.empty()) named.parts[0].role = "agg";
  if (named.parts.size() == 2) {
    if (named.parts[0].role.empty()) named.parts[0].role = "prefill";
    if (named.parts[1].role.empty()) named.parts[1].role = "decode";
    if (named.parts[0].role == "decode") std::swap(named.parts[0], named.parts[1]);
  }
  return named;
}

class Judge {
 public:
  Judge(const Evidence& evidence, Diagnostics& findings) : evidence_(evidence), findings_(findings), fates_(fates_of(evidence)) {}

  [[nodiscard]] Value judge(const std::string& text) {
    value_ = {};
    value_.set("candidate", text);
    const Named named = read_candidate(text);
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

  bool readable_candidate(const std::string& text, const Named& named) {
    const bool pair = named.parts.size() == 2 && named.parts[0].role == "prefill" && named.parts[1].role == "decode";
    const bool one = named.parts.size() == 1;
    const bool layouts = std::ranges::none_of(named.parts, [](const Part& part) { return part.layout.empty(); });
    if ((one || pair) && layouts && named.unknown.empty()) return true;
    refuse(text, named.unknown.empty() ? "it names no layout" : "\"" + named.unknown + "\" is neither layout nor count",
           "write `agg tp8` or `prefill tp2 x1 + decode tp4 x2`");
    return false;
  }

  /// Layouts of that name in that role, on the backend asked for; reports the nearest names when there is none.
  std::vector<const Fate*> known(const std::string& text, const Named& named, const Part& part) {
    std::vector<const Fate*> found;
    std::vector<std::string> names;
    for (const Fate& fate : fates_) {
      if (fate.role != part.role) continue;
      const std::string label = fate.parallel.label(evidence_.moe());
      if (std::ranges::find(names, label) == names.end()) names.push_back(label);
      if (label == part.layout && (!named.backend || fate.backend == *named.backend)) found.push_back(&fate);
    }
    if (!found.empty()) return found;
    const bool other_backend = std::ranges::find(names, part.layout) != names.end();
    std::string hint = other_backend ? "" : did_you_mean(part.layout, names);
    if (hint.empty() && !names.empty()) {
      hint = "there are ";
      for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 12); ++i) hint += (i == 0 ? "" : ", ") + names[i];
    }
    const std::string role = part.role == "agg" ? "aggregated" : part.role;
    refuse(text, names.empty() ? "no " + role + " worker was searched for"
                 : other_backend ? "the backend was not searched"
                                 : "no " + role + " layout is called \"" + part.layout + "\"",
           hint);
    return {};
  }

  [[nodiscard]] bool is_pick(const Pick& pick) const {
    return pick.unit.mode == evidence_.report->chosen->unit.mode && pick.unit.decode.backend == evidence_.report->chosen->unit.decode.backend &&
           pick.unit.decode.parallel == evidence_.report->chosen->unit.decode.parallel &&
           pick.unit.prefill.parallel == evidence_.report->chosen->unit.prefill.parallel &&
           pick.unit.decode.batch == evidence_.report->chosen->unit.decode.batch &&
           pick.unit.prefill_workers == evidence_.report->chosen->unit.prefill_workers &&
           pick.unit.decode_workers == evidence_.report->chosen->unit.decode_workers;
  }

  void compare(const Pick& pick) {
    const std::string name = choice_text(evidence_, pick);
    Value best = choice_value(evidence_, pick);
    if (is_pick(pick)) return settle("picked", name + " is the pick", std::move(best));
    const bool meets = pick::violation(pick.unit, *evidence_.target) <= 0;
    const Limit limit = meets ? limit_of(evidence_, pick.unit) : Limit{};
    const bool more = !limit.name.empty() && limit.name != "largestBatch";
    settle(meets ? "slower" : "missesTargets", name + ": " + pick.why_not + (more ? "; " + limit_text(limit) : ""), std::move(best));
  }

  void judge_one(const std::string& text, const Named& named) {
    const Part& part = named.parts[0];
    const std::vector<const Fate*> fates = known(text, named, part);
    if (fates.empty()) return;
    const Estimate* best = nullptr;
    for (const Fate* fate : fates) {
      const Estimate* own = part.batch > 0 ? best_at(*fate, part.batch) : fate->best != nullptr ? fate->best : fate->nearest;
      if (own != nullptr && (best == nullptr || better(*own, *best))) best = own;
    }
    if (best != nullptr) return compare(deployed(evidence_, *best));
    dropped(text, *fates.front(), part);
  }

  [[nodiscard]] bool better(const Estimate& a, const Estimate& b) const {
    const double miss_a = pick::violation(a, *evidence_.target), miss_b = pick::violation(b, *evidence_.target);
    return miss_a != miss_b ? miss_a < miss_b : a.tokens_per_s_gpu > b.tokens_per_s_gpu;
  }

  [[nodiscard]] const Estimate* best_at(const Fate& fate, int batch) const {
    const Estimate* best = nullptr;
    for (const Search& search : evidence_.searches) {
      if (search.mode != fate.mode || search.backend != fate.backend || !search.outcome->evaluations) continue;
      for (const auto& rows : search.outcome->evaluations->aggregated)
        for (const search::AggregatedRow& row : *rows) {
          if (row.row.decode.parallel != fate.parallel || row.row.decode.batch != batch) continue;
          if (best == nullptr || better(row.row, *best)) best = &row.row;
        }
    }
    return best;
  }

  /// Nothing of the layout was evaluated, or not at that batch.
  void dropped(const std::string& text, const Fate& fate, const Part& part) {
    for (const Search& search : evidence_.searches) {
      if (search.mode != fate.mode || search.backend != fate.backend) continue;
      for (const Infeasible& drop : search.outcome->summary.rejected) {
        const bool same = drop.role == fate.role && drop.parallel == fate.parallel;
        if (same && (part.batch == 0 || drop.batch == 0 || drop.batch == part.batch)) {
          return settle("dropped", drop_text(drop, evidence_.moe()));
        }
      }
    }
    if (part.batch > 0) {
      return refuse(text, "batch " + std::to_string(part.batch) + " is not among those tried", "leave the batch out to see the best one");
    }
    settle("notAlone", part.role + " workers do not serve alone: name both, e.g. `prefill " + part.layout + " + decode " + part.layout + "`");
  }

  // ---- pairs

  void judge_pair(const std::string& text, const Named& named) {
    const std::vector<const Fate*> prefill = known(text, named, named.parts[0]);
    const std::vector<const Fate*> decode = known(text, named, named.parts[1]);
    if (prefill.empty() || decode.empty()) return;
    std::optional<Pick> best;
    for (const Search& search : evidence_.searches) {
      if (search.mode != ServingMode::kDisaggregated || !search.outcome->evaluations) continue;
      if (named.backend && search.backend != *named.backend) continue;
      if (auto own = best_pair(search, named, prefill.front()->parallel, decode.front()->parallel)) {
        if (!best || better(own->unit, best->unit)) best = std::move(own);
      }
    }
    if (best) {
      if (best->unit.gpus > evidence_.request->total_gpus) {
        return settle("dropped", choice_text(evidence_, *best) + " needs " + std::to_string(best->unit.gpus) + " GPUs of " +
                                     std::to_string(evidence_.request->total_gpus), choice_value(evidence_, *best));
      }
      return compare(*best);
    }
    for (const Fate* fate : {prefill.front(), decode.front()}) {
      const Infeasible* drop = main_drop(*fate);
      if (fate->evaluated == 0 && drop != nullptr) return settle("dropped", drop_text(*drop, evidence_.moe()));
    }
    settle("dropped", "prefill and decode workers of " + named.parts[0].layout + " and " + named.parts[1].layout +
                          " cannot form a unit on " + std::to_string(evidence_.request->total_gpus) + " GPUs");
  }

  /// The best batch of the decode workers; worker counts as named, else those that match the rates best.
  std::optional<Pick> best_pair(const Search& search, const Named& named, const Parallelism& prefill, const Parallelism& decode) {
    const search::Evaluations& kept = *search.outcome->evaluations;
    search::WorkerMatcher matcher(evidence_.request->total_gpus, kept.wide_experts);
    std::optional<Pick> best;
    for (const search::RoleRow& p : kept.prefill) {
      if (p.worker.parallel != prefill) continue;
      for (const search::RoleRow& d : kept.decode) {
        if (d.worker.parallel != decode || (named.parts[1].batch > 0 && d.worker.batch != named.parts[1].batch)) continue;
        search::WorkerCounts counts = matcher.match(p.worker.seq_per_s, prefill.gpus(), d.worker.seq_per_s, decode.gpus());
        if (named.parts[0].workers > 0) counts.prefill = named.parts[0].workers;
        if (named.parts[1].workers > 0) counts.decode = named.parts[1].workers;
        if (counts.prefill == 0 || counts.decode == 0) continue;
        Estimate unit = search::compose(p, p.point.ttft_ms * search::kTtftQueueing, counts.prefill, d, counts.decode,
                                        static_cast<int>(evidence_.request->osl));
        search::round_row(unit);
        if (!best || better(unit, best->unit)) best = deployed(evidence_, unit);
      }
    }
    return best;
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

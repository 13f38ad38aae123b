#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "explain/layouts.h"
#include "explain/sections.h"

namespace dynamo::explain {
namespace {

constexpr std::size_t kExamples = 3;   ///< of a stage, nearest misses first

/// A stage drops what one reason drops; stages stand in the order in which a candidate passes them.
struct Stage {
  const char* name;
  const char* title;
  DropReason reason;
};
constexpr std::array kStages = {
    Stage{"supported", "backend and model can run it", DropReason::kModel},
    Stage{"memory", "fits the memory", DropReason::kMemory},
    Stage{"kvCache", "KV cache holds the batch", DropReason::kKvCache},
    Stage{"budget", "within the GPUs", DropReason::kBudget},
    Stage{"data", "supported by data", DropReason::kNoData},
    Stage{"ttft", "meets TTFT", DropReason::kTtft},
    Stage{"itl", "meets ITL", DropReason::kItl},
    Stage{"requestLatency", "meets the request latency", DropReason::kRequestLatency},
    Stage{"fastest", "among the fastest of its layout", DropReason::kDominated},
};

/// How far beyond the limit, as a fraction of it.
double distance(const Infeasible& drop) {
  if (drop.limit <= 0) return std::numeric_limits<double>::max();
  return drop.reason == DropReason::kDominated ? 1.0 - drop.value / drop.limit : drop.value / drop.limit - 1.0;
}

struct Miss {
  const Infeasible* drop = nullptr;
  double distance = 0;
};

/// The nearest miss of every layout.
std::vector<Miss> misses_of(const Evidence& evidence, DropReason reason) {
  std::vector<Miss> misses;
  for (const Search& search : evidence.searches) {
    for (const Infeasible& drop : search.summary->rejected) {
      if (drop.reason != reason) continue;
      const Miss miss{&drop, distance(drop)};
      const auto known = std::ranges::find_if(misses, [&](const Miss& other) { return other.drop->parallel == drop.parallel; });
      if (known == misses.end()) {
        misses.push_back(miss);
      } else if (miss.distance < known->distance) {
        *known = miss;
      }
    }
  }
  return misses;
}

/// The nearest misses of a stage.
Array examples_of(const Evidence& evidence, DropReason reason) {
  std::vector<Miss> misses = misses_of(evidence, reason);
  std::ranges::stable_sort(misses, {}, &Miss::distance);
  if (misses.size() > kExamples) misses.resize(kExamples);
  Array examples;
  for (const Miss& miss : misses) examples.push_back(drop_value(*miss.drop, evidence.moe()));
  return examples;
}

/// Rows that no other beats in both throughput per GPU and speed per user.
std::int64_t pareto_count(const Evidence& evidence) {
  std::vector<const Estimate*> rows;
  for (const Search& search : evidence.searches) {
    for (const Estimate& row : search.outcome->rows) {
      if (pick::violation(row, *evidence.target) <= 0) rows.push_back(&row);
    }
  }
  std::ranges::stable_sort(rows, [](const Estimate* a, const Estimate* b) {
    if (a->tokens_per_s_gpu != b->tokens_per_s_gpu) return a->tokens_per_s_gpu > b->tokens_per_s_gpu;
    return a->tokens_per_s_user > b->tokens_per_s_user;
  });
  std::int64_t count = 0;
  double best = -1;
  for (const Estimate* row : rows) {
    if (row->tokens_per_s_user <= best) continue;
    best = row->tokens_per_s_user;
    ++count;
  }
  return count;
}

Value stage_value(const char* name, const char* title, std::int64_t dropped, std::int64_t remaining, Array examples) {
  Value value;
  value.set("name", name);
  value.set("title", title);
  value.set("dropped", dropped);
  value.set("remaining", remaining);
  value.set("examples", std::move(examples));
  return value;
}

std::int64_t dropped_by(const Evidence& evidence, DropReason reason) {
  std::int64_t count = 0;
  for (const Search& search : evidence.searches) {
    for (const Infeasible& drop : search.summary->dropped) count += drop.reason == reason ? drop.count : 0;
  }
  return count;
}

Array searches_of(const Evidence& evidence) {
  Array out;
  for (const Search& search : evidence.searches) {
    const SearchSummary& summary = *search.summary;
    Value value;
    value.set("servingMode", std::string(name_of(summary.mode)));
    value.set("backend", std::string(name_of(summary.backend)));
    value.set("version", summary.version);
    value.set("quantization", quant_value(summary.quant));
    value.set("enumerated", summary.enumerated);
    value.set("feasible", summary.feasible);
    value.set("error", summary.error);
    Array dropped;
    for (const Infeasible& drop : summary.dropped) dropped.push_back(drop_value(drop, evidence.moe()));
    value.set("dropped", std::move(dropped));
    out.push_back(std::move(value));
  }
  return out;
}

}  // namespace

Value funnel_of(const Evidence& evidence) {
  std::int64_t remaining = 0;
  for (const Search& search : evidence.searches) remaining += search.summary->enumerated;
  Array stages;
  stages.push_back(stage_value("enumerated", "operating points looked at", 0, remaining, {}));
  for (const Stage& stage : kStages) {
    const std::int64_t dropped = dropped_by(evidence, stage.reason);
    remaining -= dropped;
    stages.push_back(stage_value(stage.name, stage.title, dropped, remaining, examples_of(evidence, stage.reason)));
  }
  const bool autoscale = evidence.request->picking == PickingMode::kAutoscale;
  // Without a row that meets the targets the closest one is picked from outside the funnel.
  const std::int64_t pareto = autoscale ? remaining : std::min(remaining, pareto_count(evidence));
  stages.push_back(stage_value("pareto", "beaten by none in both throughput and speed", remaining - pareto, pareto, {}));
  // A scaled deployment takes one prefill and one decode worker.
  const std::int64_t picked = std::min<std::int64_t>(pareto, autoscale ? 2 : 1);
  stages.push_back(stage_value("picked", "picked", pareto - picked, picked, {}));
  Value value;
  value.set("stages", std::move(stages));
  value.set("searches", searches_of(evidence));
  return value;
}

}  // namespace dynamo::explain

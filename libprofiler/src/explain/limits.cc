#include "explain/limits.h"

#include <algorithm>

#include "explain/words.h"
#include "search/factors.h"
#include "text/number_text.h"

namespace dynamo::explain {
namespace {

/// The target a row misses most.
Limit missed_target(const Estimate& row, const pick::Target& target) {
  Limit limit;
  limit.batch = row.decode.batch;
  limit.tokens_per_s_gpu = row.tokens_per_s_gpu;
  const auto take = [&](const char* name, double value, const std::optional<double>& allowed) {
    if (!allowed || value <= *allowed) return;
    if (!limit.name.empty() && value / *allowed <= limit.value / limit.allowed) return;
    limit.name = name;
    limit.value = value;
    limit.allowed = *allowed;
  };
  if (target.request_latency_ms) {
    take("requestLatency", row.request_latency_ms, target.request_latency_ms);
  } else {
    take("itl", row.tpot_ms, target.tpot_ms);
    take("ttft", row.ttft_ms, target.ttft_ms);
  }
  return limit;
}

/// The first larger batch of a role's layout that memory has no room for.
Limit missing_room(const Search& search, const Parallelism& layout, const std::string& role, int batch) {
  Limit limit;
  for (const Infeasible& drop : search.summary->rejected) {
    const bool memory = drop.reason == DropReason::kMemory || drop.reason == DropReason::kKvCache;
    if (!memory || drop.role != role || drop.parallel != layout || drop.batch <= batch) continue;
    if (!limit.name.empty() && drop.batch >= limit.batch) continue;
    limit = {drop.reason == DropReason::kMemory ? "memory" : "kvCache", drop.batch, drop.value, drop.limit, 0};
  }
  return limit;
}

/// The faster point of the layout that comes nearest to the targets.
Limit nearest_faster(const search::Evaluations& kept, const Estimate& unit, const pick::Target& target) {
  const search::AggregatedRow* nearest = nullptr;
  for (const auto& rows : kept.aggregated) {
    if (rows->empty() || rows->front().row.decode.parallel != unit.decode.parallel) continue;
    for (const search::AggregatedRow& row : *rows) {
      const double miss = pick::violation(row.row, target);
      if (miss <= 0 || row.row.tokens_per_s_gpu <= unit.tokens_per_s_gpu) continue;
      if (nearest == nullptr || miss < pick::violation(nearest->row, target)) nearest = &row;
    }
  }
  if (nearest == nullptr) return {};
  Limit limit = missed_target(nearest->row, target);
  limit.same_batch = nearest->row.decode.batch == unit.decode.batch && nearest->row.ctx_tokens > unit.ctx_tokens;
  return limit;
}

Limit largest_batch(int batch) { return {"largestBatch", batch, 0, 0, 0}; }

Limit aggregated_limit(const Evidence& evidence, const Search& search, const Estimate& unit) {
  if (Limit faster = nearest_faster(*search.outcome->evaluations, unit, *evidence.target); !faster.name.empty()) return faster;
  if (Limit room = missing_room(search, unit.decode.parallel, "agg", unit.decode.batch); !room.name.empty()) return room;
  return largest_batch(unit.decode.batch);
}

/// Prefill workers bound the unit when they deliver fewer requests than the decode workers could answer.
Limit disaggregated_limit(const Evidence& evidence, const Search& search, const Estimate& unit) {
  const double prefill = unit.prefill.seq_per_s * unit.prefill_workers * search::kPrefillUtilisation;
  const double decode = unit.decode.seq_per_s * unit.decode_workers * search::kDecodeUtilisation;
  if (prefill < decode) return {"prefill", unit.decode.batch, prefill, decode, 0};
  for (const search::RoleRow& row : search.outcome->evaluations->decode) {
    if (row.worker.parallel != unit.decode.parallel || row.worker.batch <= unit.decode.batch) continue;
    Estimate next = unit;
    next.decode.batch = row.worker.batch;
    next.tpot_ms = row.point.tpot_ms;
    next.request_latency_ms = unit.ttft_ms + row.point.tpot_ms * static_cast<double>(evidence.request->osl - 1);
    next.tokens_per_s_gpu = 0;
    if (Limit missed = missed_target(next, *evidence.target); !missed.name.empty()) return missed;
    break;
  }
  if (Limit room = missing_room(search, unit.decode.parallel, "decode", unit.decode.batch); !room.name.empty()) return room;
  return largest_batch(unit.decode.batch);
}

/// The search that `unit` came from.
const Search* search_of(const Evidence& evidence, const Estimate& unit) {
  for (const Search& search : evidence.searches) {
    if (search.mode == unit.mode && search.backend == unit.decode.backend) return &search;
  }
  return nullptr;
}

}  // namespace

Limit limit_of(const Evidence& evidence, const Estimate& unit) {
  const Search* search = search_of(evidence, unit);
  if (search == nullptr || search->outcome->evaluations == nullptr) return {};
  return unit.mode == ServingMode::kAggregated ? aggregated_limit(evidence, *search, unit)
                                               : disaggregated_limit(evidence, *search, unit);
}

Value limit_value(const Limit& limit) {
  Value value;
  value.set("name", limit.name);
  value.set("batch", limit.batch);
  value.set("value", limit.value);
  value.set("limit", limit.allowed);
  value.set("tokensPerSecondPerGpu", limit.tokens_per_s_gpu);
  value.set("sentence", limit_text(limit));
  return value;
}

std::string limit_text(const Limit& limit) {
  const std::string batch = limit.same_batch ? "more prefill tokens a step" : "batch " + std::to_string(limit.batch);
  if (limit.name == "itl" || limit.name == "ttft" || limit.name == "requestLatency") {
    return batch + " would have " + title_of(limit.name) + " " + told_apart(limit.value, limit.allowed).first + " ms, over " + target_text(limit.allowed) +
           " ms";
  }
  const auto [value, allowed] = told_apart(limit.value, limit.allowed);
  if (limit.name == "memory") return batch + " needs " + value + " GiB per GPU of " + allowed;
  if (limit.name == "kvCache") return batch + " needs " + value + " GiB of KV cache, " + allowed + " are free";
  if (limit.name == "prefill") {
    return "its prefill workers deliver " + readable(limit.value) + " req/s, its decode workers could answer " + readable(limit.allowed);
  }
  return "no larger batch is faster";
}

}  // namespace dynamo::explain

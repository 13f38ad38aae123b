#include "explain/layouts.h"
#include "explain/words.h"
#include "text/number_text.h"

namespace dynamo::explain {
namespace {

std::string unit_of(DropReason reason) {
  switch (reason) {
    case DropReason::kMemory:
    case DropReason::kKvCache: return "GiB";
    case DropReason::kBudget: return "GPUs";
    case DropReason::kTtft:
    case DropReason::kItl:
    case DropReason::kRequestLatency: return "ms";
    case DropReason::kDominated: return "tok/s per GPU";
    case DropReason::kModel:
    case DropReason::kNoData: return "";
  }
  return "";
}

std::string point_text(const Infeasible& drop, bool moe) {
  std::string text = drop.role + " " + drop.parallel.label(moe);
  if (drop.batch > 0) text += " batch " + std::to_string(drop.batch);
  if (drop.ctx_tokens > 0) text += " with " + std::to_string(drop.ctx_tokens) + " prompt tokens a step";
  return text;
}

}  // namespace

std::string drop_text(const Infeasible& drop, bool moe) {
  const std::string point = point_text(drop, moe);
  const auto [value, limit] = told_apart(drop.value, drop.limit);
  switch (drop.reason) {
    case DropReason::kMemory: return point + " needs " + value + " GiB per GPU of " + limit;
    case DropReason::kKvCache: return point + " needs " + value + " GiB of KV cache, " + limit + " are there";
    case DropReason::kBudget:
      return point + (drop.value > drop.parallel.gpus() ? " and its prefill worker need " : " needs ") + fixed(drop.value, 0) + " GPUs of " +
             fixed(drop.limit, 0);
    case DropReason::kTtft: return point + " has TTFT " + value + " ms, over " + limit + " ms";
    case DropReason::kItl: return point + " has ITL " + value + " ms, over " + limit + " ms";
    case DropReason::kRequestLatency: return point + " takes " + value + " ms a request, over " + limit + " ms";
    case DropReason::kDominated:
      if (drop.limit <= 0) return point + " reaches " + value + " tok/s per GPU, but only between the limits that are searched";
      if (drop.role == "decode") return point + ": other pairs reach up to " + limit + " tok/s per GPU under the same limits";
      return point + " reaches " + value + " tok/s per GPU, others " + limit + " under the same limits";
    case DropReason::kModel:
    case DropReason::kNoData: return point + ": " + drop.detail;
  }
  return point;
}

Value drop_value(const Infeasible& drop, bool moe) {
  Value value;
  value.set("servingMode", std::string(name_of(drop.mode)));
  value.set("backend", std::string(name_of(drop.backend)));
  value.set("role", drop.role);
  value.set("layout", drop.parallel.label(moe));
  value.set("batch", drop.batch);
  value.set("contextTokensPerStep", drop.ctx_tokens);
  value.set("reason", std::string(name_of(drop.reason)));
  value.set("value", drop.value);
  value.set("limit", drop.limit);
  value.set("unit", unit_of(drop.reason));
  value.set("detail", drop.detail);
  value.set("count", drop.count);
  value.set("sentence", drop_text(drop, moe));
  return value;
}

}  // namespace dynamo::explain

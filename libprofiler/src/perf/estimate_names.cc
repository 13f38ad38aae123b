#include "dynamo/profiler/estimate.h"

namespace dynamo {

std::string_view name_of(ServingMode mode) { return mode == ServingMode::kAggregated ? "aggregated" : "disaggregated"; }

std::string_view name_of(DropReason reason) {
  switch (reason) {
    case DropReason::kModel: return "model";
    case DropReason::kMemory: return "memory";
    case DropReason::kKvCache: return "kv-cache";
    case DropReason::kNoData: return "no-data";
    case DropReason::kBudget: return "budget";
    case DropReason::kTtft: return "ttft";
    case DropReason::kItl: return "itl";
    case DropReason::kRequestLatency: return "request-latency";
    case DropReason::kDominated: return "dominated";
  }
  return "";
}

}  // namespace dynamo

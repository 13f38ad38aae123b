#pragma once

#include "facts/corrections.h"

namespace dynamo::search {

// Of the disaggregated composition.
using facts::kDecodeLatencyFactor;
using facts::kDecodeUtilisation;
using facts::kPrefillLatencyFactor;
using facts::kPrefillUtilisation;
using facts::kTtftQueueing;

}  // namespace dynamo::search

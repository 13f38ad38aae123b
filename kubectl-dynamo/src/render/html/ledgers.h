#pragma once

#include <string>

#include "dynamo/profiler/document.h"

namespace dynamo::cli {

// Parts of the page that add something up, as markup; empty where the explanation has nothing on it.

/// How many operating points each limit dropped, with the nearest miss.
[[nodiscard]] std::string funnel_chart(const Value& explanation);
/// GiB per GPU of each kind of worker.
[[nodiscard]] std::string memory_ledger(const Value& explanation);
/// One step of each phase by operator.
[[nodiscard]] std::string time_ledger(const Value& explanation);
/// Prefill and decode workers in other numbers.
[[nodiscard]] std::string rates_table(const Value& explanation);
/// Where the numbers come from and how far the truth may be.
[[nodiscard]] std::string sources(const Value& explanation);
/// Values used with their origin, and constants of the model.
[[nodiscard]] std::string premises(const Value& explanation);

}  // namespace dynamo::cli

#pragma once

#include <memory>
#include <string>

#include "perf/shared_parts.h"
#include "search/session.h"

namespace dynamo {

/// What searches over the same tables have worked out: requests that differ only in targets, load or budget share their
/// operating points.
class SearchMemory : public perf::SharedParts {};

}  // namespace dynamo

namespace dynamo::search {

/// Everything the operating points of one layout depend on, apart from targets and budget.
[[nodiscard]] std::string memory_key(const Scenario& scenario, const Session& session, const Parallelism& layout);

/// `make()`, or what it was made into before by a search that shares the memory of `scenario`.
template <typename Made, typename Make>
[[nodiscard]] std::shared_ptr<const Made> remembered(const Scenario& scenario, const Session& session, const Parallelism& layout,
                                                     const Make& make) {
  const auto shared = [&] { return std::make_shared<const Made>(make()); };
  if (scenario.memory == nullptr) return shared();
  return scenario.memory->find_or_make<Made>(memory_key(scenario, session, layout), shared);
}

/// Keeps what was made for searches that share the memory of `scenario`.
template <typename Made>
void remember(const Scenario& scenario, const Session& session, const Parallelism& layout, Made made) {
  if (scenario.memory == nullptr) return;
  (void)remembered<Made>(scenario, session, layout, [&] { return std::move(made); });
}

}  // namespace dynamo::search

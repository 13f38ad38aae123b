#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "search/session.h"

namespace dynamo {

/// What searches over the same tables have worked out, by everything it depends on: requests that differ only in targets, load or
/// budget share their operating points. Thread-safe.
class SearchMemory {
 public:
  /// The remembered `T` of that key, made by `make` when there is none. Two threads may both make it; they make the same.
  template <typename T, typename Make>
  std::shared_ptr<const T> find_or_make(const std::string& key, const Make& make) {
    {
      const std::scoped_lock lock(mutex_);
      if (const auto found = entries_.find(key); found != entries_.end()) return std::static_pointer_cast<const T>(found->second);
    }
    auto made = std::make_shared<const T>(make());
    const std::scoped_lock lock(mutex_);
    return std::static_pointer_cast<const T>(entries_.emplace(key, std::move(made)).first->second);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const void>> entries_;
};

}  // namespace dynamo

namespace dynamo::search {

/// Everything the operating points of one layout depend on, apart from targets and budget.
[[nodiscard]] std::string memory_key(const Scenario& scenario, const Session& session, const Parallelism& layout);

/// `make()`, or what it was made into before by a search that shares the memory of `scenario`.
template <typename Made, typename Make>
[[nodiscard]] Made remembered(const Scenario& scenario, const Session& session, const Parallelism& layout, const Make& make) {
  if (scenario.memory == nullptr) return make();
  return *scenario.memory->find_or_make<Made>(memory_key(scenario, session, layout), make);
}

}  // namespace dynamo::search

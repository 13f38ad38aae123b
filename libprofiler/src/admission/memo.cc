#include <algorithm>
#include <deque>
#include <mutex>
#include <unordered_map>

#include "dynamo/profiler/admission.h"

namespace dynamo {

struct FeasibilityMemo::Impl {
  std::size_t entries;
  mutable std::mutex mutex;
  std::unordered_map<std::string, Diagnostics> findings;
  std::deque<std::string> order;   ///< oldest first: what is dropped when full
};

FeasibilityMemo::FeasibilityMemo(std::size_t entries) : impl_(std::make_unique<Impl>()) {
  impl_->entries = std::max<std::size_t>(entries, 1);
}

FeasibilityMemo::~FeasibilityMemo() = default;

std::optional<Diagnostics> FeasibilityMemo::find(const std::string& key) const {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->findings.find(key);
  return found == impl_->findings.end() ? std::nullopt : std::optional(found->second);
}

void FeasibilityMemo::store(const std::string& key, const Diagnostics& findings) {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->findings.emplace(key, findings).second) {
    return;
  }
  impl_->order.push_back(key);
  if (impl_->order.size() > impl_->entries) {
    impl_->findings.erase(impl_->order.front());
    impl_->order.pop_front();
  }
}

}  // namespace dynamo

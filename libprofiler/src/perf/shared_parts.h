#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace dynamo::perf {

/// Parts that are made once and shared, by everything they depend on. Thread-safe.
class SharedParts {
 public:
  /// The part of that key, made by `make` when there is none. Two threads may both make it; they make the same.
  template <typename T, typename Make>
  std::shared_ptr<const T> find_or_make(const std::string& key, const Make& make) {
    {
      const std::scoped_lock lock(mutex_);
      if (const auto found = parts_.find(key); found != parts_.end()) return std::static_pointer_cast<const T>(found->second);
    }
    std::shared_ptr<const T> made = make();
    const std::scoped_lock lock(mutex_);
    return std::static_pointer_cast<const T>(parts_.emplace(key, std::move(made)).first->second);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const void>> parts_;
};

}  // namespace dynamo::perf

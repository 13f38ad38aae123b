#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace dynamo::webhook {

/// Bytes that all connections may hold together.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t limit) : limit_(limit) {}
  [[nodiscard]] std::size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  friend class MemoryLease;
  std::size_t limit_;
  std::atomic<std::size_t> used_ = 0;
};

/// A part of the budget; goes back with its owner, on whatever thread that is.
class MemoryLease {
 public:
  MemoryLease() = default;
  explicit MemoryLease(MemoryBudget& budget) : budget_(&budget) {}
  MemoryLease(MemoryLease&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  MemoryLease& operator=(MemoryLease&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~MemoryLease() {
    if (budget_ != nullptr) budget_->used_.fetch_sub(bytes_, std::memory_order_relaxed);
  }

  /// Makes the lease `bytes` large; false, and unchanged, where the budget has no room for the growth.
  [[nodiscard]] bool resize(std::size_t bytes) {
    if (bytes > bytes_ && budget_->used() + (bytes - bytes_) > budget_->limit_) return false;
    budget_->used_.fetch_add(bytes - bytes_, std::memory_order_relaxed);   // modulo 2^n: shrinks as well
    bytes_ = bytes;
    return true;
  }

 private:
  MemoryBudget* budget_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace dynamo::webhook

#pragma once

#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "perf/interp/found.h"

namespace dynamo::perf {

/// Answers of one kernel by sequences and position, for layouts that ask it the same. Bounded: beyond that nothing more is
/// kept. Thread-safe.
class StepMemo {
 public:
  /// The answer known, else that of `make`. Two threads may both ask it; they get the same.
  template <typename Make>
  [[nodiscard]] Found find_or_make(int batch, int sequence, const Make& make) {
    const std::uint64_t key = (std::uint64_t{static_cast<std::uint32_t>(batch)} << 32) | static_cast<std::uint32_t>(sequence);
    {
      const std::scoped_lock lock(mutex_);
      if (!slots_.empty() && slot(key).key == key) return slot(key).found;
    }
    const Found found = make();
    const std::scoped_lock lock(mutex_);
    store(key, found);
    return found;
  }

 private:
  struct Slot {
    std::uint64_t key = kFree;
    Found found;
  };
  static constexpr std::uint64_t kFree = ~std::uint64_t{0};
  static constexpr unsigned kFirstBits = 9;
  static constexpr unsigned kMostBits = 16;

  /// The slot of `key`, or the free one where it belongs. At least every second slot is free.
  [[nodiscard]] Slot& slot(std::uint64_t key) {
    constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15;
    for (std::uint64_t i = (key * kGolden) >> (64 - bits_);; ++i) {
      Slot& candidate = slots_[i & (slots_.size() - 1)];
      if (candidate.key == key || candidate.key == kFree) return candidate;
    }
  }

  void store(std::uint64_t key, const Found& found) {
    if (2 * used_ >= slots_.size()) {
      if (bits_ >= kMostBits) return;
      grow();
    }
    Slot& place = slot(key);
    used_ += place.key == kFree ? 1 : 0;
    place = {key, found};
  }

  void grow() {
    bits_ = slots_.empty() ? kFirstBits : bits_ + 1;
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(std::size_t{1} << bits_));
    for (const Slot& kept : old) {
      if (kept.key != kFree) slot(kept.key) = kept;
    }
  }

  std::mutex mutex_;
  std::vector<Slot> slots_;
  unsigned bits_ = 0;
  std::size_t used_ = 0;
};

}  // namespace dynamo::perf

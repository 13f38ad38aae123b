#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynamo::webhook {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// Writes the Prometheus text format, version 0.0.4.
class MetricsText {
 public:
  /// Starts a family: its help and type lines.
  void family(std::string_view name, std::string_view type, std::string_view help);
  /// One sample of the family begun last; `suffix` is `_sum` and the like.
  void sample(double value, Labels labels = {}, std::string_view suffix = {});
  void sample(std::uint64_t value, Labels labels = {}, std::string_view suffix = {});
  /// One sample whose labels are text already.
  void sample_with(std::string_view labels, std::uint64_t value, std::string_view suffix = {});

  [[nodiscard]] std::string take() { return std::move(out_); }
  /// `a="x",b="y"`, escaped.
  [[nodiscard]] static std::string join(Labels labels);

 private:
  void begin(std::string_view labels, std::string_view suffix);

  std::string out_;
  std::string name_;
};

/// A counter with labels whose values come up as they are met. Give it only values of small closed sets.
class LabelledCounter {
 public:
  void add(Labels labels, std::uint64_t amount = 1);
  /// `before` goes before each sample's own labels.
  void write(MetricsText& text, Labels before = {}) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> counts_;   ///< by joined labels
};

/// Counts per bucket, sum and count; without locks.
class Histogram {
 public:
  /// `bounds` ascend and outlive the histogram.
  explicit Histogram(std::span<const double> bounds) : bounds_(bounds), buckets_(bounds.size() + 1) {}

  void observe(double value);
  void write(MetricsText& text, Labels labels = {}) const;

 private:
  std::span<const double> bounds_;
  std::vector<std::atomic<std::uint64_t>> buckets_;   ///< the last one is what is above every bound
  std::atomic<double> sum_ = 0;
};

}  // namespace dynamo::webhook

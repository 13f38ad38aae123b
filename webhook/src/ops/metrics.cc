#include "ops/metrics.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace dynamo::webhook {
namespace {

template <typename Number>
std::string text_of(Number value) {
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

}  // namespace

void MetricsText::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  out_.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

std::string MetricsText::join(Labels labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    if (!out.empty()) out += ',';
    out.append(name).append("=\"");
    for (const char c : value) {
      if (c == '\n') out += "\\n";
      else if (c == '"' || c == '\\') (out += '\\') += c;
      else out += c;
    }
    out += '"';
  }
  return out;
}

void MetricsText::begin(std::string_view labels, std::string_view suffix) {
  out_.append(name_).append(suffix);
  if (!labels.empty()) out_.append("{").append(labels).append("}");
  out_ += ' ';
}

void MetricsText::sample(double value, Labels labels, std::string_view suffix) {
  begin(join(labels), suffix);
  out_.append(text_of(value)).append("\n");
}

void MetricsText::sample(std::uint64_t value, Labels labels, std::string_view suffix) {
  sample_with(join(labels), value, suffix);
}

void MetricsText::sample_with(std::string_view labels, std::uint64_t value, std::string_view suffix) {
  begin(labels, suffix);
  out_.append(text_of(value)).append("\n");
}

void LabelledCounter::add(Labels labels, std::uint64_t amount) {
  const std::string key = MetricsText::join(labels);
  const std::lock_guard lock(mutex_);
  counts_[key] += amount;
}

void LabelledCounter::write(MetricsText& text, Labels before) const {
  const std::string prefix = before.size() == 0 ? std::string() : MetricsText::join(before) + ",";
  const std::lock_guard lock(mutex_);
  for (const auto& [labels, count] : counts_) text.sample_with(prefix + labels, count);
}

void Histogram::observe(double value) {
  const auto bucket = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

void Histogram::write(MetricsText& text, Labels labels) const {
  std::uint64_t count = 0;
  const auto bucket = [&](std::size_t i, std::string_view bound) {
    count += buckets_[i].load(std::memory_order_relaxed);
    std::string joined = MetricsText::join(labels);
    joined.append(joined.empty() ? "le=\"" : ",le=\"").append(bound).append("\"");
    text.sample_with(joined, count, "_bucket");
  };
  for (std::size_t i = 0; i < bounds_.size(); ++i) bucket(i, text_of(bounds_[i]));
  bucket(bounds_.size(), "+Inf");
  text.sample(sum_.load(std::memory_order_relaxed), labels, "_sum");
  text.sample(count, labels, "_count");
}

}  // namespace dynamo::webhook

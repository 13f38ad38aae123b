#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/diagnostic.h"
#include "dynamo/profiler/document.h"

namespace dynamo {

/// Limits that every reader enforces; exceeding one is a diagnostic, never a crash.
struct ReadLimits {
  std::size_t bytes = 4u << 20;       ///< a DGDR is a few KiB; etcd refuses objects over 1.5 MiB
  std::size_t depth = 64;             ///< nesting of arrays and objects
  std::size_t nodes = 200000;         ///< nodes after alias expansion: stops alias bombs
  std::span<const std::string_view> passed_over{};   ///< JSON: paths of members that are left out, their grammar apart
};

/// What one source text held. Documents that could be read are kept beside the diagnostics of those that could not.
struct ReadResult {
  std::vector<Document> documents;
  Diagnostics diagnostics;
};

/// Reads YAML 1.1 as Kubernetes does (several documents; JSON is a subset). Duplicate keys, merge keys (`<<`), unknown
/// tags, binary input and exceeded limits are errors with a position. Empty documents are skipped.
[[nodiscard]] ReadResult read_yaml(std::string_view text, std::string_view source, const ReadLimits& limits = {});

/// Reads exactly one JSON value. Numbers that have no fraction and fit int64 are integers. Duplicate keys are errors.
[[nodiscard]] std::expected<Value, Diagnostics> read_json(std::string_view text,
                                                          std::string_view source,
                                                          const ReadLimits& limits = {});

/// Block-style YAML as kubectl prints it: two-space indent, strings quoted exactly where another reader would see another
/// type. Reading the text back gives an equal tree. No trailing `---`.
[[nodiscard]] std::string write_yaml(const Value& value);

/// Several documents separated by `---`.
[[nodiscard]] std::string write_yaml(const std::vector<Value>& documents);

enum class JsonStyle { kCompact, kIndented };

/// JSON; doubles in the shortest form that reads back the same, NaN and infinities as null.
[[nodiscard]] std::string write_json(const Value& value, JsonStyle style = JsonStyle::kCompact);

}  // namespace dynamo

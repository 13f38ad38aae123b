#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/diagnostic.h"

namespace dynamo {

/// A text with its name, able to say in which line and column a byte stands.
class SourceText {
 public:
  SourceText(std::string_view text, std::string_view name);

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Position of the byte at `offset` (the end of the text for anything beyond), with `bytes` of it to underline.
  [[nodiscard]] SourceMark mark(std::size_t offset, std::size_t bytes = 0) const {
    // What a machine has written is mostly one long line of ASCII.
    if (offset + bytes > plain_line_) return counted_mark(offset, bytes);
    return {.line = 1, .column = static_cast<int>(offset + 1), .length = static_cast<int>(bytes)};
  }

  /// The line that holds `offset`, without its line break.
  [[nodiscard]] std::string_view line_at(std::size_t offset) const;

  /// An error at `offset`.
  [[nodiscard]] Diagnostic error(DiagnosticCode code, std::string rule, std::string reason, std::size_t offset) const;

 private:
  /// A byte and what stands before it.
  struct Place {
    std::size_t offset = 0;
    std::size_t line = 0;     ///< lines before its own
    std::size_t column = 0;   ///< characters before it in its line
  };
  [[nodiscard]] Place nearest_known(std::size_t offset) const;
  [[nodiscard]] SourceMark counted_mark(std::size_t offset, std::size_t bytes) const;

  std::string_view text_;
  std::string name_;
  std::size_t plain_line_ = 0;        ///< bytes of the first line, where it is ASCII alone; else 0
  std::size_t last_line_ = 0;         ///< where it starts: behind it no line break needs to be looked for
  std::vector<std::size_t> starts_;   ///< of each kLinesApart-th line: an index of all would dwarf a text of short lines
  // Offsets mostly ascend; going on from the last one keeps one long line from costing quadratic time.
  mutable Place last_;
};

/// Which control characters a format forbids everywhere in its text.
enum class TextRules { kJson, kYaml };

/// The text without its byte order mark.
[[nodiscard]] std::string_view without_byte_order_mark(std::string_view text);

/// An error when the text is longer than `max_bytes`, is not UTF-8, or holds characters the format forbids.
[[nodiscard]] std::optional<Diagnostic> check_source(const SourceText& source, TextRules rules, std::size_t max_bytes);

}  // namespace dynamo

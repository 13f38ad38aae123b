#pragma once

#include <string>
#include <string_view>

namespace dynamo::cli {

/// Columns of every screen that is not asked to be wide.
inline constexpr std::size_t kScreenWidth = 80;

enum class Ink { kPlain, kBold, kDim, kRed, kYellow, kGreen, kCyan };

/// What a stream can show. Puts colour around text, or leaves it alone: colour only adds, no meaning is carried by it.
class Style {
 public:
  explicit Style(bool colour, bool unicode = true) : colour_(colour), unicode_(unicode) {}
  [[nodiscard]] std::string operator()(Ink ink, std::string_view text) const;
  /// Whether charts may be drawn with more than ASCII.
  [[nodiscard]] bool unicode() const { return unicode_; }

 private:
  bool colour_, unicode_;
};

/// Text of a user made safe for a terminal: control characters and broken UTF-8 are shown as `?`.
[[nodiscard]] std::string printable(std::string_view text);

/// Characters shown for UTF-8 text, every code point taken as one column.
[[nodiscard]] std::size_t columns(std::string_view text);

/// Breaks at blanks so that no line is wider than `width` (except single words); a number keeps its `%`. Never empty.
[[nodiscard]] std::string wrap(std::string_view text, std::size_t width, std::size_t first_indent,
                               std::size_t next_indent);

}  // namespace dynamo::cli

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/document.h"
#include "render/tree.h"

namespace dynamo::cli {

/// Text of anybody made safe inside elements and quoted attributes.
[[nodiscard]] std::string escaped(std::string_view text);

/// `<tag>inner</tag>`; `open` may carry attributes, `inner` is markup already.
[[nodiscard]] std::string element(const std::string& open, const std::string& inner);

/// Text as an element of its own; none where the text is empty.
[[nodiscard]] std::string text_element(const std::string& open, const std::string& text);

/// A heading with an anchor, and what stands below it; empty where that is.
[[nodiscard]] std::string section(const std::string& id, const std::string& title, const std::string& body);

/// A table whose columns are text, numbers or wide text.
class MarkupTable {
 public:
  enum class Kind { kText, kName, kNumber, kWide };
  struct Column {
    std::string title;
    Kind kind = Kind::kText;
  };

  explicit MarkupTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// Cells are text.
  void add(const std::vector<std::string>& cells, bool first = false);
  /// Cells are markup.
  void add_markup(const std::vector<std::string>& cells, bool first = false);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// Scrolls by itself where the page is narrow; empty without rows.
  [[nodiscard]] std::string text(const std::string& kind = {}) const;

 private:
  [[nodiscard]] std::string cell(const std::string& tag, std::size_t column, const std::string& markup) const;

  std::vector<Column> columns_;
  std::string rows_;
};

/// One part of a bar that is `whole` long: its colour (a class of page.css), and what it says when pointed at.
[[nodiscard]] std::string bar_part(const std::string& colour, double part, double whole, const std::string& tip);
/// What a colour stands for.
[[nodiscard]] std::string legend_entry(const std::string& colour, const std::string& text);

}  // namespace dynamo::cli

#include "render/html/markup.h"

#include "render/numbers.h"

namespace dynamo::cli {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
    }
  }
  return out;
}

std::string element(const std::string& open, const std::string& inner) {
  return "<" + open + ">" + inner + "</" + open.substr(0, open.find(' ')) + ">";
}

std::string text_element(const std::string& open, const std::string& text) {
  return text.empty() ? std::string() : element(open, escaped(text)) + "\n";
}

std::string section(const std::string& id, const std::string& title, const std::string& body) {
  return body.empty() ? body : "<h2 id=\"" + id + "\">" + escaped(title) + "</h2>\n" + body;
}

std::string MarkupTable::cell(const std::string& tag, std::size_t column, const std::string& markup) const {
  switch (columns_[column].kind) {
    case Kind::kText: return element(tag, markup);
    case Kind::kName: return element(tag + " class=\"name\"", markup);
    case Kind::kNumber: return element(tag + " class=\"n\"", markup);
    case Kind::kWide: return element(tag + " class=\"wide\"", markup);
  }
  return {};
}

void MarkupTable::add(const std::vector<std::string>& cells, bool first) {
  std::vector<std::string> safe;
  for (const std::string& text : cells) safe.push_back(escaped(text));
  add_markup(safe, first);
}

void MarkupTable::add_markup(const std::vector<std::string>& cells, bool first) {
  std::string row;
  for (std::size_t i = 0; i < cells.size(); ++i) row += cell("td", i, cells[i]);
  rows_ += element(first ? "tr class=\"first\"" : "tr", row) + "\n";
}

std::string MarkupTable::text(const std::string& kind) const {
  if (empty()) return {};
  std::string titles;
  for (std::size_t i = 0; i < columns_.size(); ++i) titles += cell("th", i, escaped(columns_[i].title));
  const std::string open = kind.empty() ? "table" : "table class=\"" + kind + "\"";
  return "<div class=\"scroll\">" + element(open, element("tr", titles) + "\n" + rows_) + "</div>\n";
}

std::string bar_part(const std::string& colour, double part, double whole, const std::string& tip) {
  if (!(part > 0) || !(whole > 0)) return {};
  return "<i class=\"" + colour + "\" style=\"width:" + fixed(part / whole * 100, 2) + "%\" data-tip=\"" + escaped(tip) + "\"></i>";
}

std::string legend_entry(const std::string& colour, const std::string& text) {
  return "<span><i class=\"key " + colour + "\"></i>" + escaped(text) + "</span>";
}

}  // namespace dynamo::cli

#pragma once

#include <string>
#include <string_view>

namespace dynamo::cli {

/// Text of anybody made safe inside elements and quoted attributes.
[[nodiscard]] inline std::string escaped(std::string_view text) {
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

/// `<tag>inner</tag>`; `open` may carry attributes, `inner` is markup already.
[[nodiscard]] inline std::string element(const std::string& open, const std::string& inner) {
  return "<" + open + ">" + inner + "</" + open.substr(0, open.find(' ')) + ">";
}

}  // namespace dynamo::cli

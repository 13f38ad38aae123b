#include "render/diff.h"

#include <algorithm>
#include <vector>

namespace dynamo::cli {
namespace {

constexpr std::size_t kContext = 3;

struct Line {
  char sign = ' ';   ///< ' ', '-' or '+'
  std::string_view text;
};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

/// Lengths of the longest common subsequences of all pairs of tails.
class CommonTails {
 public:
  CommonTails(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b)
      : width_(b.size() + 1), lengths_((a.size() + 1) * width_) {
    for (std::size_t i = a.size(); i-- > 0;) {
      for (std::size_t j = b.size(); j-- > 0;) {
        lengths_[i * width_ + j] = a[i] == b[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
      }
    }
  }
  [[nodiscard]] unsigned at(std::size_t i, std::size_t j) const { return lengths_[i * width_ + j]; }

 private:
  std::size_t width_;
  std::vector<unsigned> lengths_;
};

std::vector<Line> edit_script(std::string_view before, std::string_view after) {
  const auto a = lines_of(before);
  const auto b = lines_of(after);
  const CommonTails common(a, b);
  std::vector<Line> script;
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      script.push_back({' ', a[i]});
      ++i, ++j;
    } else if (j == b.size() || (i < a.size() && common.at(i + 1, j) >= common.at(i, j + 1))) {
      script.push_back({'-', a[i++]});
    } else {
      script.push_back({'+', b[j++]});
    }
  }
  return script;
}

/// A line is shown if it changed or stands near one that did.
std::vector<bool> shown_lines(const std::vector<Line>& script) {
  std::vector<bool> shown(script.size());
  for (std::size_t i = 0; i < script.size(); ++i) {
    if (script[i].sign == ' ') continue;
    const std::size_t from = i > kContext ? i - kContext : 0;
    const std::size_t to = std::min(script.size(), i + kContext + 1);
    for (std::size_t k = from; k < to; ++k) shown[k] = true;
  }
  return shown;
}

std::string hunk_head(const std::vector<Line>& script, const std::vector<bool>& shown, std::size_t from, std::size_t a, std::size_t b) {
  std::size_t in_a = 0, in_b = 0;
  for (std::size_t i = from; i < script.size() && shown[i]; ++i) {
    in_a += script[i].sign != '+' ? 1 : 0;
    in_b += script[i].sign != '-' ? 1 : 0;
  }
  return "@@ -" + std::to_string(a) + "," + std::to_string(in_a) + " +" + std::to_string(b) + "," + std::to_string(in_b) + " @@";
}

Ink ink_of(char sign) { return sign == '+' ? Ink::kGreen : sign == '-' ? Ink::kRed : Ink::kPlain; }

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, std::string_view before_name,
                         std::string_view after_name, const Style& style) {
  if (before == after) return {};
  const std::vector<Line> script = edit_script(before, after);
  const std::vector<bool> shown = shown_lines(script);
  std::string out = style(Ink::kBold, "--- " + std::string(before_name)) + "\n" + style(Ink::kBold, "+++ " + std::string(after_name)) + "\n";
  std::size_t a = 1, b = 1;
  for (std::size_t i = 0; i < script.size(); ++i) {
    if (shown[i]) {
      if (i == 0 || !shown[i - 1]) out += style(Ink::kCyan, hunk_head(script, shown, i, a, b)) + "\n";
      out += style(ink_of(script[i].sign), script[i].sign + std::string(script[i].text)) + "\n";
    }
    a += script[i].sign != '+' ? 1 : 0;
    b += script[i].sign != '-' ? 1 : 0;
  }
  return out;
}

}  // namespace dynamo::cli

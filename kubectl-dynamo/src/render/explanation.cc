#include "render/explanation.h"

#include <algorithm>
#include <array>

#include "args/explanation_sections.h"
#include "render/explanation_sections.h"
#include "render/grid.h"
#include "render/numbers.h"
#include "render/tree.h"

namespace dynamo::cli {
namespace {

constexpr std::ptrdiff_t kScreenLines = 24;

/// How much of the runners-up is shown.
struct Room {
  std::size_t runners_up, reason_lines;
};
/// The first that leaves the screen whole is taken.
constexpr std::array kRooms = {Room{3, 2}, Room{3, 1}, Room{2, 1}, Room{1, 1}, Room{0, 0}};

std::string heading(const char* text, const Style& style) { return style(Ink::kBold, text) + "\n"; }

/// At most `most` lines of `text`, the last one cut with an ellipsis.
std::string clipped(const std::string& text, std::size_t most) {
  std::size_t at = 0;
  for (std::size_t line = 0; line < most; ++line) {
    at = text.find('\n', at);
    if (at == std::string::npos) return text;
    ++at;
  }
  std::string out = text.substr(0, at - 1);
  while (columns(out.substr(out.rfind('\n') + 1)) > kScreenWidth - 4) out.erase(out.find_last_of(' '));
  return out + " ...";
}

std::string indented(const std::string& text, std::size_t most_lines) {
  return clipped(wrap(text, kScreenWidth, 2, 4), most_lines) + "\n";
}

std::string verdict(const Value& document) {
  const std::string status = text_at(document, {"status"});
  const std::string pick = text_at(document, {"pickName"}) + " on " + grouped(integer_at(document, {"pick", "total", "gpus"})) + " of " +
                           grouped(integer_at(document, {"request", "totalGpus"})) + " " + text_at(document, {"request", "gpu"}) + " (" +
                           text_at(document, {"pick", "backend"}) + " " + text_at(document, {"pick", "version"}) + ")";
  if (status == "unverified") return "Fits in memory, speed unverified: " + pick;
  if (status == "missed") return "Misses the SLA: " + pick;
  if (status == "short") return "Carries " + readable(number_at(document, {"pick", "loadServedPercent"})) + " % of the load: " + pick;
  return "Meets the SLA: " + pick;
}

/// `796 tok/s per GPU, TTFT 463 of 500 ms, ITL 49.7 of 50 ms`.
std::string figures(const Value& document) {
  if (text_at(document, {"status"}) == "unverified") return {};
  std::string out = number_text(document, {"pick", "tokensPerSecondPerGpu"}) + " tok/s per GPU";
  for (const Value& target : array_at(document, {"targets"})) {
    out += ", " + text_at(target, {"title"}) + " " + number_text(target, {"predictedMs"}) + " of " +
           plain(number_at(target, {"submittedMs"})) + " ms" + (flag_at(target, {"met"}) ? "" : " (missed)");
  }
  return "  " + wrap(out, kScreenWidth - 2, 0, 2) + "\n";
}

struct Line {
  std::string name, text;
};

/// Names in one column, reasons in the next; each reason at most `most_lines`.
std::string two_columns(const std::vector<Line>& lines, std::size_t most_lines) {
  std::size_t width = 0;
  for (const Line& line : lines) width = std::max(width, columns(line.name));
  width = std::min<std::size_t>(width, 34);
  std::string out;
  for (const Line& line : lines) {
    const std::size_t start = 2 + width + 2;
    std::string text = wrap(line.text, kScreenWidth, start, start);
    if (columns(line.name) > width) {
      out += "  " + line.name + "\n" + clipped(text, most_lines) + "\n";
      continue;
    }
    out += clipped("  " + line.name + std::string(start - 2 - columns(line.name), ' ') + text.substr(start), most_lines) + "\n";
  }
  return out;
}

/// The other serving mode first, then the nearest of the same; one line per layout.
std::vector<Line> why_not_lines(const Value& document, std::size_t most) {
  std::vector<Line> lines;
  const Array& ranked = array_at(document, {"runnersUp"});
  const std::string own = text_at(document, {"pick", "servingMode"});
  const auto other = std::ranges::find_if(ranked, [&](const Value& pick) { return text_at(pick, {"servingMode"}) != own; });
  const std::string modes = text_at(document, {"modes", "sentence"});
  if (other != ranked.end()) {
    const std::size_t cut = modes.find(": ");
    lines.push_back({text_at(*other, {"name"}), text_at(*other, {"whyNot"}) + (cut == std::string::npos ? "" : "; " + modes.substr(cut + 2))});
  } else if (!modes.empty()) {
    lines.push_back({text_at(document, {"pick", "servingMode"}) == "aggregated" ? "disaggregated" : "aggregated", modes});
  }
  for (const Value& pick : ranked) {
    if (lines.size() >= most) break;
    if (text_at(pick, {"servingMode"}) == own) lines.push_back({text_at(pick, {"name"}), text_at(pick, {"sentence"})});
  }
  return lines;
}

/// The changes worth most: what more throughput costs, what less latency costs, and GPUs.
std::vector<Line> change_lines(const Value& document) {
  std::vector<Line> lines;
  const auto add = [&](const Value& change) {
    const std::string condition = text_at(change, {"condition"});
    std::string text = text_at(change, {"sentence"});
    if (text.starts_with(condition + ": ")) text.erase(0, condition.size() + 2);
    lines.push_back({condition, text});
  };
  for (const Value& change : array_at(document, {"sensitivity", "relax"})) add(change);
  for (const Value& change : array_at(document, {"sensitivity", "tighten"})) {
    const std::string effect = text_at(change, {"effect"});
    const bool itl = text_at(change, {"target"}) == "itl";
    if (effect == (itl ? "layoutChanges" : "pickChanges")) add(change);
  }
  const Value* gpus = document.find_path({"sensitivity", "gpus"});
  if (gpus != nullptr && !gpus->is_null()) add(*gpus);
  return lines;
}

std::string screen_with(const Value& document, const Room& room, const Style& style) {
  const bool good = text_at(document, {"status"}) == "met";
  std::string out = style(good ? Ink::kGreen : Ink::kYellow, wrap(verdict(document), kScreenWidth, 0, 2)) + "\n" + figures(document);
  out += heading("WHY THIS ONE", style) +
         indented(text_at(document, {"why", "goal"}) + " " + text_at(document, {"why", "bindingSentence"}), 3);
  const auto runners_up = room.runners_up == 0 ? std::vector<Line>() : why_not_lines(document, room.runners_up);
  if (!runners_up.empty()) out += heading("WHY NOT", style) + two_columns(runners_up, room.reason_lines);
  if (const auto lines = change_lines(document); !lines.empty()) out += heading("WHAT WOULD CHANGE IT", style) + two_columns(lines, 1);
  out += heading("FUNNEL", style) + clipped(funnel_line(document), 2) + "\n";
  out += heading("HOW SURE", style) + indented(sure_line(document), 2);
  return out + style(Ink::kDim, "More: --section all|change|funnel|memory|time|... --candidate 'agg tp8'  -o json") + "\n";
}

std::string first_screen(const Value& document, const Style& style) {
  std::string screen;
  for (const Room& room : kRooms) {
    screen = screen_with(document, room, style);
    if (std::ranges::count(screen, '\n') <= kScreenLines) break;
  }
  return screen;
}

}  // namespace

std::string explanation_name(const Value& document) {
  const std::string name_space = text_at(document, {"namespace"});
  return (name_space.empty() ? "" : name_space + "/") + text_at(document, {"name"});
}

std::string render_explanation(const Value& document, const std::vector<std::string>& sections, const Style& style) {
  std::string out;
  if (sections.empty()) {
    // What was asked for comes first.
    out = render_section(document, "candidates", style);
    return (out.empty() ? "" : out + "\n") + first_screen(document, style);
  }
  const bool all = std::ranges::find(sections, "all") != sections.end();
  const std::vector<std::string> every(kExplanationSections.begin(), kExplanationSections.end());
  if (all) out = wrap(verdict(document), kScreenWidth, 0, 2) + "\n" + figures(document);
  for (const std::string& section : all ? every : sections) {
    const std::string text = render_section(document, section, style);
    if (!text.empty()) out += (out.empty() ? "" : "\n") + text;
  }
  return out;
}

}  // namespace dynamo::cli

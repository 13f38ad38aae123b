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

/// How much of it is shown. Nothing is ever cut short: what does not fit is left out whole.
struct Room {
  std::size_t runners_up, full_reasons, changes;
};
/// The first that leaves the screen whole is taken.
constexpr std::array kRooms = {Room{3, 3, 6}, Room{3, 3, 5}, Room{3, 3, 4}, Room{3, 2, 4}, Room{3, 1, 4}, Room{3, 0, 4}, Room{2, 1, 4},
                               Room{2, 0, 4}, Room{1, 0, 4}, Room{1, 0, 3}, Room{1, 0, 2}, Room{0, 0, 2}, Room{0, 0, 1}};

std::string heading(const char* text, const Style& style) { return style(Ink::kBold, text) + "\n"; }

std::string verdict(const Value& document) {
  const ExplanationVerdict parts = explanation_verdict(document);
  return parts.status + ": " + parts.pick + " " + parts.where;
}

/// `, 0.87/M tok`, in the currency of the price; empty without one.
std::string token_cost(const Value& choice) {
  return has_number(choice, {"cost", "perMillionTokens"}) ? ", " + fixed(number_at(choice, {"cost", "perMillionTokens"}), 2) + "/M tok" : "";
}

/// `796 tok/s per GPU, TTFT 463 of 500 ms, ITL 49.7 of 50 ms`, and what it costs.
std::string figures(const Value& document) {
  if (text_at(document, {"status"}) == "unverified") return {};
  const std::string of_budget = number_text(document, {"pick", "tokensPerSecondPerGpuOfBudget"});
  const std::string of_used = number_text(document, {"pick", "tokensPerSecondPerGpu"});
  std::string out = of_budget + " tok/s per GPU" + (of_used == of_budget ? "" : " (" + of_used + " per GPU in use)");
  for (const Value& target : array_at(document, {"targets"})) {
    out += ", " + text_at(target, {"title"}) + " " + number_text(target, {"predictedMs"}) + " of " +
           plain(number_at(target, {"submittedMs"})) + " ms" + (flag_at(target, {"met"}) ? "" : " (missed)");
  }
  if (has_number(document, {"pick", "cost", "perHour"})) {
    out += ", " + fixed(number_at(document, {"pick", "cost", "perHour"}), 2) + " an hour" + token_cost(*document.find("pick"));
  }
  return wrap(out, kScreenWidth, 2, 4) + "\n";
}

/// A name without the backend that its line names anyway.
std::string without_backend(const std::string& name, const std::string& backend) {
  const std::string end = " (" + backend + ")";
  return name.ends_with(end) ? name.substr(0, name.size() - end.size()) : name;
}

struct Line {
  std::string name, text;
};

/// Names in one column, reasons in the next; a name too wide for its column has its reason below.
std::string two_columns(const std::vector<Line>& lines) {
  constexpr std::size_t kWidestName = 34, kGap = 2;
  std::size_t width = 0;
  for (const Line& line : lines) width = std::max(width, columns(line.name) <= kWidestName ? columns(line.name) : 0);
  const std::size_t start = 2 + std::max<std::size_t>(width, 6) + kGap;
  std::string out;
  for (const Line& line : lines) {
    const std::string text = wrap(line.text, kScreenWidth, start, start);
    const bool beside = 2 + columns(line.name) + kGap <= start;
    out += "  " + line.name + (beside ? std::string(start - 2 - columns(line.name), ' ') + text.substr(start) : "\n" + text) + "\n";
  }
  return out;
}

/// Why another pick lost, in short or in full; of the other serving mode also the term that decides.
std::string why_not(const Value& document, const Value& pick, bool full) {
  const std::string reason = text_at(pick, {"whyNot"});
  if (!full) return reason;
  if (text_at(pick, {"servingMode"}) == text_at(document, {"pick", "servingMode"})) return text_at(pick, {"sentence"});
  const std::string modes = text_at(document, {"modes", "sentence"});
  const std::size_t cut = modes.find(": ");
  const std::string term = cut == std::string::npos ? "" : modes.substr(cut + 2);
  return term.empty() || term == reason ? reason : reason + "; " + term;
}

/// The other serving mode first, then the nearest of the same; one line per layout.
std::vector<Line> why_not_lines(const Value& document, const Room& room) {
  std::vector<Line> lines;
  const Array& ranked = array_at(document, {"runnersUp"});
  const std::string own = text_at(document, {"pick", "servingMode"});
  const auto is_other = [&](const Value& pick) { return text_at(pick, {"servingMode"}) != own; };
  const auto add = [&](const Value& pick) {
    if (lines.size() < room.runners_up) lines.push_back({text_at(pick, {"name"}), why_not(document, pick, lines.size() < room.full_reasons)});
  };
  const auto other = std::ranges::find_if(ranked, is_other);
  if (other != ranked.end()) {
    add(*other);
  } else if (std::string modes = text_at(document, {"modes", "sentence"}); !modes.empty() && room.runners_up > 0) {
    const std::string name = own == "aggregated" ? "disaggregated" : "aggregated";
    if (const std::string out = name + " serving is out: "; modes.starts_with(out)) modes.erase(0, out.size());
    lines.push_back({name, modes});
  }
  for (const Value& pick : ranked) {
    if (!is_other(pick)) add(pick);
  }
  return lines;
}

/// The changes worth a line: what more throughput costs, what less latency costs, GPUs, and how tight the targets can be.
std::vector<Line> change_lines(const Value& document) {
  std::vector<Line> lines;
  const auto add = [&](const Value& change) {
    const std::string condition = text_at(change, {"condition"});
    // The tightest target may be one that changes the pick as well.
    if (std::ranges::any_of(lines, [&](const Line& line) { return condition.starts_with(line.name + " at "); })) return;
    std::string text = text_at(change, {"sentence"});
    if (text.starts_with(condition + ": ")) text.erase(0, condition.size() + 2);
    const Value* pick = change.find("pick");
    lines.push_back({condition, text + (pick == nullptr ? "" : token_cost(*pick))});
  };
  const auto add_notable = [&](const char* kind, std::string_view effect) {
    for (const Value& change : array_at(document, {"sensitivity", kind})) {
      if (flag_at(change, {"notable"}) && (effect.empty() || text_at(change, {"effect"}) == effect)) add(change);
    }
  };
  add_notable("relax", "");
  add_notable("tighten", "layoutChanges");
  if (lines.empty()) add_notable("tighten", "pickChanges");
  const Value* gpus = document.find_path({"sensitivity", "gpus"});
  if (gpus != nullptr && !gpus->is_null()) add(*gpus);
  add_notable("tighten", "tightest");
  return lines;
}

std::string screen_with(const Value& document, const Room& room, const Style& style) {
  const bool good = text_at(document, {"status"}) == "met";
  std::string out = style(good ? Ink::kGreen : Ink::kYellow, wrap(verdict(document), kScreenWidth, 0, 2)) + "\n" + figures(document);
  out += heading("WHY THIS ONE", style) +
         wrap(text_at(document, {"why", "goal"}) + " " + text_at(document, {"why", "bindingSentence"}), kScreenWidth, 2, 2) + "\n";
  if (const auto lines = why_not_lines(document, room); !lines.empty()) out += heading("WHY NOT", style) + two_columns(lines);
  std::vector<Line> changes = change_lines(document);
  changes.resize(std::min(changes.size(), room.changes));
  if (!changes.empty()) out += heading("WHAT WOULD CHANGE IT", style) + two_columns(changes);
  out += heading("FUNNEL", style) + funnel_line(document) + "\n";
  out += heading("HOW SURE", style) + wrap(sure_line(document), kScreenWidth, 2, 2) + "\n";
  return out + style(Ink::kDim, "More: --section all|change|funnel|...  --candidate 'agg tp8'  --html page.html") + "\n";
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

ExplanationVerdict explanation_verdict(const Value& document) {
  const std::string status = text_at(document, {"status"});
  const bool modelled = text_at(document, {"provenance", "tier"}) == "modelled";
  return {status == "unverified" ? "Fits in memory, speed unverified"
          : status == "missed"   ? "Misses the SLA"
          : status == "short"    ? "Carries " + share_of_load(number_at(document, {"pick", "loadServedPercent"})) + " of the load"
          : modelled             ? "Meets the SLA if the model holds"
                                 : "Meets the SLA",
          without_backend(text_at(document, {"pickName"}), text_at(document, {"pick", "backend"})),
          "on " + grouped(integer_at(document, {"pick", "total", "gpus"})) + " of " + grouped(integer_at(document, {"request", "totalGpus"})) + " " +
              text_at(document, {"request", "gpu"}) + " (" + text_at(document, {"pick", "backend"}) + " " + text_at(document, {"pick", "version"}) + ")"};
}

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

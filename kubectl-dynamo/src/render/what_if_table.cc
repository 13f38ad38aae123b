#include "render/what_if_table.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "render/grid.h"
#include "render/numbers.h"
#include "render/tree.h"

namespace dynamo::cli {
namespace {

constexpr std::size_t kBarWidth = 32;
constexpr double kNotablePercent = 1;

/// `sla.itl` as a column: ITL. What else a table shows under such a name gets another one.
std::string title_of(const std::string& path) {
  if (path == "hardware.totalGpus" || path == "spec.hardware.totalGpus") return "BUDGET";
  if (path == "hardware.gpuSku" || path == "spec.hardware.gpuSku") return "GPU";
  std::string last = path.substr(path.rfind('.') + 1);
  if (last == "ttft" || last == "itl") last += " goal";
  std::ranges::transform(last, last.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return printable(last);
}

std::string submitted_text(const Value& variation) {
  const Value* value = variation.find("submitted");
  if (value == nullptr || value->is_null()) return "-";
  return value->is_number() ? plain(value->number_or(0)) : text_at(variation, {"submitted"});
}

std::string layout_text(const Value& pick) {
  const std::string layout = text_at(pick, {"layout"});
  if (text_at(pick, {"servingMode"}) != "aggregated") return "disagg " + layout;
  return "agg " + layout + " b" + std::to_string(integer_at(pick, {"batch"}));
}

std::string signed_percent(double change) { return (change > 0 ? "+" : "-") + fixed(std::abs(change), 0) + " %"; }

std::string join(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() || part.empty() ? "" : ", ") + part;
  return out;
}

std::string missed_text(const Value& row) {
  std::vector<std::string> parts;
  for (const Value& missed : array_at(row, {"missed"})) {
    const std::string name = text_at(missed, {"name"});
    const std::string title = name == "ttft" ? "TTFT" : name == "itl" ? "ITL" : "request";
    parts.push_back("out of reach, best " + title + " " + readable(number_at(missed, {"bestMs"})));
  }
  if (parts.empty() && row.find("slaMet") != nullptr && !flag_at(row, {"slaMet"})) parts.emplace_back("misses the SLA");
  return join(parts);
}

/// Against the baseline, in words; what stays within a percent is left out.
std::string change_text(const Value& row) {
  std::vector<std::string> parts;
  if (const std::string missed = missed_text(row); !missed.empty()) parts.push_back(missed);
  if (const long long gpus = integer_at(row, {"change", "gpus"}); gpus != 0) {
    parts.push_back((gpus > 0 ? "+" : "-") + std::to_string(std::abs(gpus)) + (std::abs(gpus) == 1 ? " GPU" : " GPUs"));
  }
  for (const auto& [name, field] : {std::pair{"tok/s", "tokensPerSecondPerGpuPercent"}, std::pair{"TTFT", "ttftPercent"},
                                    std::pair{"ITL", "itlPercent"}, std::pair{"cost", "costPerTokenPercent"}}) {
    const double change = number_at(row, {"change", field});
    if (std::abs(change) >= kNotablePercent) parts.push_back(std::string(name) + " " + signed_percent(change));
  }
  return parts.empty() ? "same" : join(parts);
}

std::vector<std::string> varied_cells(const Value& value, const Value& row, bool baseline) {
  std::vector<std::string> cells;
  for (const Value& variation : array_at(value, {"variations"})) {
    const Value* set = row.find("set");
    const std::string path = text_at(variation, {"path"});
    cells.push_back(baseline || set == nullptr ? submitted_text(variation) : text_at(*set, {path}));
  }
  if (!cells.empty()) cells.front() = (baseline ? "* " : "  ") + cells.front();
  return cells;
}

std::vector<std::string> cells_of(const Value& value, const Value& row, bool baseline, bool costs) {
  std::vector<std::string> cells = varied_cells(value, row, baseline);
  const Value* pick = row.find("pick");
  if (pick == nullptr || pick->as_object() == nullptr) {
    cells.insert(cells.end(), {"none", "-", "-", "-", "-"});
    if (costs) cells.emplace_back("-");
    cells.push_back(text_at(row, {"problem"}));
    return cells;
  }
  cells.insert(cells.end(), {layout_text(*pick), std::to_string(integer_at(*pick, {"gpus"})),
                             readable(number_at(*pick, {"tokensPerSecondPerGpuOfBudget"})), readable(number_at(*pick, {"ttftMs"})),
                             readable(number_at(*pick, {"itlMs"}))});
  if (costs) {
    cells.push_back(has_number(row, {"cost", "perMillionTokens"}) ? fixed(number_at(row, {"cost", "perMillionTokens"}), 2) : "-");
  }
  cells.push_back(baseline ? join({"as asked", missed_text(row)}) : change_text(row));
  return cells;
}

bool has_costs(const Value& value) {
  if (has_number(value, {"baseline", "cost", "perHour"})) return true;
  return std::ranges::any_of(array_at(value, {"rows"}), [](const Value& row) { return has_number(row, {"cost", "perHour"}); });
}

std::string load_text(const Value& value) {
  if (has_number(value, {"load", "concurrency"})) return readable(number_at(value, {"load", "concurrency"})) + " in flight";
  if (has_number(value, {"load", "requestRate"})) return readable(number_at(value, {"load", "requestRate"})) + " req/s";
  return "the load";
}

/// How many combinations have no pick, below the table that says why in their row.
std::string unanswered_line(const Value& value) {
  const Array& rows = array_at(value, {"rows"});
  const auto none = std::ranges::count_if(rows, [](const Value& row) { return row.find("pick") == nullptr || row.find("pick")->is_null(); });
  if (none == 0) return {};
  return std::to_string(none) + " of " + std::to_string(rows.size()) +
         (none == 1 ? " combinations has no answer; its row says why.\n" : " combinations have no answer; their rows say why.\n");
}

std::string bar(double share, bool unicode) {
  static constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (!unicode) return std::string(static_cast<std::size_t>(std::llround(share * static_cast<double>(kBarWidth))), '#');
  const auto eighths = static_cast<std::size_t>(std::llround(share * 8 * static_cast<double>(kBarWidth)));
  std::string out;
  for (std::size_t i = 0; i < eighths / 8; ++i) out += "█";
  return out + kEighths[eighths % 8];
}

/// What carries the load, or why nothing does.
std::string carrier_text(const Value& row) {
  if (has_number(row, {"gpusNeeded"})) return layout_text(*row.find("carrier"));
  const std::string missed = missed_text(row);
  return missed.empty() ? text_at(row, {"problem"}) : missed;
}

}  // namespace

std::string render_what_if(const Value& value, const Style& style) {
  const bool costs = has_costs(value);
  std::vector<Grid::Column> titles;
  for (const Value& variation : array_at(value, {"variations"})) titles.push_back({title_of(text_at(variation, {"path"})), false});
  if (!titles.empty()) titles.front().title = "  " + titles.front().title;
  titles.push_back({"LAYOUT", false});
  for (const char* title : {"GPUS", "TOK/S/GPU", "TTFT", "ITL"}) titles.push_back({title, true});
  if (costs) titles.push_back({"$/M TOK", true});
  titles.push_back({"CHANGE", false});
  Grid grid(std::move(titles));
  grid.add(cells_of(value, *value.find("baseline"), true, costs));
  for (const Value& row : array_at(value, {"rows"})) grid.add(cells_of(value, row, false, costs));
  std::string out;
  const std::vector<std::string> lines = grid.lines(kScreenWidth);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out += style(i == 0 ? Ink::kDim : i == 1 ? Ink::kBold : Ink::kPlain, lines[i]) + "\n";
  }
  return out + unanswered_line(value);
}

std::string render_sweep(const Value& value, const Style& style) {
  double most = 1;
  for (const Value& row : array_at(value, {"rows"})) most = std::max(most, number_at(row, {"gpusNeeded"}));
  std::vector<Grid::Column> titles;
  for (const Value& variation : array_at(value, {"variations"})) titles.push_back({title_of(text_at(variation, {"path"})), true});
  titles.push_back({"GPUS", true});
  titles.push_back({"", false});
  titles.push_back({"LAYOUT", false});
  Grid grid(std::move(titles));
  for (const Value& row : array_at(value, {"rows"})) {
    std::vector<std::string> cells;
    for (const Value& variation : array_at(value, {"variations"})) {
      cells.push_back(text_at(row, {"set", text_at(variation, {"path"})}));
    }
    const bool reached = has_number(row, {"gpusNeeded"});
    cells.push_back(reached ? grouped(integer_at(row, {"gpusNeeded"})) : "-");
    cells.push_back(reached ? bar(number_at(row, {"gpusNeeded"}) / most, style.unicode()) : "");
    cells.push_back(carrier_text(row));
    grid.add(std::move(cells));
  }
  std::string out = style(Ink::kBold, "GPUs needed for " + load_text(value) + " within the SLA") + "\n";
  const std::vector<std::string> lines = grid.lines(kScreenWidth);
  for (std::size_t i = 0; i < lines.size(); ++i) out += style(i == 0 ? Ink::kDim : Ink::kPlain, lines[i]) + "\n";
  return out;
}

}  // namespace dynamo::cli

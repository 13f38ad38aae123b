#include "render/ranking.h"

#include <algorithm>

#include "render/grid.h"
#include "render/numbers.h"
#include "render/tree.h"

namespace dynamo::cli {
namespace {

constexpr std::size_t kRows = 5;       ///< picks shown, the chosen one among them
constexpr std::size_t kWideRows = 20;

std::string batch_phrase(const Value& pick) {
  const Array& workers = array_at(pick, {"workers"});
  const long long batch = workers.empty() ? 0 : integer_at(workers.back(), {"batch"});
  return batch == 0 ? "" : "batch " + grouped(batch);
}

/// "agg    2 x tp4   batch 160" or "disagg 2 x (1P tp2 + 1D tp2)".
std::string short_layout(const Value& pick) {
  const std::string layout = text_at(pick, {"layout"});
  if (text_at(pick, {"servingMode"}) != "aggregated") return "disagg " + layout;
  const std::string batch = batch_phrase(pick);
  return "agg    " + layout + (batch.empty() ? "" : "   " + batch);
}

/// Which columns a ranking has. One backend is named in the verdict already.
struct Columns {
  bool wide = false;
  bool backend = false;
  bool costs = false;
};

Columns columns_of(const Array& ranked, bool wide) {
  const bool several = std::ranges::any_of(
      ranked, [&](const Value& pick) { return text_at(pick, {"backend"}) != text_at(ranked.front(), {"backend"}); });
  return {wide, !wide && several, has_number(ranked.empty() ? Value() : ranked.front(), {"cost", "perHour"})};
}

Grid pick_grid(const Columns& shown) {
  std::vector<Grid::Column> columns = {{"  LAYOUT", false}};
  if (shown.backend) columns.push_back({"BACKEND", false});
  for (const char* title : {"GPUS", "TOK/S/GPU", "TTFT", "ITL"}) columns.push_back({title, true});
  const bool wide = shown.wide;
  if (wide) {
    for (const char* title : {"REQUEST", "TOK/S/USER", "TOK/S", "REQ/S", "IN FLIGHT", "MEM GIB"}) {
      columns.push_back({title, true});
    }
    columns.push_back({"BACKEND", false});
  }
  if (shown.costs) columns.push_back({"/M TOK", true});
  columns.push_back({"WHY NOT", false});
  return Grid(std::move(columns));
}

/// "-21 %, ITL 3.6x better" instead of "21 % less throughput, ...": the throughputs have a column beside it.
std::string short_reason(const std::string& reason) {
  static constexpr std::string_view kLess = " % less throughput", kSame = "same throughput";
  if (reason.starts_with(kSame)) return "same tok/s" + reason.substr(kSame.size());
  const std::size_t at = reason.find(kLess);
  return at == std::string::npos ? reason : "-" + reason.substr(0, at) + " %" + reason.substr(at + kLess.size());
}

std::vector<std::string> pick_cells(const Value& pick, bool first, const Columns& shown) {
  std::vector<std::string> cells = {(first ? "* " : "  ") + short_layout(pick)};
  if (shown.backend) cells.push_back(text_at(pick, {"backend"}));
  cells.insert(cells.end(), {grouped(integer_at(pick, {"total", "gpus"})), number_text(pick, {"tokensPerSecondPerGpuOfBudget"}),
                             number_text(pick, {"ttftMs"}), number_text(pick, {"itlMs"})});
  if (shown.wide) {
    std::string memory;
    for (const Value& worker : array_at(pick, {"workers"})) {
      memory += (memory.empty() ? "" : "/") + fixed(number_at(worker, {"memoryGiB", "total"}), 0);
    }
    cells.insert(cells.end(), {number_text(pick, {"requestLatencyMs"}), number_text(pick, {"tokensPerSecondPerUser"}),
                               number_text(pick, {"total", "tokensPerSecond"}),
                               number_text(pick, {"total", "requestsPerSecond"}),
                               grouped(integer_at(pick, {"total", "concurrency"})), memory,
                               text_at(pick, {"backend"}) + " " + text_at(pick, {"version"})});
  }
  if (shown.costs) cells.push_back(has_number(pick, {"cost", "perMillionTokens"}) ? fixed(number_at(pick, {"cost", "perMillionTokens"}), 2) : "-");
  cells.push_back(first ? "" : short_reason(text_at(pick, {"whyNot"})));
  return cells;
}

std::string others(long long more, long long dropped) {
  if (more + dropped <= 0) return {};
  const std::string kept = more > 0 ? grouped(more) + " more fit" : "";
  const std::string out = dropped > 0 ? grouped(dropped) + (more > 0 ? "" : " more") + (dropped == 1 ? " does" : " do") + " not" : "";
  return "  ... " + kept + (kept.empty() || out.empty() ? "" : ", ") + out + (more > 0 ? "" : " fit") + "\n";
}

}  // namespace

std::string ranking_table(const Value& report, bool wide, const Style& style) {
  const Array& ranked = array_at(report, {"ranked"});
  const std::size_t shown = std::min(ranked.size(), wide ? kWideRows : kRows);
  const Columns columns = columns_of(ranked, wide);
  Grid grid = pick_grid(columns);
  for (std::size_t i = 0; i < shown; ++i) grid.add(pick_cells(ranked[i], i == 0, columns));
  std::string out;
  const std::vector<std::string> lines = grid.lines(wide ? 0 : kScreenWidth);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out += style(i == 0 ? Ink::kDim : i == 1 ? Ink::kBold : Ink::kPlain, lines[i]) + "\n";
  }
  const long long more = std::max(0LL, integer_at(report, {"funnel", "feasible"}) - static_cast<long long>(shown));
  const long long dropped = integer_at(report, {"funnel", "dropped"});
  return out + others(more, dropped);
}

}  // namespace dynamo::cli

#include "render/table.h"

#include <algorithm>
#include <cctype>

#include "render/grid.h"
#include "render/numbers.h"
#include "render/pareto_chart.h"
#include "render/tree.h"

namespace dynamo::cli {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kRows = 5;       ///< picks shown, the chosen one among them
constexpr std::size_t kWideRows = 20;

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string plural(long long count, const std::string& noun) {
  return grouped(count) + " " + noun + (count == 1 ? "" : "s");
}

/// Words for a target: how it is titled in the table.
std::string title_of(const std::string& target) {
  if (target == "ttft") return "TTFT";
  if (target == "itl") return "ITL";
  return "request";
}

/// "2 aggregated workers, TP4 each" or "2 prefill workers TP2 and 2 decode workers TP2".
std::string workers_phrase(const Value& pick) {
  const long long replicas = integer_at(pick, {"replicas"});
  std::string out;
  for (const Value& worker : array_at(pick, {"workers"})) {
    const long long count = replicas * integer_at(worker, {"workersPerUnit"});
    const std::string role = text_at(worker, {"role"});
    const std::string layout = upper(text_at(worker, {"layout"}));
    if (role == "agg") return plural(count, "aggregated worker") + ", " + layout + (count == 1 ? "" : " each");
    out += (out.empty() ? "" : " and ") + plural(count, role + " worker") + " " + layout;
  }
  return out;
}

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

std::string gpus_phrase(const Value& report) {
  return grouped(integer_at(report, {"request", "totalGpus"})) + " " + text_at(report, {"request", "gpu"});
}

std::string engine_phrase(const Value& pick) {
  const std::string version = text_at(pick, {"version"});
  return "(" + text_at(pick, {"backend"}) + (version.empty() ? "" : " " + version) + ")";
}

std::string picked_phrase(const Value& report, const Value& pick) {
  return workers_phrase(pick) + ", on " + grouped(integer_at(pick, {"total", "gpus"})) + " of " + gpus_phrase(report) +
         "  " + engine_phrase(pick);
}

/// Two sentences when targets are missed: what cannot be reached, and with what we go on.
std::string missed_verdict(const Value& report, const Value& pick) {
  std::string wanted, best;
  for (const Value& target : array_at(report, {"sla", "targets"})) {
    if (!flag_at(target, {"missed"})) continue;
    const std::string title = title_of(text_at(target, {"name"}));
    wanted += (wanted.empty() ? "" : " and ") + title + " <= " + plain(number_at(target, {"submittedMs"})) + " ms";
    best += (best.empty() ? "" : ", ") + title + " " + readable(number_at(target, {"effectiveMs"})) +
            " ms (you asked for " + plain(number_at(target, {"submittedMs"})) + " ms)";
  }
  if (wanted.empty()) return "Misses the SLA: " + picked_phrase(report, pick);
  return "Nothing meets " + wanted + " on " + gpus_phrase(report) + ".\nContinuing with the best achievable: " + best +
         ".\n" + picked_phrase(report, pick);
}

std::string verdict(const Value& report, const Value& pick) {
  if (flag_at(report, {"unverified"})) return "Fits in memory, speed unverified: " + picked_phrase(report, pick);
  if (!flag_at(report, {"sla", "met"})) return missed_verdict(report, pick);
  if (number_at(pick, {"loadServedPercent"}) < 100) {
    return "Carries " + readable(number_at(pick, {"loadServedPercent"})) +
           " % of the load: " + picked_phrase(report, pick);
  }
  const bool modelled = text_at(report, {"provenance", "tier"}) == "modelled";
  return (modelled ? "Meets the SLA if the model holds: " : "Meets the SLA: ") + picked_phrase(report, pick);
}

std::string styled_lines(const std::string& text, const Style& style, Ink ink) {
  std::string out;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::string line = text.substr(start, end - start);
    // The engine in brackets is set off by two blanks: the best place to break.
    if (const std::size_t engine = line.rfind("  ("); columns(line) > kWidth && engine != std::string::npos) {
      line[engine] = '\n';
      line.insert(engine + 1, " ");
    }
    if (columns(line.substr(0, line.find('\n'))) > kWidth) line = wrap(line, kWidth, 0, 2);
    out += style(ink, line) + "\n";
    ink = Ink::kPlain;
    start = end + 1;
  }
  return out;
}

std::string right(const std::string& text, std::size_t width) {
  const std::size_t used = columns(text);
  return std::string(used < width ? width - used : 0, ' ') + text;
}

std::string left(const std::string& text, std::size_t width) {
  const std::size_t used = columns(text);
  return text + std::string(used < width ? width - used : 0, ' ');
}

std::string latency_row(const std::string& title, const Value& report, const Value& pick, std::string_view target_name,
                        std::string_view field) {
  std::string line = "  " + left(title, 12) + right(number_text(pick, {field}), 7) + " ms";
  for (const Value& target : array_at(report, {"sla", "targets"})) {
    if (text_at(target, {"name"}) != target_name) continue;
    line += "   <= " + right(plain(number_at(target, {"submittedMs"})), 4) + " ms";
    if (flag_at(target, {"missed"})) {
      line += "    missed";
    } else if (text_at(report, {"sla", "binding"}) == target_name) {
      line += "    binding";
    }
  }
  return line + "\n";
}

std::string memory_rows(const Value& report, const Value& pick) {
  std::string out;
  const Array& workers = array_at(pick, {"workers"});
  for (const Value& worker : workers) {
    const double total = number_at(worker, {"memoryGiB", "total"});
    const double weights = number_at(worker, {"memoryGiB", "weights"});
    const double kv = number_at(worker, {"memoryGiB", "kvCache"});
    out += "  " + left(workers.size() > 1 ? text_at(worker, {"role"}) + " mem" : "memory", 12) + right(fixed(total, 0), 7) +
           " of " + fixed(number_at(report, {"request", "gpuMemoryGiB"}), 0) + " GiB per GPU (weights " +
           fixed(weights, 0) + ", KV " + fixed(kv, 0) + ", rest " + fixed(total - weights - kv, 0) + ")\n";
  }
  return out;
}

std::string load_row(const Value& report, const Value& pick) {
  const bool rate = has_number(report, {"request", "requestRate"});
  if (!rate && !has_number(report, {"request", "concurrency"})) return {};
  const std::string wanted = rate ? plain(number_at(report, {"request", "requestRate"})) + " req/s"
                                  : plain(number_at(report, {"request", "concurrency"})) + " in flight";
  return "  " + left("load", 12) + right(number_text(pick, {"loadServedPercent"}), 7) + " % of " + wanted + "\n";
}

/// "cost           19.92 per hour   0.87 per million output tokens", in the currency of the price.
std::string cost_row(const Value& pick) {
  if (!has_number(pick, {"cost", "perHour"})) return {};
  return "  " + left("cost", 12) + right(fixed(number_at(pick, {"cost", "perHour"}), 2), 7) + " per hour         " +
         (has_number(pick, {"cost", "perMillionTokens"}) ? fixed(number_at(pick, {"cost", "perMillionTokens"}), 2) : "-") +
         " per million output tokens\n";
}

std::string prediction_rows(const Value& report, const Value& pick) {
  std::string out = "              predicted   target\n";
  out += latency_row("TTFT", report, pick, "ttft", "ttftMs");
  out += latency_row("ITL", report, pick, "itl", "itlMs");
  out += latency_row("request", report, pick, "e2eLatency", "requestLatencyMs");
  out += "  " + left("throughput", 12) + right(number_text(pick, {"tokensPerSecondPerGpu"}), 7) + " tok/s per GPU    " +
         number_text(pick, {"total", "tokensPerSecond"}) + " tok/s, " +
         number_text(pick, {"total", "requestsPerSecond"}) + " req/s at " +
         grouped(integer_at(pick, {"total", "concurrency"})) + " in flight\n";
  out += "  " + left("per user", 12) + right(number_text(pick, {"tokensPerSecondPerUser"}), 7) + " tok/s\n";
  return out + load_row(report, pick) + cost_row(pick);
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
                               number_text(pick, {"total", "concurrency"}), memory,
                               text_at(pick, {"backend"}) + " " + text_at(pick, {"version"})});
  }
  if (shown.costs) cells.push_back(has_number(pick, {"cost", "perMillionTokens"}) ? fixed(number_at(pick, {"cost", "perMillionTokens"}), 2) : "-");
  cells.push_back(first ? "" : text_at(pick, {"whyNot"}));
  return cells;
}

std::string ranking(const Value& report, bool wide, const Style& style) {
  const Array& ranked = array_at(report, {"ranked"});
  const std::size_t shown = std::min(ranked.size(), wide ? kWideRows : kRows);
  const Columns columns = columns_of(ranked, wide);
  Grid grid = pick_grid(columns);
  for (std::size_t i = 0; i < shown; ++i) grid.add(pick_cells(ranked[i], i == 0, columns));
  std::string out;
  const std::vector<std::string> lines = grid.lines(wide ? 0 : kWidth);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out += style(i == 0 ? Ink::kDim : i == 1 ? Ink::kBold : Ink::kPlain, lines[i]) + "\n";
  }
  const long long more = std::max(0LL, integer_at(report, {"funnel", "feasible"}) - static_cast<long long>(shown));
  const long long dropped = integer_at(report, {"funnel", "dropped"});
  if (more + dropped > 0) {
    out += "  ... " + grouped(more) + " more fit, " + grouped(dropped) + (dropped == 1 ? " does" : " do") +
           " not: -o json has the reasons\n";
  }
  return out;
}

std::string percent(double share) {
  const double value = share * 100;
  return (value > 0 && value < 1 ? std::string("< 1") : fixed(value, 0)) + " %";
}

std::string provenance_line(const Value& report) {
  const std::string tier = text_at(report, {"provenance", "tier"});
  const std::string tables = text_at(report, {"provenance", "tables"});
  std::string out = "Numbers: ";
  if (flag_at(report, {"unverified"})) return out + "unverified: only the memory was calculated.";
  out += tier == "measured" ? "measured tables" : tier;
  if (!tables.empty()) out += " (" + tables + ")";
  for (const auto& [field, word] : {std::pair{"lookedUp", "looked up"}, std::pair{"interpolated", "interpolated"},
                                    std::pair{"extrapolated", "extrapolated"}, std::pair{"modelled", "modelled"}}) {
    const double share = number_at(report, {"provenance", field});
    if (share > 0) out += ", " + percent(share) + " " + word;
  }
  if (const double estimated = number_at(report, {"provenance", "estimated"}); estimated > 0) {
    out += " (" + percent(estimated) + " for want of rows)";
  }
  return out + ".";
}

/// "TTFT 406 to 1,130 ms" for a factor on the pick's number.
std::string range_phrase(const Value& report, const std::string& title, std::string_view field, std::string_view band,
                         const std::string& unit) {
  const double value = number_at(report, {"chosen", field});
  return title + " " + readable(value * number_at(report, {"provenance", "errorBand", band, "low"})) + " to " +
         readable(value * number_at(report, {"provenance", "errorBand", band, "high"})) + " " + unit;
}

/// How far the truth may be, where something was modelled.
std::string band_line(const Value& report) {
  if (!has_number(report, {"provenance", "errorBand", "ttft", "low"})) return {};
  return "Error band (8 of 10 passes, on GPUs left out of the fit): " + range_phrase(report, "TTFT", "ttftMs", "ttft", "ms") + ", " +
         range_phrase(report, "ITL", "itlMs", "itl", "ms") + ", " +
         range_phrase(report, "throughput", "tokensPerSecondPerGpu", "throughput", "tok/s per GPU") + ".";
}

/// Which measured rows not to believe.
std::string suspects_line(const Value& report) {
  std::string out;
  for (const Value& suspect : array_at(report, {"provenance", "suspectRows"})) {
    out += (out.empty() ? "Doubtful rows: " : ", ") + text_at(suspect, {"pass"}) + " " + text_at(suspect, {"kernel"}) + " (" +
           readable(number_at(suspect, {"factor"})) + "x)";
  }
  return out.empty() ? out : out + ".";
}

/// What the user did not write and the answer depends on.
std::string assumptions_line(const Value& report) {
  std::string out;
  for (const Value& origin : array_at(report, {"request", "notWrittenByUser"})) {
    const std::string path = text_at(origin, {"path"});
    if (text_at(origin, {"origin"}) != "default") continue;
    if (path.find("workload") == std::string::npos && path.find("sla") == std::string::npos &&
        path.find("hardware") == std::string::npos) {
      continue;
    }
    out += (out.empty() ? "Assumed: " : ", ") + path.substr(path.rfind('.') + 1) + " " + text_at(origin, {"value"});
  }
  return out;
}

std::string next_step(const std::string& repeat) {
  if (repeat.empty()) return {};
  const std::string tail = " -o yaml | kubectl apply -f -";
  const std::string line = "Deploy:  " + repeat + tail;
  return columns(line) <= kWidth ? line + "\n" : "Deploy:  " + repeat + " \\\n          " + tail.substr(1) + "\n";
}

std::string nothing_runs(const Value& report) {
  std::string out = "Nothing can run on " + gpus_phrase(report) + ".\n";
  for (const Value& search : array_at(report, {"searches"})) {
    const std::string error = text_at(search, {"error"});
    if (error.empty()) continue;
    out += wrap(text_at(search, {"servingMode"}) + " " + text_at(search, {"backend"}) + ": " + error, kWidth, 2, 4) +
           "\n";
  }
  return out;
}

}  // namespace

std::string verdict_text(const Value& report) {
  const Value* pick = report.find("chosen");
  return pick == nullptr || pick->as_object() == nullptr ? nothing_runs(report) : verdict(report, *pick);
}

std::string render_table(const Value& report, const TableOptions& options, const Style& style) {
  const Value* pick = report.find("chosen");
  if (pick == nullptr || pick->as_object() == nullptr) return nothing_runs(report);
  const bool unverified = flag_at(report, {"unverified"});
  const bool good = !unverified && flag_at(report, {"sla", "met"});
  std::string out = styled_lines(verdict(report, *pick), style, good ? Ink::kGreen : Ink::kYellow) + "\n";
  if (!unverified) out += prediction_rows(report, *pick);
  out += memory_rows(report, *pick) + "\n";
  if (!unverified) out += ranking(report, options.wide, style) + "\n";
  if (options.wide) {
    if (const std::string chart = render_pareto(report, style); !chart.empty()) out += chart + "\n";
  }
  out += wrap(provenance_line(report), kWidth, 0, 2) + "\n";
  if (const std::string band = band_line(report); !band.empty()) out += wrap(band, kWidth, 0, 2) + "\n";
  if (const std::string doubtful = suspects_line(report); !doubtful.empty()) out += wrap(doubtful, kWidth, 0, 2) + "\n";
  if (const std::string assumed = assumptions_line(report); !assumed.empty()) out += wrap(assumed, kWidth, 0, 2) + "\n";
  return out + next_step(options.repeat);
}

std::string render_estimate(const Value& report, const Style& style) {
  const Value* pick = report.find("chosen");
  if (pick == nullptr || pick->as_object() == nullptr) return {};
  const bool targets = !array_at(report, {"sla", "targets"}).empty();
  const bool met = flag_at(report, {"sla", "met"});
  const std::string verdict = !targets ? "Predicted: " : met ? "Meets the targets: " : "Misses the targets: ";
  std::string out = styled_lines(verdict + picked_phrase(report, *pick), style, met ? Ink::kGreen : Ink::kYellow) + "\n";
  out += prediction_rows(report, *pick) + memory_rows(report, *pick) + "\n";
  out += wrap(provenance_line(report), kWidth, 0, 2) + "\n";
  if (const std::string assumed = assumptions_line(report); !assumed.empty()) out += wrap(assumed, kWidth, 0, 2) + "\n";
  std::string title = "Ignored:";
  for (const Value& item : array_at(report, {"ignored"})) {
    const std::string path = text_at(item, {"path"});
    out += wrap(title + " " + path.substr(path.rfind('.') + 1) + ": " + text_at(item, {"setting"}) + " (" + text_at(item, {"why"}) + ")",
                kWidth, 0, 9) + "\n";
    title = "        ";
  }
  return out;
}

}  // namespace dynamo::cli

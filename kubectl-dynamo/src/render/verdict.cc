#include "render/verdict.h"

#include <algorithm>
#include <cctype>

#include "render/grid.h"
#include "render/numbers.h"
#include "render/tree.h"

namespace dynamo::cli {
namespace {

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

std::string engine_phrase(const Value& pick) {
  const std::string version = text_at(pick, {"version"});
  return "(" + text_at(pick, {"backend"}) + (version.empty() ? "" : " " + version) + ")";
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
    return "Carries " + share_of_load(number_at(pick, {"loadServedPercent"})) + " of the load: " + picked_phrase(report, pick);
  }
  const bool modelled = text_at(report, {"provenance", "tier"}) == "modelled";
  return (modelled ? "Meets the SLA if the model holds: " : "Meets the SLA: ") + picked_phrase(report, pick);
}

std::string nothing_runs(const Value& report) {
  std::string out = "Nothing can run on " + gpus_phrase(report) + ".\n";
  for (const Value& search : array_at(report, {"searches"})) {
    const std::string error = text_at(search, {"error"});
    if (error.empty()) continue;
    out += wrap(text_at(search, {"servingMode"}) + " " + text_at(search, {"backend"}) + ": " + error, kScreenWidth, 2, 4) +
           "\n";
  }
  return out;
}

/// Broken before the engine in brackets where that is enough, else wherever it must be.
std::string fitted(const std::string& line) {
  if (columns(line) <= kScreenWidth) return line;
  const std::size_t engine = line.rfind("  (");
  if (engine == std::string::npos || columns(line.substr(0, engine)) > kScreenWidth) return wrap(line, kScreenWidth, 0, 2);
  return line.substr(0, engine) + "\n" + line.substr(engine);
}

}  // namespace

std::string gpus_phrase(const Value& report) {
  return grouped(integer_at(report, {"request", "totalGpus"})) + " " + text_at(report, {"request", "gpu"});
}

std::string picked_phrase(const Value& report, const Value& pick) {
  return workers_phrase(pick) + ", on " + grouped(integer_at(pick, {"total", "gpus"})) + " of " + gpus_phrase(report) +
         "  " + engine_phrase(pick);
}

std::string verdict_text(const Value& report) {
  const Value* pick = report.find("chosen");
  return pick == nullptr || pick->as_object() == nullptr ? nothing_runs(report) : verdict(report, *pick);
}

std::string verdict_lines(const std::string& text, const Style& style, Ink ink) {
  std::string out;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    out += style(ink, fitted(text.substr(start, end - start))) + "\n";
    ink = Ink::kPlain;
    start = end + 1;
  }
  return out;
}

}  // namespace dynamo::cli

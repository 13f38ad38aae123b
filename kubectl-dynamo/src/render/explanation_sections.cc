#include "render/explanation_sections.h"

#include <array>
#include <utility>

#include "render/grid.h"
#include "render/numbers.h"
#include "render/provenance.h"
#include "render/tree.h"

namespace dynamo::cli {
namespace {

constexpr std::size_t kOperators = 8;   ///< shown of a phase; the rest is summed up

std::string sentence(const std::string& text) { return wrap(text, kScreenWidth, 2, 4) + "\n"; }

std::string table(const Grid& grid) {
  std::string out;
  for (const std::string& line : grid.lines(kScreenWidth - 2)) {
    std::size_t start = 0;
    while (start <= line.size()) {
      const std::size_t end = std::min(line.find('\n', start), line.size());
      out += "  " + line.substr(start, end - start) + "\n";
      start = end + 1;
    }
  }
  return out;
}

std::string why(const Value& document) {
  std::string out = sentence(text_at(document, {"why", "goal"}));
  const std::string binding = text_at(document, {"why", "bindingSentence"});
  if (!binding.empty()) out += sentence(binding);
  for (const Value& target : array_at(document, {"targets"})) {
    out += sentence(text_at(target, {"title"}) + " " + number_text(target, {"predictedMs"}) + " ms, target " +
                    plain(number_at(target, {"submittedMs"})) + " ms: " + fixed(number_at(target, {"usedPercent"}), 0) + " % used" +
                    (flag_at(target, {"met"}) ? "" : "; missed, continuing with " + plain(number_at(target, {"effectiveMs"})) + " ms"));
  }
  return out;
}

std::string candidates(const Value& document) {
  std::string out;
  for (const Value& candidate : array_at(document, {"candidates"})) out += sentence(text_at(candidate, {"sentence"}));
  return out;
}

std::string runners_up(const Value& document) {
  Grid grid({{"LAYOUT", false}, {"GPUS", true}, {"TOK/S/GPU", true}, {"TTFT", true}, {"ITL", true}, {"WHY NOT", false}});
  const Array& picks = array_at(document, {"runnersUp"});
  for (const Value& pick : picks) {
    grid.add({text_at(pick, {"name"}), grouped(integer_at(pick, {"gpus"})), number_text(pick, {"tokensPerSecondPerGpuOfBudget"}),
              number_text(pick, {"ttftMs"}), number_text(pick, {"itlMs"}), text_at(pick, {"sentence"})});
  }
  return picks.empty() ? std::string() : table(grid);
}

std::string modes(const Value& document) {
  const std::string text = text_at(document, {"modes", "sentence"});
  return text.empty() ? text : sentence(text);
}

std::string changes(const Value& document) {
  std::string out;
  for (const char* kind : {"relax", "tighten"}) {
    for (const Value& change : array_at(document, {"sensitivity", kind})) {
      out += sentence(text_at(change, {"sentence"}) + " (TTFT " + number_text(change, {"pick", "ttftMs"}) + " ms, ITL " +
                      number_text(change, {"pick", "itlMs"}) + " ms)");
    }
  }
  const Value* gpus = document.find_path({"sensitivity", "gpus"});
  if (gpus == nullptr || gpus->is_null()) return out;
  const bool exact = flag_at(*gpus, {"exact"}) || text_at(*gpus, {"effect"}) == "none";
  return out + sentence(text_at(*gpus, {"sentence"}) + (exact ? "" : " or better: wider layouts were not evaluated"));
}

std::string funnel(const Value& document) {
  Grid grid({{"STAGE", false}, {"DROPPED", true}, {"LEFT", true}, {"NEAREST MISS", false}});
  for (const Value& stage : array_at(document, {"funnel", "stages"})) {
    const Array& examples = array_at(stage, {"examples"});
    grid.add({text_at(stage, {"title"}), grouped(integer_at(stage, {"dropped"})), grouped(integer_at(stage, {"remaining"})),
              examples.empty() ? "" : text_at(examples.front(), {"sentence"})});
  }
  std::string out = table(grid);
  for (const Value& search : array_at(document, {"funnel", "searches"})) {
    const std::string error = text_at(search, {"error"});
    const std::string name = text_at(search, {"servingMode"}) + " " + text_at(search, {"backend"}) + " " + text_at(search, {"version"});
    out += sentence(error.empty() ? name + ": " + grouped(integer_at(search, {"enumerated"})) + " enumerated, " +
                                        grouped(integer_at(search, {"feasible"})) + " meet the targets"
                                  : name + ": " + error);
  }
  return out;
}

std::string layouts(const Value& document) {
  Grid grid({{"ROLE", false}, {"LAYOUT", false}, {"BACKEND", false}, {"FIT", true}, {"WHY NOT", false}});
  const Array& all = array_at(document, {"layouts"});
  for (const Value& layout : all) {
    grid.add({text_at(layout, {"role"}), text_at(layout, {"layout"}), text_at(layout, {"backend"}),
              grouped(integer_at(layout, {"evaluated"})), text_at(layout, {"sentence"})});
  }
  return all.empty() ? std::string() : table(grid);
}

std::string rates(const Value& document) {
  const Array& rows = array_at(document, {"rates", "table"});
  if (rows.empty()) return {};
  Grid grid({{"", false}, {"PREFILL", true}, {"DECODE", true}, {"GPUS", true}, {"PREFILL REQ/S", true}, {"DECODE REQ/S", true},
             {"TOK/S/GPU", true}, {"WAITS", false}});
  for (const Value& row : rows) {
    grid.add({flag_at(row, {"used"}) ? "*" : "", grouped(integer_at(row, {"prefillWorkers"})), grouped(integer_at(row, {"decodeWorkers"})),
              grouped(integer_at(row, {"gpus"})), number_text(row, {"prefillRequestsPerSecond"}),
              number_text(row, {"decodeRequestsPerSecond"}), number_text(row, {"tokensPerSecondPerGpu"}),
              waiting_text(row)});
  }
  return sentence("prefill " + text_at(document, {"rates", "prefill"}) + ", decode " + text_at(document, {"rates", "decode"}) +
                  (flag_at(document, {"rates", "ofThePick"}) ? " (the pick)" : " (the best disaggregated)")) +
         table(grid);
}

std::string memory(const Value& document) {
  Grid grid({{"GIB PER GPU", false}, {"WEIGHTS", true}, {"KV CACHE", true}, {"ACTIV.", true}, {"NCCL", true}, {"OTHER", true},
             {"TOTAL", true}, {"OF", true}, {"FREE", true}});
  const Array& workers = array_at(document, {"memory"});
  for (const Value& worker : workers) {
    std::vector<std::string> cells = {text_at(worker, {"role"}) + " " + text_at(worker, {"layout"})};
    for (const char* part : {"weightsGiB", "kvCacheGiB", "activationsGiB", "ncclGiB", "othersGiB", "totalGiB", "capacityGiB", "freeGiB"}) {
      cells.push_back(fixed(number_at(worker, {part}), 1));
    }
    grid.add(std::move(cells));
  }
  return workers.empty() ? std::string() : table(grid);
}

std::string time(const Value& document) {
  std::string out;
  for (const Value& phase : array_at(document, {"time"})) {
    out += sentence(phase_name(phase) + ": " + number_text(phase, {"ms"}) + " ms, " +
                    text_at(phase, {"what"}));
    Grid grid({{"  OPERATOR", false}, {"MS", true}, {"SHARE", true}, {"SOURCE", false}});
    const Array& operators = array_at(phase, {"operators"});
    double rest_ms = 0, rest_percent = 0;
    for (std::size_t i = 0; i < operators.size(); ++i) {
      const Value& one = operators[i];
      if (i >= kOperators) {
        rest_ms += number_at(one, {"ms"});
        rest_percent += number_at(one, {"percent"});
        continue;
      }
      grid.add({"  " + text_at(one, {"name"}), number_text(one, {"ms"}), share_text(number_at(one, {"percent"}) / 100), text_at(one, {"source"})});
    }
    if (operators.size() > kOperators) {
      grid.add({"  " + std::to_string(operators.size() - kOperators) + " more", readable(rest_ms), share_text(rest_percent / 100), ""});
    }
    out += table(grid);
  }
  return out;
}

std::string inputs(const Value& document) {
  Grid grid({{"FIELD", false}, {"VALUE", false}, {"ORIGIN", false}});
  for (const Value& input : array_at(document, {"inputs"})) {
    const std::string detail = text_at(input, {"detail"});
    grid.add({text_at(input, {"path"}), text_at(input, {"value"}), text_at(input, {"origin"}) + (detail.empty() ? "" : ": " + detail)});
  }
  return table(grid);
}

std::string assumptions(const Value& document) {
  Grid grid({{"NAME", false}, {"VALUE", true}, {"UNIT", false}, {"WHAT", false}});
  for (const Value& one : array_at(document, {"assumptions"})) {
    const std::string value = has_number(one, {"value"}) ? plain(number_at(one, {"value"})) : text_at(one, {"value"});
    grid.add({text_at(one, {"name"}), value, text_at(one, {"unit"}), text_at(one, {"meaning"})});
  }
  return table(grid);
}

std::string sure(const Value& document) { return sentence(sure_line(document)); }

/// What passed a stage, in as few words as a line of all stages has room for.
std::string stage_word(const std::string& name) {
  static constexpr std::pair<std::string_view, const char*> kWords[] = {
      {"enumerated", "looked at"}, {"supported", "can run"},         {"memory", "fit memory"},
      {"kvCache", "fit KV cache"}, {"budget", "fit the GPUs"},       {"data", "have data"},
      {"ttft", "meet TTFT"},       {"itl", "meet ITL"},              {"requestLatency", "meet the latency"},
      {"fastest", "best of their layout"}, {"pareto", "on the Pareto front"}};
  for (const auto& [stage, word] : kWords) {
    if (stage == name) return word;
  }
  return name;
}

struct Section {
  std::string_view name;
  const char* heading;
  std::string (*text)(const Value&);
};

constexpr std::array kSections = {
    Section{"why", "WHY THIS ONE", why},
    Section{"candidates", "THE CANDIDATES YOU NAMED", candidates},
    Section{"runners-up", "WHY NOT", runners_up},
    Section{"modes", "AGGREGATED OR DISAGGREGATED", modes},
    Section{"change", "WHAT WOULD CHANGE IT", changes},
    Section{"funnel", "FUNNEL", funnel},
    Section{"layouts", "EVERY LAYOUT", layouts},
    Section{"rates", "RATE MATCHING", rates},
    Section{"memory", "MEMORY", memory},
    Section{"time", "TIME", time},
    Section{"sure", "HOW SURE", sure},
    Section{"inputs", "INPUTS USED", inputs},
    Section{"assumptions", "ASSUMPTIONS", assumptions},
};

}  // namespace

std::string phase_name(const Value& phase) {
  const std::string role = text_at(phase, {"role"}), name = text_at(phase, {"phase"});
  return name.starts_with(role) ? name : role + " " + name;
}

std::string waiting_text(const Value& row) {
  const std::string percent = fixed(number_at(row, {"idlePercent"}), 0);
  if (percent == "0") return "nobody";
  return (text_at(row, {"bottleneck"}) == "decode" ? "prefill " : "decode ") + percent + " %";
}

std::string funnel_line(const Value& document) {
  std::string out;
  for (const Value& stage : array_at(document, {"funnel", "stages"})) {
    const std::string name = text_at(stage, {"name"});
    const bool always = name == "enumerated" || name == "picked";
    if (!always && integer_at(stage, {"dropped"}) == 0) continue;
    out += (out.empty() ? "" : " > ") + grouped(integer_at(stage, {"remaining"})) + " " + stage_word(name);
  }
  return wrap(out, kScreenWidth, 2, 2);
}

std::string sure_line(const Value& document) {
  const Value* pick = document.find("pick");
  const std::string band = pick == nullptr ? std::string() : band_text(document, *pick);
  const std::string doubtful = suspects_text(document);
  return provenance_text(document) + (band.empty() ? "" : " 8 of 10 are within " + band) + (doubtful.empty() ? "" : " " + doubtful);
}

std::string render_section(const Value& document, std::string_view section, const Style& style) {
  for (const Section& known : kSections) {
    if (known.name != section) continue;
    const std::string text = known.text(document);
    return text.empty() ? text : style(Ink::kBold, known.heading) + "\n" + text;
  }
  return {};
}

}  // namespace dynamo::cli

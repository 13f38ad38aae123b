#include "render/html/decision.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "render/html/markup.h"
#include "render/numbers.h"
#include "render/tree.h"

namespace dynamo::cli {
namespace {

using Kind = MarkupTable::Kind;

std::string card(const std::string& title, const std::string& value, const std::string& below) {
  return element("div class=\"card\"", text_element("span class=\"over\"", title) + text_element("b", value) + below);
}

std::string note(const std::string& text, const std::string& kind = {}) {
  return text_element("span class=\"over" + (kind.empty() ? "" : " " + kind) + "\"", text);
}

std::string meter(double percent) {
  const bool over = percent > 100;
  return "<div class=\"meter\"><i" + std::string(over ? " class=\"bad\"" : "") + " style=\"width:" + fixed(std::min(percent, 100.0), 1) + "%\"></i></div>";
}

std::string target_card(const Value& explanation, const Value& target) {
  const bool met = flag_at(target, {"met"});
  const bool binds = text_at(explanation, {"why", "binding"}) == text_at(target, {"name"});
  const std::string wanted = "target " + plain(number_at(target, {"submittedMs"})) + " ms" + (met ? binds ? ", binds" : "" : ", missed");
  return card(text_at(target, {"title"}), number_text(target, {"predictedMs"}) + " ms",
              note(wanted, met ? "good" : "bad") + meter(number_at(target, {"usedPercent"})));
}

/// Of latencies that no target limits.
std::string latency_cards(const Value& explanation) {
  std::string out;
  for (const auto& [name, title, field] : {std::tuple{"ttft", "TTFT", "ttftMs"}, std::tuple{"itl", "ITL", "itlMs"}}) {
    const bool limited = std::ranges::any_of(array_at(explanation, {"targets"}), [&](const Value& target) { return text_at(target, {"name"}) == name; });
    if (!limited) out += card(title, number_text(explanation, {"pick", field}) + " ms", note("no target of its own"));
  }
  return out;
}

std::string cost_text(const Value& choice) {
  return has_number(choice, {"cost", "perMillionTokens"}) ? fixed(number_at(choice, {"cost", "perMillionTokens"}), 2) : "-";
}

std::string signed_percent(double percent) {
  return std::abs(percent) < 0.5 ? "same" : (percent > 0 ? "+" : "\u2212") + fixed(std::abs(percent), 0) + " %";
}

/// A bar as long as the share of the best throughput.
std::string rate_bar(const Value& choice, double most) {
  if (!(most > 0)) return {};
  const double share = std::clamp(number_at(choice, {"tokensPerSecondPerGpuOfBudget"}) / most, 0.0, 1.0);
  const bool split = text_at(choice, {"servingMode"}) == "disaggregated";
  return "<i class=\"share " + std::string(split ? "cd" : "c0") + "\" style=\"width:" + fixed(share * 90, 1) + "px\"></i>";
}

struct Row {
  const Value* choice;
  std::string name, reason;
  bool first = false;
};

std::string choices_table(const Value& explanation, const std::vector<Row>& rows) {
  const bool costs = has_number(explanation, {"pick", "cost", "perHour"});
  double most = 0;
  for (const Row& row : rows) most = std::max(most, number_at(*row.choice, {"tokensPerSecondPerGpuOfBudget"}));
  std::vector<MarkupTable::Column> columns = {{"Layout", Kind::kName}, {"GPUs", Kind::kNumber}, {"tok/s per GPU", Kind::kNumber}, {"", Kind::kName},
                                              {"TTFT ms", Kind::kNumber}, {"ITL ms", Kind::kNumber}};
  if (costs) columns.push_back({"per M tokens", Kind::kNumber});
  columns.push_back({"Why not", Kind::kWide});
  MarkupTable table(std::move(columns));
  for (const Row& row : rows) {
    const Value& choice = *row.choice;
    const std::string gpus = row.first ? count_text(choice, {"total", "gpus"}) : count_text(choice, {"gpus"});
    std::vector<std::string> cells = {escaped(row.name), escaped(gpus),
                                      escaped(number_text(choice, {"tokensPerSecondPerGpuOfBudget"})), rate_bar(choice, most),
                                      escaped(number_text(choice, {"ttftMs"})), escaped(number_text(choice, {"itlMs"}))};
    if (costs) cells.push_back(escaped(cost_text(choice)));
    cells.push_back(escaped(row.reason));
    table.add_markup(cells, row.first);
  }
  return table.text();
}

}  // namespace

std::string decision_cards(const Value& explanation) {
  std::string out;
  if (text_at(explanation, {"status"}) != "unverified") {
    for (const Value& target : array_at(explanation, {"targets"})) out += target_card(explanation, target);
    out += latency_cards(explanation);
    const std::string used = number_text(explanation, {"pick", "tokensPerSecondPerGpu"});
    const std::string of_budget = number_text(explanation, {"pick", "tokensPerSecondPerGpuOfBudget"});
    out += card("Throughput per GPU", of_budget + " tok/s",
                note((used == of_budget ? "" : used + " per GPU in use; ") + number_text(explanation, {"pick", "total", "tokensPerSecond"}) + " tok/s in all, " +
                     number_text(explanation, {"pick", "tokensPerSecondPerUser"}) + " per user"));
  }
  out += card("GPUs", grouped(integer_at(explanation, {"pick", "total", "gpus"})),
              note("of " + grouped(integer_at(explanation, {"request", "totalGpus"})) + " " + text_at(explanation, {"request", "gpu"})));
  if (has_number(explanation, {"pick", "loadServedPercent"}) &&
      (has_number(explanation, {"request", "requestRate"}) || has_number(explanation, {"request", "concurrency"}))) {
    const bool rate = has_number(explanation, {"request", "requestRate"});
    out += card("Load carried", number_text(explanation, {"pick", "loadServedPercent"}) + " %",
                note("of " + plain(number_at(explanation, {"request", rate ? "requestRate" : "concurrency"})) + (rate ? " requests/s" : " in flight")));
  }
  if (has_number(explanation, {"pick", "cost", "perHour"})) {
    out += card("Cost", cost_text(*explanation.find("pick")),
                note("per M output tokens; " + fixed(number_at(explanation, {"pick", "cost", "perHour"}), 2) + " an hour"));
  }
  return element("div class=\"cards\"", out) + "\n";
}

std::string alternatives(const Value& explanation) {
  std::string out;
  for (const Value& candidate : array_at(explanation, {"candidates"})) out += text_element("p", text_at(candidate, {"sentence"}));
  const Value* pick = explanation.find("pick");
  const Array& runners_up = array_at(explanation, {"runnersUp"});
  if (pick != nullptr && !runners_up.empty()) {
    std::vector<Row> rows = {{pick, text_at(explanation, {"pickName"}), "the pick", true}};
    for (const Value& one : runners_up) rows.push_back({&one, text_at(one, {"name"}), text_at(one, {"sentence"})});
    out += choices_table(explanation, rows);
  }
  return out;
}

std::string changes_table(const Value& explanation) {
  const bool costs = has_number(explanation, {"pick", "cost", "perHour"});
  std::vector<MarkupTable::Column> columns = {{"With", Kind::kName}, {"the pick is", Kind::kName}, {"throughput", Kind::kNumber}, {"TTFT ms", Kind::kNumber},
                                              {"ITL ms", Kind::kNumber}};
  if (costs) columns.push_back({"per M tokens", Kind::kNumber});
  MarkupTable table(std::move(columns));
  const auto add = [&](const Value& change) {
    const Value* pick = change.find("pick");
    const bool known = pick != nullptr && pick->as_object() != nullptr;
    std::vector<std::string> cells = {text_at(change, {"condition"}), known ? text_at(*pick, {"name"}) : text_at(change, {"sentence"}),
                                      has_number(change, {"throughputPercent"}) ? signed_percent(number_at(change, {"throughputPercent"})) : "-",
                                      number_text(change, {"pick", "ttftMs"}), number_text(change, {"pick", "itlMs"})};
    if (costs) cells.push_back(known ? cost_text(*pick) : "-");
    table.add(cells);
  };
  for (const char* kind : {"relax", "tighten"}) {
    for (const Value& change : array_at(explanation, {"sensitivity", kind})) add(change);
  }
  if (const Value* gpus = explanation.find_path({"sensitivity", "gpus"}); gpus != nullptr && !gpus->is_null()) add(*gpus);
  return table.text();
}

std::string layouts_table(const Value& explanation) {
  MarkupTable table({{"Role", Kind::kText}, {"Layout", Kind::kName}, {"Backend", Kind::kText}, {"Points that fit", Kind::kNumber}, {"What became of it", Kind::kWide}});
  const Array& layouts = array_at(explanation, {"layouts"});
  for (const Value& layout : layouts) {
    table.add({text_at(layout, {"role"}), text_at(layout, {"layout"}), text_at(layout, {"backend"}), grouped(integer_at(layout, {"evaluated"})),
               text_at(layout, {"sentence"})});
  }
  if (table.empty()) return {};
  return "<details><summary>Every layout (" + std::to_string(layouts.size()) + ")</summary>\n" + table.text() + "</details>\n";
}

}  // namespace dynamo::cli

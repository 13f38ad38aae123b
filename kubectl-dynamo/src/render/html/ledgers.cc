#include "render/html/ledgers.h"

#include <algorithm>
#include <array>

#include "render/explanation_sections.h"
#include "render/html/markup.h"
#include "render/numbers.h"
#include "render/provenance.h"
#include "render/tree.h"

namespace dynamo::cli {
namespace {

using Kind = MarkupTable::Kind;

constexpr std::size_t kColours = 8;          ///< operators with a colour of their own; the rest is one part
constexpr const char* kRestColour = "c9";

std::string colour(std::size_t i) { return i < kColours ? "c" + std::to_string(i + 1) : kRestColour; }

std::string bar(const std::string& parts) { return element("div class=\"bar\"", parts) + "\n"; }
std::string legend(const std::string& entries) { return element("div class=\"legend\"", entries) + "\n"; }

struct Part {
  const char* field;
  const char* title;
  const char* colour;
};

constexpr std::array kMemoryParts = {Part{"weightsGiB", "weights", "c1"}, Part{"kvCacheGiB", "KV cache", "c2"}, Part{"activationsGiB", "activations", "c3"},
                                     Part{"ncclGiB", "communication", "c4"}, Part{"othersGiB", "other", "c5"}};
constexpr std::array kSourceParts = {Part{"lookedUp", "looked up", "c2"}, Part{"interpolated", "interpolated", "c1"},
                                     Part{"extrapolated", "extrapolated", "c3"}, Part{"modelled", "modelled", "c5"}};

std::string worker_memory(const Value& worker) {
  const double capacity = number_at(worker, {"capacityGiB"});
  std::string parts, entries;
  for (const Part& part : kMemoryParts) {
    const double gib = number_at(worker, {part.field});
    const std::string text = std::string(part.title) + " " + fixed(gib, 1);
    parts += bar_part(part.colour, gib, capacity, text + " GiB, " + share_text(gib / capacity));
    entries += legend_entry(part.colour, text);
  }
  entries += element("span", escaped("free " + fixed(number_at(worker, {"freeGiB"}), 1)));
  return text_element("h3", text_at(worker, {"role"}) + " " + text_at(worker, {"layout"}) + ": " + fixed(number_at(worker, {"totalGiB"}), 1) + " of " +
                                fixed(capacity, 1) + " GiB per GPU") +
         bar(parts) + legend(entries);
}

std::string phase_time(const Value& phase) {
  const double whole = number_at(phase, {"ms"});
  const Array& operators = array_at(phase, {"operators"});
  double most = 0;
  for (const Value& one : operators) most = std::max(most, number_at(one, {"percent"}));
  std::string parts;
  MarkupTable table({{"Operator", Kind::kName}, {"ms", Kind::kNumber}, {"share", Kind::kNumber}, {"", Kind::kName}, {"source", Kind::kText}});
  for (std::size_t i = 0; i < operators.size(); ++i) {
    const Value& one = operators[i];
    const double percent = number_at(one, {"percent"});
    const std::string name = text_at(one, {"name"}), share = share_text(percent / 100);
    parts += bar_part(colour(i), number_at(one, {"ms"}), whole, name + "\n" + number_text(one, {"ms"}) + " ms, " + share + "\n" + text_at(one, {"source"}));
    table.add_markup({escaped(name), escaped(number_text(one, {"ms"})), escaped(share),
                      "<i class=\"share " + colour(i) + "\" style=\"width:" + fixed(most > 0 ? percent / most * 110 : 0, 1) + "px\"></i>",
                      escaped(text_at(one, {"source"}))});
  }
  return text_element("h3", phase_name(phase) + ": " + number_text(phase, {"ms"}) + " ms") +
         text_element("div class=\"over\"", text_at(phase, {"what"})) + bar(parts) + "<details><summary>" + std::to_string(operators.size()) +
         " operators</summary>\n" + table.text() + "</details>\n";
}

std::string inputs_table(const Value& explanation) {
  MarkupTable table({{"Field", Kind::kText}, {"Value", Kind::kText}, {"Origin", Kind::kText}});
  for (const Value& input : array_at(explanation, {"inputs"})) {
    const std::string detail = text_at(input, {"detail"});
    table.add({text_at(input, {"path"}), text_at(input, {"value"}), text_at(input, {"origin"}) + (detail.empty() ? "" : ": " + detail)});
  }
  return table.empty() ? "" : "<div><h3>Inputs used</h3>\n" + table.text() + "</div>\n";
}

std::string assumptions_table(const Value& explanation) {
  MarkupTable table({{"Assumption", Kind::kText}, {"Value", Kind::kNumber}, {"What", Kind::kText}});
  for (const Value& one : array_at(explanation, {"assumptions"})) {
    const std::string value = has_number(one, {"value"}) ? plain(number_at(one, {"value"})) : text_at(one, {"value"});
    const std::string unit = text_at(one, {"unit"});
    table.add({text_at(one, {"name"}), value + (unit.empty() ? "" : " " + unit), text_at(one, {"meaning"})});
  }
  return table.empty() ? "" : "<div><h3>Assumptions</h3>\n" + table.text() + "</div>\n";
}

}  // namespace

std::string funnel_chart(const Value& explanation) {
  const Array& stages = array_at(explanation, {"funnel", "stages"});
  const double most = stages.empty() ? 0 : number_at(stages.front(), {"remaining"});
  MarkupTable table({{"Stage", Kind::kText}, {"Left", Kind::kNumber}, {"", Kind::kText}, {"Dropped", Kind::kNumber}, {"Nearest miss", Kind::kWide}});
  for (const Value& stage : stages) {
    const long long left = integer_at(stage, {"remaining"}), dropped = integer_at(stage, {"dropped"});
    const Array& examples = array_at(stage, {"examples"});
    const std::string parts = bar_part("c0", static_cast<double>(left), most, grouped(left) + " left") +
                              bar_part("out", static_cast<double>(dropped), most, grouped(dropped) + " dropped here");
    table.add_markup({escaped(text_at(stage, {"title"})), escaped(grouped(left)), element("div class=\"bar\"", parts),
                      dropped == 0 ? "" : escaped(grouped(dropped)), examples.empty() ? "" : escaped(text_at(examples.front(), {"sentence"}))});
  }
  std::string out = table.text("funnel");
  for (const Value& search : array_at(explanation, {"funnel", "searches"})) {
    const std::string error = text_at(search, {"error"});
    if (!error.empty()) {
      out += text_element("p class=\"over\"", text_at(search, {"servingMode"}) + " " + text_at(search, {"backend"}) + " " + text_at(search, {"version"}) + ": " + error);
    }
  }
  return out;
}

std::string memory_ledger(const Value& explanation) {
  std::string out;
  for (const Value& worker : array_at(explanation, {"memory"})) out += worker_memory(worker);
  return out;
}

std::string time_ledger(const Value& explanation) {
  std::string out;
  for (const Value& phase : array_at(explanation, {"time"})) out += phase_time(phase);
  return out;
}

std::string rates_table(const Value& explanation) {
  MarkupTable table({{"Prefill workers", Kind::kNumber}, {"Decode workers", Kind::kNumber}, {"GPUs", Kind::kNumber}, {"Prefill req/s", Kind::kNumber},
                     {"Decode req/s", Kind::kNumber}, {"tok/s per GPU", Kind::kNumber}, {"Waits", Kind::kText}});
  for (const Value& row : array_at(explanation, {"rates", "table"})) {
    table.add({grouped(integer_at(row, {"prefillWorkers"})), grouped(integer_at(row, {"decodeWorkers"})), grouped(integer_at(row, {"gpus"})),
               number_text(row, {"prefillRequestsPerSecond"}), number_text(row, {"decodeRequestsPerSecond"}), number_text(row, {"tokensPerSecondPerGpu"}),
               waiting_text(row) + (waiting_text(row) == "nobody" ? "" : " of the time")},
              flag_at(row, {"used"}));
  }
  if (table.empty()) return {};
  return text_element("p class=\"over\"", "Prefill " + text_at(explanation, {"rates", "prefill"}) + ", decode " + text_at(explanation, {"rates", "decode"}) +
                                              (flag_at(explanation, {"rates", "ofThePick"}) ? ": the pick" : ": the best disaggregated")) +
         table.text();
}

std::string sources(const Value& explanation) {
  std::string out = text_element("p", provenance_text(explanation));
  std::string parts, entries;
  for (const Part& part : kSourceParts) {
    const double share = number_at(explanation, {"provenance", part.field});
    if (!(share > 0)) continue;
    parts += bar_part(part.colour, share, 1, std::string(part.title) + " " + share_text(share) + " of the time");
    entries += legend_entry(part.colour, std::string(part.title) + " " + share_text(share));
  }
  if (!parts.empty()) out += bar(parts) + legend(entries);
  const Value* pick = explanation.find("pick");
  if (const std::string band = pick == nullptr ? "" : band_text(explanation, *pick); !band.empty()) {
    out += text_element("p", "8 of 10 passes are within " + band);
  }
  return out + text_element("p class=\"bad\"", suspects_text(explanation));
}

std::string premises(const Value& explanation) {
  const std::string tables = inputs_table(explanation) + assumptions_table(explanation);
  return tables.empty() ? tables : element("div class=\"pair\"", tables) + "\n";
}

}  // namespace dynamo::cli

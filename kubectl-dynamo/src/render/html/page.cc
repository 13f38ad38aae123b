#include "render/html/page.h"

#include <array>

#include "dynamo/profiler/document_io.h"
#include "render/explanation.h"
#include "render/html/chart.h"
#include "render/html/decision.h"
#include "render/html/ledgers.h"
#include "render/html/markup.h"
#include "render/html/page_assets.h"
#include "render/numbers.h"
#include "render/tree.h"

namespace dynamo::cli {
namespace {

std::string trade_off(const Value& explanation) {
  const std::string svg = pareto_svg(explanation);
  if (svg.empty()) return {};
  return element("div class=\"legend\"", legend_entry("c0", "aggregated") + legend_entry("cd", "disaggregated") +
                                             "<span>lines: beaten by none of their mode</span><span>faint: misses the targets</span>") +
         "\n" + element("div class=\"scroll\"", svg) + "\n";
}

std::string change_section(const Value& explanation) {
  const std::string table = changes_table(explanation);
  return table.empty() ? table : text_element("p class=\"over\"", "One thing at a time, all else as asked.") + table;
}

std::string why_not(const Value& explanation) {
  return alternatives(explanation) + text_element("p", text_at(explanation, {"modes", "sentence"})) + layouts_table(explanation);
}

struct Part {
  const char* id;
  const char* title;
  std::string (*body)(const Value&);
};

constexpr std::array kParts = {
    Part{"trade-off", "Trade-off", trade_off},
    Part{"why-not", "Why not the others", why_not},
    Part{"change", "What would change it", change_section},
    Part{"funnel", "What was looked at", funnel_chart},
    Part{"rates", "Prefill and decode rates", rates_table},
    Part{"memory", "Memory", memory_ledger},
    Part{"time", "Time", time_ledger},
    Part{"sure", "How sure", sources},
    Part{"premises", "What it rests on", premises},
};

std::string deployment_section(const std::vector<Value>& deployment) {
  if (deployment.empty()) return {};
  return section("deployment", "The deployment",
                 "<details><summary>YAML for kubectl apply</summary>\n<pre>" + escaped(write_yaml(deployment)) + "</pre></details>\n");
}

std::string header(const Value& explanation) {
  const bool met = text_at(explanation, {"status"}) == "met";
  const ExplanationVerdict verdict = explanation_verdict(explanation);
  std::string load = count_text(explanation, {"request", "isl"}) + " tokens in, " + count_text(explanation, {"request", "osl"}) + " out";
  return text_element("div class=\"over\"", explanation_name(explanation) + " · " + text_at(explanation, {"request", "model"}) + " · " + load) +
         element("h1", escaped(verdict.pick)) + "\n" + element("div", element("span class=\"badge " + std::string(met ? "good" : "bad") + "\"", escaped(verdict.status)) +
         " <span class=\"soft\">" + escaped(verdict.where) + "</span>") + "\n";
}

}  // namespace

std::string render_page(const Value& explanation, const std::vector<Value>& deployment) {
  std::string body, links;
  for (const Part& part : kParts) {
    const std::string text = section(part.id, part.title, part.body(explanation));
    if (text.empty()) continue;
    body += text;
    links += "<a href=\"#" + std::string(part.id) + "\">" + part.title + "</a>";
  }
  const std::string yaml = deployment_section(deployment);
  if (!yaml.empty()) links += "<a href=\"#deployment\">Deployment</a>";
  std::string out = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
                    "script-src 'unsafe-inline'\">\n";
  out += "<title>" + escaped(explanation_name(explanation) + ": " + text_at(explanation, {"pickName"})) + "</title>\n<style>" + std::string(page_style()) +
         "</style>\n</head>\n<body>\n";
  out += header(explanation) + element("nav", links) + "\n" + decision_cards(explanation);
  out += text_element("p", text_at(explanation, {"why", "goal"}) + " " + text_at(explanation, {"why", "bindingSentence"}));
  out += body + yaml + text_element("footer", "kubectl dynamo · explanation schema " + count_text(explanation, {"schemaVersion"}));
  return out + "<div id=\"tip\" role=\"status\"></div>\n<script>" + std::string(page_script()) + "</script>\n</body>\n</html>\n";
}

}  // namespace dynamo::cli

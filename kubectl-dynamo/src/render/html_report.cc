#include "render/html_report.h"

#include <algorithm>
#include <map>

#include "dynamo/profiler/document_io.h"
#include "render/html_chart.h"
#include "render/html_text.h"
#include "render/numbers.h"
#include "render/verdict.h"
#include "render/tree.h"

namespace dynamo::cli {
namespace {

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--bg:#fcfcfb;--card:#f2f2ef;--ink:#1b1b1a;--soft:#5c5c58;--line:#dcdcd6;--agg:#2a6fdb;--dis:#d9630b;
--good:#1d7f3c;--bad:#b3261e;--m1:#2a6fdb;--m2:#2b9d8f;--m3:#9aa0a6}
@media(prefers-color-scheme:dark){:root{--bg:#171716;--card:#222220;--ink:#ecece8;--soft:#a5a59e;--line:#3a3a36;--agg:#6aa3f5;
--dis:#f29a4a;--good:#5ec27f;--bad:#f2857d;--m1:#6aa3f5;--m2:#55c4b5;--m3:#7d8288}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:960px;padding:28px 20px 60px;background:var(--bg);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
h1{font-size:22px;line-height:1.3;margin:2px 0 4px;white-space:pre-line}h2{font-size:16px;margin:34px 0 8px}
.over{color:var(--soft);font-size:13px}.soft{color:var(--soft)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:10px;margin:18px 0}
.card{background:var(--card);border-radius:8px;padding:10px 12px}.card b{display:block;font-size:20px;font-weight:600}
.card .good{color:var(--good)}.card .bad{color:var(--bad)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;padding:5px 10px 5px 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--soft);font-size:12.5px}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tr.first td{font-weight:600}
svg{display:block;width:100%;height:auto}.grid{stroke:var(--line);stroke-width:1}.axis{stroke:var(--soft);stroke-width:1}
.target{stroke:var(--soft);stroke-width:1;stroke-dasharray:4 4}
.tick,.note{font-size:11.5px;fill:var(--soft)}.title{font-size:12px;fill:var(--soft)}.end{text-anchor:end}.mid{text-anchor:middle}
.front{fill:none;stroke-width:2}.front.aggregated{stroke:var(--agg)}.front.disaggregated{stroke:var(--dis)}
.dot{stroke:var(--bg);stroke-width:1}.dot.aggregated{fill:var(--agg)}.dot.disaggregated{fill:var(--dis)}.dot.miss{opacity:.28}
.dot.on{stroke:var(--ink);stroke-width:2;opacity:1}
.pick{fill:none;stroke:var(--ink);stroke-width:2}.picklabel{font-size:12.5px;font-weight:600;fill:var(--ink)}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:13px;color:var(--soft);margin:2px 0 6px}
.key{display:inline-block;width:11px;height:11px;border-radius:50%;margin-right:6px;vertical-align:-1px}
#tip{position:fixed;display:none;pointer-events:none;white-space:pre;background:var(--ink);color:var(--bg);border-radius:6px;
padding:7px 10px;font-size:12.5px;line-height:1.45;z-index:2}
.bar{display:flex;height:18px;border-radius:4px;overflow:hidden;background:var(--card);gap:2px;margin:4px 0 3px}.bar i{display:block}
.w{background:var(--m1)}.k{background:var(--m2)}.r{background:var(--m3)}
.fun{display:grid;grid-template-columns:max-content max-content 1fr;gap:4px 12px;align-items:center;font-size:14px}
.fun .n{text-align:right;font-variant-numeric:tabular-nums}.fun i{display:block;height:12px;border-radius:3px;background:var(--agg);min-width:2px}
.fun i.out{background:var(--m3)}
pre{background:var(--card);padding:12px;border-radius:8px;overflow-x:auto;font-size:12.5px}summary{cursor:pointer;margin-top:30px}
)css";

constexpr std::string_view kScript = R"js(
(function(){var s=document.getElementById('pareto'),t=document.getElementById('tip');if(!s||!t)return;
var dots=[].slice.call(s.querySelectorAll('.dot')),on=null;
function clear(){if(on)on.classList.remove('on');on=null;t.style.display='none'}
s.addEventListener('mousemove',function(e){var best=null,d=24*24;dots.forEach(function(c){var r=c.getBoundingClientRect(),
x=r.left+r.width/2-e.clientX,y=r.top+r.height/2-e.clientY,q=x*x+y*y;if(q<d){d=q;best=c}});
if(!best){clear();return}if(best!==on){clear();on=best;on.classList.add('on');t.textContent=on.getAttribute('data-tip');t.style.display='block'}
var w=t.offsetWidth,h=t.offsetHeight;t.style.left=Math.max(4,Math.min(e.clientX+14,innerWidth-w-8))+'px';
t.style.top=(e.clientY+h+24>innerHeight?e.clientY-h-12:e.clientY+16)+'px'});
s.addEventListener('mouseleave',clear)})();
)js";

std::string cell(const std::string& text, bool number = false) { return element(number ? "td class=\"n\"" : "td", escaped(text)); }
std::string head(const std::string& text, bool number = false) { return element(number ? "th class=\"n\"" : "th", escaped(text)); }
std::string number(const Value& value, Path path) { return has_number(value, path) ? readable(number_at(value, path)) : "-"; }

std::string count(const Value& value, Path path) { return has_number(value, path) ? grouped(integer_at(value, path)) : "-"; }

std::string card(const std::string& title, const std::string& value, const std::string& note, const std::string& kind = {}) {
  return "<div class=\"card\"><span class=\"over\">" + escaped(title) + "</span><b>" + escaped(value) + "</b><span class=\"over " + kind +
         "\">" + escaped(note) + "</span></div>";
}

std::string latency_card(const Value& report, const std::string& title, std::string_view target, std::string_view field) {
  std::string note, kind;
  for (const Value& item : array_at(report, {"sla", "targets"})) {
    if (text_at(item, {"name"}) != target) continue;
    const bool missed = flag_at(item, {"missed"});
    note = "target " + plain(number_at(item, {"submittedMs"})) + " ms" + (missed ? ", missed" : "");
    if (!missed && text_at(report, {"sla", "binding"}) == target) note += ", binding";
    kind = missed ? "bad" : "good";
  }
  return card(title, number(report, {"chosen", field}) + " ms", note, kind);
}

std::string cards(const Value& report) {
  std::string out = latency_card(report, "TTFT", "ttft", "ttftMs") + latency_card(report, "ITL", "itl", "itlMs") +
                    latency_card(report, "Request", "e2eLatency", "requestLatencyMs");
  out += card("Throughput", number(report, {"chosen", "tokensPerSecondPerGpu"}) + " tok/s", "per GPU; " +
              number(report, {"chosen", "total", "tokensPerSecond"}) + " tok/s in all");
  out += card("GPUs", count(report, {"chosen", "total", "gpus"}), "of " + count(report, {"request", "totalGpus"}) + " " +
              text_at(report, {"request", "gpu"}));
  if (has_number(report, {"chosen", "cost", "perHour"})) {
    out += card("Cost", fixed(number_at(report, {"chosen", "cost", "perMillionTokens"}), 2),
                "per M tokens; " + fixed(number_at(report, {"chosen", "cost", "perHour"}), 2) + " an hour");
  }
  return "<div class=\"cards\">" + out + "</div>\n";
}

std::string chart(const Value& report) {
  const std::string svg = pareto_svg(report);
  if (svg.empty()) return {};
  return "<h2>Trade-off</h2>\n<div class=\"legend\"><span><i class=\"key\" style=\"background:var(--agg)\"></i>aggregated</span>"
         "<span><i class=\"key\" style=\"background:var(--dis)\"></i>disaggregated</span><span>faint: misses the targets</span></div>\n" +
         svg;
}

std::string ranking(const Value& report) {
  const Array& ranked = array_at(report, {"ranked"});
  if (ranked.empty()) return {};
  const bool costs = has_number(ranked.front(), {"cost", "perHour"});
  std::string rows = head("Layout") + head("Backend") + head("GPUs", true) + head("tok/s/GPU", true) + head("tok/s/user", true) +
                     head("TTFT", true) + head("ITL", true) + (costs ? head("per M tokens", true) : "") + head("Why not");
  rows = element("tr", rows);
  bool first = true;
  for (const Value& pick : ranked) {
    const Array& workers = array_at(pick, {"workers"});
    const std::string batch = workers.empty() ? "" : ", batch " + std::to_string(integer_at(workers.back(), {"batch"}));
    std::string cells = cell(text_at(pick, {"servingMode"}) + " " + text_at(pick, {"layout"}) + batch) + cell(text_at(pick, {"backend"}));
    cells += cell(count(pick, {"total", "gpus"}), true);
    for (const Path path : {Path{"tokensPerSecondPerGpuOfBudget"}, Path{"tokensPerSecondPerUser"}, Path{"ttftMs"},
                            Path{"itlMs"}}) {
      cells += cell(number(pick, path), true);
    }
    if (costs) cells += cell(fixed(number_at(pick, {"cost", "perMillionTokens"}), 2), true);
    cells += cell(first ? "the pick" : text_at(pick, {"whyNot"}));
    rows += "\n" + element(first ? "tr class=\"first\"" : "tr", cells);
    first = false;
  }
  return "<h2>The pick and the runners-up</h2>\n<div class=\"scroll\">" + element("table", rows) + "</div>\n";
}

std::string bar_part(const char* kind, double part, double capacity) {
  return part <= 0 || capacity <= 0 ? "" : "<i class=\"" + std::string(kind) + "\" style=\"width:" + fixed(part / capacity * 100, 2) + "%\"></i>";
}

std::string memory(const Value& report) {
  const double capacity = number_at(report, {"request", "gpuMemoryGiB"});
  std::string out;
  for (const Value& worker : array_at(report, {"chosen", "workers"})) {
    const Value* ledger = worker.find("memoryGiB");
    if (ledger == nullptr) continue;
    const double total = number_at(*ledger, {"total"}), weights = number_at(*ledger, {"weights"}), kv = number_at(*ledger, {"kvCache"});
    out += "<div>" + escaped(text_at(worker, {"role"}) + " " + text_at(worker, {"layout"})) + ": " + fixed(total, 1) + " of " +
           fixed(capacity, 1) + " GiB per GPU</div><div class=\"bar\">" + bar_part("w", weights, capacity) + bar_part("k", kv, capacity) +
           bar_part("r", total - weights - kv, capacity) + "</div><div class=\"legend\"><span><i class=\"key w\"></i>weights " +
           fixed(weights, 1) + "</span><span><i class=\"key k\"></i>KV cache " + fixed(kv, 1) + "</span><span><i class=\"key r\"></i>rest " +
           fixed(total - weights - kv, 1) + " (activations " + fixed(number_at(*ledger, {"activations"}), 1) + ", communication " +
           fixed(number_at(*ledger, {"nccl"}), 1) + ", other " + fixed(number_at(*ledger, {"others"}), 1) + ")</span></div>\n";
  }
  return out.empty() ? out : "<h2>Memory</h2>\n" + out;
}

std::string funnel_row(const std::string& name, double count, double most, bool kept) {
  return "<span>" + escaped(name) + "</span><span class=\"n\">" + grouped(static_cast<long long>(count)) + "</span><i" +
         (kept ? "" : " class=\"out\"") + " style=\"width:" + fixed(most > 0 ? count / most * 100 : 0, 2) + "%\"></i>\n";
}

/// Reasons in the words of a reader; `name_of(DropReason)` gives the keys.
std::string funnel(const Value& report) {
  const double enumerated = number_at(report, {"funnel", "enumerated"});
  if (enumerated <= 0) return {};
  std::map<std::string, double> dropped;
  for (const Value& search : array_at(report, {"searches"})) {
    for (const Value& drop : array_at(search, {"dropped"})) dropped[text_at(drop, {"reason"})] += number_at(drop, {"count"});
  }
  std::vector<std::pair<std::string, double>> reasons(dropped.begin(), dropped.end());
  std::ranges::stable_sort(reasons, [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string rows = funnel_row("looked at", enumerated, enumerated, true);
  for (const auto& [reason, count] : reasons) rows += funnel_row("dropped: " + reason, count, enumerated, false);
  rows += funnel_row("fit", number_at(report, {"funnel", "feasible"}), enumerated, true);
  return "<h2>What was looked at</h2>\n<div class=\"fun\">\n" + rows + "</div>\n";
}

std::string percent(double share) { return fixed(share * 100, 0) + " %"; }

std::string sources(const Value& report) {
  std::string rows;
  const auto row = [&](const std::string& name, const std::string& value) { rows += element("tr", cell(name) + cell(value)) + "\n"; };
  row("model", text_at(report, {"request", "model"}));
  row("workload", count(report, {"request", "isl"}) + " tokens in, " + count(report, {"request", "osl"}) + " out");
  row("numbers", text_at(report, {"provenance", "tier"}) + " (" + text_at(report, {"provenance", "tables"}) + "): " +
                     percent(number_at(report, {"provenance", "lookedUp"})) + " looked up, " +
                     percent(number_at(report, {"provenance", "interpolated"})) + " interpolated, " +
                     percent(number_at(report, {"provenance", "extrapolated"})) + " extrapolated, " +
                     percent(number_at(report, {"provenance", "modelled"})) + " modelled");
  for (const Value& origin : array_at(report, {"request", "notWrittenByUser"})) {
    row(text_at(origin, {"path"}), text_at(origin, {"value"}) + " (" + text_at(origin, {"origin"}) + ")");
  }
  return "<h2>What it rests on</h2>\n<div class=\"scroll\"><table>" + rows + "</table></div>\n";
}

std::string deployment(const Value& report) {
  const Array& documents = array_at(report, {"documents"});
  if (documents.empty()) return {};
  return "<details><summary>The deployment</summary>\n<pre>" + escaped(write_yaml(std::vector<Value>(documents.begin(), documents.end()))) +
         "</pre></details>\n";
}

}  // namespace

std::string render_html(const Value& report) {
  const std::string name = text_at(report, {"name"});
  std::string out = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
                    "script-src 'unsafe-inline'\">\n";
  out += "<title>" + escaped(name + ": " + text_at(report, {"chosen", "layout"})) + "</title>\n<style>" + std::string(kStyle) +
         "</style>\n</head>\n<body>\n";
  out += "<div class=\"over\">" + escaped(name + " · " + text_at(report, {"request", "model"}) + " · kubectl dynamo") + "</div>\n";
  out += element("h1", escaped(verdict_text(report))) + "\n";
  const Value* pick = report.find("chosen");
  if (pick != nullptr && pick->as_object() != nullptr) {
    out += cards(report) + chart(report) + ranking(report) + memory(report);
  }
  out += funnel(report) + sources(report) + deployment(report);
  return out + "<div id=\"tip\"></div>\n<script>" + std::string(kScript) + "</script>\n</body>\n</html>\n";
}

}  // namespace dynamo::cli

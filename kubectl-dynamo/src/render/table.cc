#include "render/table.h"

#include <vector>

#include "render/grid.h"
#include "render/numbers.h"
#include "render/pareto_chart.h"
#include "render/prediction.h"
#include "render/provenance.h"
#include "render/ranking.h"
#include "render/tree.h"
#include "render/verdict.h"

namespace dynamo::cli {
namespace {

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

/// A command in pieces that stay whole: its name, then each flag with its value.
std::vector<std::string> pieces_of(const std::string& command) {
  std::vector<std::string> pieces(1);
  bool quoted = false;
  for (std::size_t i = 0; i < command.size(); ++i) {
    if (command[i] == '\'') quoted = !quoted;
    if (!quoted && command[i] == ' ' && command.substr(i + 1, 1) == "-") {
      pieces.emplace_back();
    } else {
      pieces.back() += command[i];
    }
  }
  return pieces;
}

/// `Why:     kubectl dynamo explain -f qwen.yaml`; over several lines where it is too long for one, as a shell takes it. The tail, such
/// as a pipe, is not torn.
std::string next_step(const std::string& title, const std::string& command, const std::string& tail) {
  if (command.empty()) return {};
  constexpr std::size_t kContinued = 2;   // columns of " \"
  std::vector<std::string> pieces = pieces_of(command);
  if (!tail.empty()) pieces.push_back(tail);
  std::string out = title;
  std::size_t used = columns(title);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const std::size_t ahead = i + 1 < pieces.size() ? kContinued : 0;
    const std::size_t size = columns(pieces[i]);
    if (i > 0 && used + 1 + size + ahead > kScreenWidth) {
      const std::string indent(title.size() + 1, ' ');
      out += " \\\n" + indent + pieces[i];
      used = indent.size() + size;
    } else {
      out += (i > 0 ? " " : "") + pieces[i];
      used += size + (i > 0 ? 1 : 0);
    }
  }
  return out + "\n";
}

std::string paragraph(const std::string& text) { return text.empty() ? text : wrap(text, kScreenWidth, 0, 2) + "\n"; }

/// What the numbers rest on.
std::string basis(const Value& report, const Value& pick) {
  const std::string band = band_text(report, pick);
  return paragraph("Numbers: " + provenance_text(report)) +
         paragraph(band.empty() ? band : "Error band (8 of 10 passes, on GPUs left out of the fit): " + band) + paragraph(suspects_text(report)) +
         paragraph(assumptions_line(report));
}

}  // namespace

std::string render_table(const Value& report, const TableOptions& options, const Style& style) {
  const Value* pick = report.find("chosen");
  if (pick == nullptr || pick->as_object() == nullptr) return verdict_text(report);
  const bool unverified = flag_at(report, {"unverified"});
  const bool good = !unverified && flag_at(report, {"sla", "met"});
  std::string out = verdict_lines(verdict_text(report), style, good ? Ink::kGreen : Ink::kYellow) + "\n";
  if (!unverified) out += prediction_rows(report, *pick);
  out += memory_rows(report, *pick) + "\n";
  if (!unverified) out += ranking_table(report, options.wide, style) + "\n";
  if (options.wide) {
    if (const std::string chart = render_pareto(report, style); !chart.empty()) out += chart + "\n";
  }
  return out + basis(report, *pick) + next_step("Why:     ", options.explain, "") +
         next_step("Deploy:  ", options.repeat, "-o yaml | kubectl apply -f -");
}

std::string render_estimate(const Value& report, const Style& style) {
  const Value* pick = report.find("chosen");
  if (pick == nullptr || pick->as_object() == nullptr) return {};
  const bool targets = !array_at(report, {"sla", "targets"}).empty();
  const bool met = flag_at(report, {"sla", "met"});
  const std::string verdict = !targets ? "Predicted: " : met ? "Meets the targets: " : "Misses the targets: ";
  std::string out = verdict_lines(verdict + picked_phrase(report, *pick), style, met ? Ink::kGreen : Ink::kYellow) + "\n";
  out += prediction_rows(report, *pick) + memory_rows(report, *pick) + "\n" + basis(report, *pick);
  std::string title = "Ignored:";
  for (const Value& item : array_at(report, {"ignored"})) {
    const std::string path = text_at(item, {"path"});
    out += wrap(title + " " + path.substr(path.rfind('.') + 1) + ": " + text_at(item, {"setting"}) + " (" + text_at(item, {"why"}) + ")",
                kScreenWidth, 0, 9) + "\n";
    title = "        ";
  }
  return out;
}

}  // namespace dynamo::cli

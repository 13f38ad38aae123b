#include <algorithm>

#include "commands/commands.h"
#include "commands/profile_options.h"
#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/profile.h"
#include "io/atomic_write.h"
#include "io/console.h"
#include "io/environment.h"
#include "io/finding.h"
#include "io/input.h"
#include "io/model_files.h"
#include "io/requests.h"
#include "render/explanation.h"
#include "render/explanation_value.h"
#include "render/html/page.h"

namespace dynamo::cli {
namespace {

/// A saved explanation holds every rejected layout: more than a request.
constexpr ReadLimits kReportLimits{.bytes = 64u << 20, .depth = 64, .nodes = 4'000'000};
constexpr const char* kListKind = "ExplanationList";

/// What is shown, and what was found on the way.
struct Explained {
  std::vector<Value> documents;
  std::vector<Value> deployment;   ///< of the last request; none with a saved explanation
  Findings findings;
};

void explain_requests(const ExplainCommand& command, const Requests& requests, Explained& out) {
  const TableStore tables(tables_directory(command.tables));
  const ModelFiles models(hugging_face_hub());
  ProfileOptions options;
  options.validate.perf_version = command.perf_version;
  options.validate.models = &models;
  options.database = database_mode(command.database_mode);
  options.explain = ExplainOptions{command.candidates};
  if (command.objective == "cost") options.objective = ProfileOptions::Objective::kCost;
  Diagnostics problems;
  const GpuPrices prices = gpu_prices(command.prices, problems);
  if (problems.has_errors()) {
    out.findings = check_requests(requests, options.validate);
    out.findings.append(problems);
    return;
  }
  warn_without_tables(tables);
  out.findings.append(requests.diagnostics());
  std::vector<Estimate> rows;
  options.on_row = [&rows](const Estimate& row) { rows.push_back(row); };
  for (std::size_t i = 0; i < requests.documents().size(); ++i) {
    rows.clear();
    ProfileResult result = profile(requests.documents()[i], tables, options);
    if (result.request) result.diagnostics.append(check_prices(prices, *result.request));
    out.findings.append(result.diagnostics, requests.about(i));
    if (result.explanation.is_null()) continue;
    add_points_and_costs(rows, *result.request, prices, result.explanation);
    out.documents.push_back(std::move(result.explanation));
    out.deployment = std::move(result.deployment.documents);
  }
}

void adopt(Value document, const std::string& source, Explained& out) {
  const Value* kind = document.find("kind");
  Value* items = document.find("items");
  if (kind != nullptr && *kind == Value(kListKind) && items != nullptr && items->as_array() != nullptr) {
    for (Value& item : *items->as_array()) adopt(std::move(item), source, out);
    return;
  }
  const Diagnostics problems = check_explanation(document, source);
  out.findings.append(problems);
  if (!problems.has_errors()) out.documents.push_back(std::move(document));
}

/// Saved explanations, JSON or YAML.
void read_reports(const std::vector<std::string>& files, Explained& out) {
  InputSet set = read_inputs(files, false, kReportLimits.bytes);
  out.findings.append(set.diagnostics);
  for (const Input& input : set.inputs) {
    const std::size_t first = input.text.find_first_not_of(" \t\r\n");
    if (first != std::string::npos && input.text[first] == '{') {
      auto value = read_json(input.text, input.name, kReportLimits);
      if (value.has_value()) {
        adopt(std::move(*value), input.name, out);
      } else {
        out.findings.append(value.error());
      }
      continue;
    }
    ReadResult read = read_yaml(input.text, input.name, kReportLimits);
    out.findings.append(read.diagnostics);
    if (read.documents.empty() && !read.diagnostics.has_errors()) adopt(Value(), input.name, out);
    for (Document& document : read.documents) adopt(std::move(document.root), input.name, out);
  }
}

Value as_one(const std::vector<Value>& documents) {
  if (documents.size() == 1) return documents.front();
  Value list;
  list.set("apiVersion", kExplanationApiVersion);
  list.set("kind", kListKind);
  list.set("items", Array(documents.begin(), documents.end()));
  return list;
}

std::string rendered(const Explained& explained, const ExplainCommand& command) {
  if (explained.documents.empty()) return {};
  if (command.output == OutputFormat::kJson) return write_json(as_one(explained.documents), JsonStyle::kIndented) + "\n";
  if (command.output == OutputFormat::kYaml) return write_yaml(as_one(explained.documents));
  const Style style = output_style();
  std::string out;
  for (const Value& document : explained.documents) {
    if (!out.empty()) out += "\n";
    if (explained.documents.size() > 1) out += style(Ink::kBold, "== " + explanation_name(document)) + "\n";
    out += render_explanation(document, command.sections, style);
  }
  return out;
}

/// The page, where one is asked for.
void write_page(const ExplainCommand& command, Explained& explained) {
  if (command.html.empty() || explained.documents.empty()) return;
  if (explained.documents.size() > 1) {
    explained.findings.append(one_error(DiagnosticCode::kForbidden, "report.several", "--html is about one request", "name one file"));
    return;
  }
  const auto written = write_file(command.html, render_page(explained.documents.front(), explained.deployment));
  if (!written) explained.findings.append(written.error());
}

ExitCode answer(const ExplainCommand& command, Explained& explained, const SourceTexts& texts) {
  write_page(command, explained);
  const ExitCode code = report(explained.findings, texts);
  return worse_of(code, print(rendered(explained, command)));
}

}  // namespace

ExitCode run(const ExplainCommand& command) {
  Explained explained;
  if (!command.reports.empty()) {
    read_reports(command.reports, explained);
    return answer(command, explained, {});
  }
  const Requests requests(command.source);
  explain_requests(command, requests, explained);
  return answer(command, explained, requests.texts());
}

}  // namespace dynamo::cli

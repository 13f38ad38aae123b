#include <unistd.h>

#include "commands/commands.h"
#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/lint.h"
#include "io/console.h"
#include "io/environment.h"
#include "io/input.h"
#include "render/report_value.h"

namespace dynamo::cli {
namespace {

/// One file with everything in it that is applied together.
struct Linted {
  std::string source;
  Diagnostics diagnostics;
};

Linted lint_input(const Input& input, const LintOptions& options) {
  Linted linted{input.name, {}};
  ReadResult read = read_yaml(input.text, input.name);
  linted.diagnostics.append(read.diagnostics);
  if (read.diagnostics.has_errors()) return linted;
  std::vector<Value> documents;
  for (Document& document : read.documents) documents.push_back(std::move(document.root));
  const Diagnostics found = lint_documents(documents, options);
  for (Diagnostic finding : found.items()) {
    finding.source = input.name;
    linted.diagnostics.add(std::move(finding));
  }
  return linted;
}

std::string json_of(const std::vector<Linted>& all) {
  Value list;
  list.set("apiVersion", kReportApiVersion);
  list.set("kind", "LintReportList");
  Array items;
  for (const Linted& linted : all) {
    Value item;
    item.set("source", linted.source);
    item.set("clean", linted.diagnostics.empty());
    item.set("diagnostics", diagnostics_value(linted.diagnostics));
    items.push_back(std::move(item));
  }
  list.set("items", std::move(items));
  return write_json(list, JsonStyle::kIndented) + "\n";
}

std::string text_of(const std::vector<Linted>& all) {
  std::string out;
  for (const Linted& linted : all) {
    if (!linted.diagnostics.has_errors()) out += linted.source + ": no errors\n";
  }
  return out;
}

}  // namespace

ExitCode run(const LintCommand& command) {
  LintOptions options;
  if (command.total_gpus > 0) options.total_gpus = command.total_gpus;
  const InputSet set = read_inputs(command.files, command.recursive, ReadLimits().bytes);
  Diagnostics findings = set.diagnostics;
  std::vector<Linted> all;
  for (const Input& input : set.inputs) {
    all.push_back(lint_input(input, options));
    findings.append(all.back().diagnostics);
  }
  report(findings);
  // A deployment is no request: what is wrong with it is a plain failure.
  const ExitCode code = findings.has_errors() ? ExitCode::kError : ExitCode::kOk;
  return worse_of(code, print(command.output == OutputFormat::kJson ? json_of(all) : text_of(all)));
}

}  // namespace dynamo::cli

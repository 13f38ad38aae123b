#include "commands/commands.h"
#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/request.h"
#include "io/console.h"
#include "io/environment.h"
#include "io/model_files.h"
#include "io/requests.h"
#include "render/report_value.h"

namespace dynamo::cli {
namespace {

struct Checked {
  std::string source, name;
  Diagnostics diagnostics;
};

Checked check(const Document& document, const ValidateOptions& options) {
  Checked checked{document.source, {}, {}};
  const RequestSpec spec = decode_request(document, checked.diagnostics);
  const ValidateResult result = validate_request(spec, options);
  checked.diagnostics.append(result.diagnostics);
  checked.diagnostics.sort();
  checked.name = result.request ? result.request->name : spec.name;
  return checked;
}

Value checked_value(const Checked& checked) {
  Value value;
  value.set("apiVersion", kReportApiVersion);
  value.set("kind", "ValidationReport");
  value.set("source", checked.source);
  value.set("name", checked.name);
  value.set("valid", !checked.diagnostics.has_errors());
  value.set("diagnostics", diagnostics_value(checked.diagnostics));
  return value;
}

std::string rendered(const std::vector<Checked>& all, OutputFormat format) {
  if (format == OutputFormat::kJson) {
    Value list;
    list.set("apiVersion", kReportApiVersion);
    list.set("kind", "ValidationReportList");
    Array items;
    for (const Checked& checked : all) items.push_back(checked_value(checked));
    list.set("items", std::move(items));
    return write_json(list, JsonStyle::kIndented) + "\n";
  }
  std::string out;
  for (const Checked& checked : all) {
    if (checked.diagnostics.has_errors()) continue;
    out += "dynamographdeploymentrequest.nvidia.com/" + checked.name;
    out += format == OutputFormat::kName ? "\n" : " is valid (" + checked.source + ")\n";
  }
  return out;
}

}  // namespace

ExitCode run(const ValidateCommand& command) {
  if (command.admission) return run_admission(command);
  const Requests requests(command.source);
  const ModelFiles models(hugging_face_hub());
  const ValidateOptions options{command.perf_version, &models};
  Findings findings;
  findings.append(requests.diagnostics());
  std::vector<Checked> all;
  for (std::size_t i = 0; i < requests.documents().size(); ++i) {
    all.push_back(check(requests.documents()[i], options));
    findings.append(all.back().diagnostics, requests.about(i));
  }
  const ExitCode code = report(findings, requests.texts());
  return worse_of(code, print(rendered(all, command.output)));
}

}  // namespace dynamo::cli

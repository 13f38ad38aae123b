#include <unistd.h>

#include <set>

#include "commands/commands.h"
#include "commands/profile_options.h"
#include "dynamo/profiler/assembly.h"
#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/profile.h"
#include "io/artefacts.h"
#include "io/console.h"
#include "io/environment.h"
#include "io/model_files.h"
#include "io/requests.h"
#include "render/cost_value.h"
#include "render/diff.h"
#include "render/explanation_value.h"
#include "render/html/page.h"
#include "render/points_value.h"
#include "render/report_value.h"
#include "render/table.h"

namespace dynamo::cli {
namespace {

namespace fs = std::filesystem;

/// `metadata.name` of the deployment, which is the last document.
std::string deployment_name(const ProfileResult& result) {
  if (result.deployment.documents.empty()) return {};
  const Value* name = result.deployment.documents.back().find_path({"metadata", "name"});
  const std::string* text = name == nullptr ? nullptr : name->as_string();
  return text == nullptr ? std::string() : *text;
}

/// Runs the requests one after another and collects what each printed form needs.
class ProfileRun {
 public:
  explicit ProfileRun(const ProfileCommand& command)
      : command_(command),
        requests_(command.source),
        tables_(tables_directory(command.tables)),
        models_(hugging_face_hub()),
        options_(profile_options(command)) {
    options_.validate.models = &models_;
    if (!command.report.empty()) options_.explain = ExplainOptions{};
    if (command.output == OutputFormat::kWide || command.output == OutputFormat::kJson || !command.report.empty()) {
      options_.on_row = [this](const Estimate& row) { rows_.push_back(row); };
    }
    prices_ = gpu_prices(command.prices, usage_);
    if (!command.report.empty() && requests_.documents().size() > 1) {
      usage_.append(one_error(DiagnosticCode::kForbidden, "report.several", "--report is about one request", "name one file"));
    }
  }

  ExitCode run() {
    if (usage_.has_errors()) {
      Findings problems = check_requests(requests_, options_.validate);
      problems.append(usage_);
      return report(problems, requests_.texts());
    }
    warn_without_tables(tables_);
    Findings findings;
    findings.append(requests_.diagnostics());
    ExitCode code = exit_code_of(requests_.diagnostics());
    for (std::size_t i = 0; i < requests_.documents().size(); ++i) {
      const Document& document = requests_.documents()[i];
      rows_.clear();
      ProfileResult result = profile(document, tables_, options_);
      Value points = result.request ? points_value(rows_, *result.request, true) : Value();
      if (!result.explanation.is_null()) add_points_and_costs(rows_, *result.request, prices_, result.explanation);
      if (!command_.output_dir.empty()) write_output(result);
      if (result.request) result.diagnostics.append(check_prices(prices_, *result.request));
      code = worse_of(code, code_of(result));
      findings.append(result.diagnostics, requests_.about(i));
      results_.push_back({document.source, std::move(result), std::move(points)});
    }
    if (!command_.report.empty()) code = worse_of(code, write_report(findings));
    report(findings, requests_.texts());
    return worse_of(code, print(rendered()));
  }

 private:
  struct Outcome {
    std::string source;
    ProfileResult result;
    Value points;   ///< of the chart; only where one is drawn

    /// The one tree that everything printed comes from.
    [[nodiscard]] Value value(const GpuPrices& prices) const {
      Value value = report_value(result, source);
      add_costs(result, prices, value);
      const Array* drawn = points.as_array();
      if (drawn != nullptr && !drawn->empty()) value.set("points", points);
      return value;
    }
  };

  ExitCode write_report(Findings& findings) const {
    if (results_.empty() || results_.front().result.explanation.is_null()) return ExitCode::kOk;
    const ProfileResult& result = results_.front().result;
    const auto written = write_file(command_.report, render_page(result.explanation, result.deployment.documents));
    if (written) return ExitCode::kOk;
    findings.append(written.error());
    return exit_code_of(written.error());
  }

  ExitCode code_of(const ProfileResult& result) const {
    const ExitCode code = exit_code_of(result.diagnostics);
    const bool unmet = command_.strict_sla && result.report && !result.report->sla_met;
    return unmet ? worse_of(code, ExitCode::kSlaUnmet) : code;
  }

  void write_output(ProfileResult& result) {
    fs::path directory = command_.output_dir;
    if (requests_.documents().size() > 1) {
      const std::string name = result.request ? result.request->name : "";
      // Refused requests of a batch have no name to file their status under; the others must not overwrite each other.
      if (name.empty()) return;
      if (name.find('/') != std::string::npos || name.starts_with('.') || !written_.insert(name).second) {
        result.diagnostics.append(one_error(DiagnosticCode::kDuplicate, "output.name",
                                            "another request of this run is also named \"" + name + "\"",
                                            "with --output-dir every request needs a name of its own"));
        return;
      }
      directory /= name;
    }
    const std::expected<void, Diagnostics> written = write_files(directory, artefacts_of(result));
    if (!written) result.diagnostics.append(written.error());
  }

  std::string rendered() const {
    if (command_.show_overrides) return overrides_text();
    switch (command_.output) {
      case OutputFormat::kTable:
      case OutputFormat::kWide: return tables_text();
      case OutputFormat::kJson: return command_.preview ? documents_json() : json_text();
      case OutputFormat::kYaml: return yaml_text();
      case OutputFormat::kName: return names_text();
    }
    return {};
  }

  std::string tables_text() const {
    const Style style = output_style();
    const bool one = results_.size() == 1;
    const TableOptions options{command_.output == OutputFormat::kWide, one ? command_.repeat : "", one ? command_.explain : ""};
    std::string out;
    for (const Outcome& outcome : results_) {
      const ProfileResult& result = outcome.result;
      if (!result.report) continue;
      if (!out.empty()) out += "\n";
      if (results_.size() > 1) out += style(Ink::kBold, "== " + result.request->name + " (" + outcome.source + ")") + "\n";
      out += render_table(outcome.value(prices_), options, style);
    }
    return out;
  }

  std::string json_text() const {
    std::vector<Value> reports;
    for (const Outcome& outcome : results_) reports.push_back(outcome.value(prices_));
    if (reports.empty()) return {};
    return write_json(report_list(std::move(reports)), JsonStyle::kIndented) + "\n";
  }

  std::string yaml_text() const {
    const std::vector<Value> documents = all_documents();
    return documents.empty() ? std::string() : write_yaml(documents);
  }

  std::vector<Value> all_documents() const {
    std::vector<Value> documents;
    for (const Outcome& outcome : results_) {
      const ProfileResult& result = outcome.result;
      documents.insert(documents.end(), result.deployment.documents.begin(), result.deployment.documents.end());
    }
    return documents;
  }

  /// One object as it is, several as the list `kubectl get -o json` prints.
  std::string documents_json() const {
    std::vector<Value> documents = all_documents();
    if (documents.empty()) return {};
    if (documents.size() == 1) return write_json(documents.front(), JsonStyle::kIndented) + "\n";
    Value list;
    list.set("apiVersion", "v1");
    list.set("kind", "List");
    list.set("items", Array(documents));
    return write_json(list, JsonStyle::kIndented) + "\n";
  }

  /// What `overrides` changed in each deployment.
  std::string overrides_text() const {
    const Style style = output_style();
    std::string out;
    for (const Outcome& outcome : results_) {
      const ProfileResult& result = outcome.result;
      if (result.deployment.documents.empty()) continue;
      EmitOptions plain = options_.emit;
      plain.apply_overrides = false;
      Diagnostics said_before;
      const auto before = assemble(*result.request, *result.report, result.curves ? &*result.curves : nullptr, plain, said_before);
      if (!before) continue;
      const std::string diff = unified_diff(write_yaml(before->documents), write_yaml(result.deployment.documents), "picked",
                                            "with spec.overrides of " + outcome.source, style);
      out += diff.empty() ? outcome.source + ": spec.overrides changes nothing\n" : diff;
    }
    return out;
  }

  std::string names_text() const {
    std::string out;
    for (const Outcome& outcome : results_) {
      const ProfileResult& result = outcome.result;
      const std::string name = deployment_name(result);
      if (!name.empty()) out += "dynamographdeployment.nvidia.com/" + name + "\n";
    }
    return out;
  }

  const ProfileCommand& command_;
  Requests requests_;
  TableStore tables_;
  ModelFiles models_;
  ProfileOptions options_;
  GpuPrices prices_;
  Diagnostics usage_;
  std::vector<Estimate> rows_;
  std::vector<Outcome> results_;
  std::set<std::string> written_;
};

}  // namespace

ProfileOptions profile_options(const ProfileCommand& command) {
  ProfileOptions options;
  options.validate.perf_version = command.perf_version;
  options.database = database_mode(command.database_mode);
  if (command.objective == "cost") options.objective = ProfileOptions::Objective::kCost;
  options.emit.runtime_version = command.runtime_version;
  options.plots = !command.output_dir.empty() || !command.config.empty();
  options.curves.prefill_points = command.prefill_granularity;
  options.curves.decode_points = command.decode_granularity;
  options.emit.api = deployment_api_from_name(command.dgd_api_version);
  return options;
}

ExitCode run(const ProfileCommand& command) {
  if (!command.config.empty()) return run_job(command);
  return command.cases.empty() ? ProfileRun(command).run() : run_cases(command.cases, command.tables);
}

}  // namespace dynamo::cli

#include <algorithm>
#include <iterator>

#include "commands/commands.h"
#include "commands/profile_options.h"
#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/facts.h"
#include "dynamo/profiler/setup.h"
#include "io/console.h"
#include "io/environment.h"
#include "io/finding.h"
#include "io/model_files.h"
#include "io/requests.h"
#include "render/cost_value.h"
#include "render/report_value.h"
#include "render/table.h"
#include "render/tree.h"

namespace dynamo::cli {
namespace {

Value ignored_value(const std::vector<IgnoredSetting>& ignored) {
  Array items;
  for (const IgnoredSetting& setting : ignored) {
    Value item;
    item.set("path", setting.path);
    item.set("setting", setting.setting);
    item.set("why", setting.why);
    items.push_back(std::move(item));
  }
  return Value(std::move(items));
}

bool is_deployment(const Value& document) {
  const Value* kind = document.find("kind");
  return kind != nullptr && kind->as_string() != nullptr && *kind->as_string() == "DynamoGraphDeployment";
}

class SetupRun {
 public:
  explicit SetupRun(const EstimateCommand& command)
      : command_(command), tables_(tables_directory(command.tables)), models_(hugging_face_hub()) {
    options_.validate.perf_version = command.perf_version;
    options_.validate.models = &models_;
    options_.database = database_mode(command.database_mode);
    if (command.files.empty()) return;
    RequestSource source;
    source.files = command.files;
    deployments_.emplace(source);
  }

  ExitCode run() {
    Diagnostics problems;
    prices_ = gpu_prices(command_.prices, problems);
    findings_.append(problems);
    if (!problems.has_errors()) warn_without_tables(tables_);
    deployments_ ? estimate_files() : estimate_flags();
    const ExitCode code = report(findings_, deployments_ ? deployments_->texts() : SourceTexts{});
    return problems.has_errors() ? code : worse_of(code, print(rendered()));
  }

 private:
  template <typename T>
  bool keep(const std::expected<T, Diagnostics>& result) {
    if (!result) findings_.append(result.error(), about_);
    return result.has_value();
  }

  void estimate_flags() {
    Setup setup;
    if (command_.decode.empty()) {
      const auto worker = parse_worker_setup(command_.worker);
      if (!keep(worker)) return;
      setup.decode = *worker;
    } else {
      const auto prefill = parse_worker_setup(command_.prefill), decode = parse_worker_setup(command_.decode);
      const bool good = keep(prefill);
      if (!keep(decode) || !good) return;
      setup.prefill = *prefill;
      setup.decode = *decode;
    }
    estimate(setup, command_.fields, "<flags>", {});
  }

  void estimate_files() {
    findings_.append(deployments_->diagnostics());
    const std::vector<Document>& documents = deployments_->documents();
    for (std::size_t i = 0; i < documents.size(); ++i) {
      if (!is_deployment(documents[i].root)) continue;
      about_ = deployments_->about(i);
      estimate_deployment(documents[i]);
    }
    about_.clear();
    for (const auto& [name, text] : deployments_->texts()) refuse_without_deployment(name);
  }

  /// A file of other documents is a mistake; one that could not be read was told so.
  void refuse_without_deployment(const std::string& file) {
    const auto here = [&](const auto& found) { return found.source == file; };
    const std::vector<Document>& documents = deployments_->documents();
    if (std::ranges::any_of(documents, [&](const Document& document) { return here(document) && is_deployment(document.root); })) return;
    if (std::ranges::any_of(deployments_->diagnostics().items(), here)) return;
    findings_.append(findings(finding(DiagnosticCode::kRequired, "setup.deployment", file + " holds no DynamoGraphDeployment",
                                      "for a request use profile or what-if", file)));
  }

  void estimate_deployment(const Document& document) {
    const auto deployment = read_deployment(document.root);
    if (!keep(deployment)) return;
    FlagValues fields = command_.fields;
    if (!fields.model) fields.model = deployment->model;
    if (!fields.backend) fields.backend = std::string(name_of(deployment->backend));
    if (!fields.gpu && !deployment->gpu.empty()) fields.gpu = deployment->gpu;
    if (!fields.gpu) {
      findings_.append(findings(finding(DiagnosticCode::kRequired, "setup.gpu", "the deployment does not name its GPUs", "say --gpu h200_sxm",
                                        document.source)), about_);
      return;
    }
    if (!deployment->name.empty()) fields.name = deployment->name;
    if (!deployment->image.empty()) fields.image = deployment->image;
    std::vector<IgnoredSetting> ignored = deployment->ignored;
    if (const SystemSpec* system = find_system(*fields.gpu)) {
      std::ranges::move(nodes_unlike(*deployment, system->gpus_per_node), std::back_inserter(ignored));
    }
    estimate(deployment->setup, fields, document.source, ignored);
  }

  void estimate(const Setup& setup, FlagValues fields, const std::string& source, const std::vector<IgnoredSetting>& ignored) {
    fields.gpus = gpus_of(setup);
    ProfileResult result;
    ValidateResult checked = check_document(request_from_flags(fields), options_.validate);
    if (checked.request) checked.diagnostics.append(check_prices(prices_, *checked.request));
    findings_.append(checked.diagnostics, about_);
    if (!checked.request) return;
    // Targets are only held against the prediction when somebody has them.
    if (!fields.ttft) checked.request->ttft_ms.reset();
    if (!fields.itl) checked.request->itl_ms.reset();
    std::erase_if(checked.request->origins, [](const ValidatedRequest::Origin& origin) { return origin.path.starts_with("spec.sla"); });
    if (!keep_report(*checked.request, setup, result)) return;
    result.request = std::move(checked.request);
    Value value = report_value(result, source);
    value.set("kind", "Estimate");
    value.set("ignored", ignored_value(ignored));
    add_costs(result, prices_, value);
    values_.push_back(std::move(value));
  }

  bool keep_report(const ValidatedRequest& request, const Setup& setup, ProfileResult& result) {
    auto predicted = estimate_setup(request, setup, tables_, options_);
    if (!keep(predicted)) return false;
    result.report = std::move(*predicted);
    return true;
  }

  std::string rendered() const {
    if (values_.empty()) return {};
    if (command_.output == OutputFormat::kJson) return write_json(report_list(values_, "EstimateList"), JsonStyle::kIndented) + "\n";
    if (command_.output == OutputFormat::kYaml) return write_yaml(report_list(values_, "EstimateList"));
    const Style style = output_style();
    std::string out;
    for (const Value& value : values_) {
      if (!out.empty()) out += "\n";
      if (values_.size() > 1) out += style(Ink::kBold, "== " + text_at(value, {"name"}) + " (" + text_at(value, {"source"}) + ")") + "\n";
      out += render_estimate(value, style);
    }
    return out;
  }

  const EstimateCommand& command_;
  TableStore tables_;
  ModelFiles models_;
  ProfileOptions options_;
  GpuPrices prices_;
  std::optional<Requests> deployments_;   ///< and what else their files hold
  std::string about_;                     ///< the deployment at hand, where there are several
  Findings findings_;
  std::vector<Value> values_;
};

}  // namespace

ExitCode run_setup(const EstimateCommand& command) { return SetupRun(command).run(); }

}  // namespace dynamo::cli

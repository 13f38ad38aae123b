#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "args/invocation.h"
#include "commands/commands.h"
#include "dynamo/profiler/assembly.h"
#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/profile.h"
#include "io/artefacts.h"
#include "io/console.h"
#include "io/environment.h"
#include "io/finding.h"
#include "io/input.h"
#include "io/model_files.h"
#include "io/termination.h"
#include "render/report_value.h"
#include "render/table.h"

namespace dynamo::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSource = "--config";

bool looks_like_json(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

/// The text of `--config`: a file, or JSON written in place.
std::expected<Input, Diagnostics> config_text(const std::string& config) {
  std::error_code ignored;
  if (looks_like_json(config) && !fs::exists(config, ignored)) return Input{kSource, config};
  auto text = read_file(config, ReadLimits().bytes);
  if (text) return Input{config, std::move(*text)};
  Diagnostics problems = text.error();
  problems.append(one_error(DiagnosticCode::kInvalid, "job.config", "--config is neither a readable file nor inline JSON",
                            "give a path, or the spec as one JSON object"));
  return std::unexpected(std::move(problems));
}

/// The document in it: YAML or JSON in a file, JSON alone in place.
std::expected<Document, Diagnostics> read_config(const Input& input) {
  if (looks_like_json(input.text)) {
    auto root = read_json(input.text, input.name);
    if (root) return Document{input.name, std::move(*root)};
    if (input.name == kSource) return std::unexpected(std::move(root.error()));
  }
  ReadResult read = read_yaml(input.text, input.name);
  if (read.documents.size() > 1) {
    read.diagnostics.append(one_error(DiagnosticCode::kDuplicate, "job.config", "--config holds more than one document", "a Job profiles one request"));
  } else if (read.documents.empty() && !read.diagnostics.has_errors()) {
    read.diagnostics.append(one_error(DiagnosticCode::kRequired, "document.empty", "--config holds no document"));
  }
  if (read.diagnostics.has_errors()) return std::unexpected(std::move(read.diagnostics));
  return std::move(read.documents.front());
}

/// The rules of the request, and of a Job: the images of the deployment are derived from the one it is given.
ValidateResult check_config(const Document& document, const ValidateOptions& options) {
  ValidateResult checked = check_document(document, options);
  Diagnostics decoding;
  const Field<std::string> image = decode_request(document, decoding).image;
  if (!image.malformed && image.value.empty()) {
    checked.diagnostics.append(one_error(DiagnosticCode::kRequired, "job.image", "image is missing, and the images of the deployment are derived from it",
                                         "for example image: nvcr.io/nvidia/ai-dynamo/dynamo-frontend:1.0.1"));
    checked.request.reset();
  }
  return checked;
}

/// What a Job is asked to measure is never made up: without GPUs under test there is no answer.
Diagnostics cannot_measure(const ValidatedRequest& request) {
  const Value* mode = request.planner.find("pre_deployment_sweeping_mode");
  const bool sweep = needs_profile_data(request) && mode != nullptr && mode->as_string() != nullptr && *mode->as_string() == "thorough";
  if (request.strategy != SearchStrategy::kThorough && !sweep) return {};
  const std::string field = sweep ? "features.planner.pre_deployment_sweeping_mode" : "searchStrategy";
  return one_error(DiagnosticCode::kUnsupported, "job.thorough", field + ": thorough deploys and measures every candidate, which this program does not do",
                   "use rapid; `kubectl dynamo profile -f` answers thorough with the prediction of rapid, and says so");
}

/// The profiling Job: one request, every exit leaves a status file.
class Job {
 public:
  explicit Job(const ProfileCommand& command)
      : command_(command), directory_(command.output_dir.empty() ? kJobDirectory : command.output_dir) {}

  ExitCode run() {
    const TerminationWatch watch([this] { (void)write_files(directory_, {failed_artefact("Profiling was ended", "killed before it was done")}); });
    return write({running_artefact()}) ? profile_config() : ExitCode::kError;
  }

 private:
  ExitCode profile_config() {
    auto input = config_text(command_.config);
    if (!input) return fail("Configuration could not be read", input.error(), {});
    const SourceTexts texts{{input->name, input->text}};
    auto document = read_config(*input);
    if (!document) return fail("Config validation failed", document.error(), texts);
    const ModelFiles models(hugging_face_hub());
    ProfileOptions options = profile_options(command_);
    // The operator passes on what the API server keeps, which drops nulls.
    options.validate = {command_.perf_version, &models, true, true, environment("DGDR_NAME")};
    options.emit.name_by_content = false;
    const ValidateResult checked = check_config(*document, options.validate);
    if (checked.diagnostics.has_errors()) return fail("Config validation failed", checked.diagnostics, texts);
    if (command_.dry_run) return finish({{"final_config.yaml", "null\n"}, success_artefact()}, checked.diagnostics, texts, {});
    if (const Diagnostics lacking = cannot_measure(*checked.request); lacking.has_errors()) return fail("Profiling failed", lacking, texts);
    return search(*document, options, texts);
  }

  ExitCode search(const Document& document, const ProfileOptions& options, const SourceTexts& texts) {
    const TableStore tables(tables_directory(command_.tables));
    const ProfileResult result = profile(document, tables, options);
    if (result.deployment.documents.empty()) return fail("Profiling failed", result.diagnostics, texts);
    return finish(artefacts_of(result), result.diagnostics, texts, render_table(report_value(result, document.source), {}, Style(false)));
  }

  ExitCode finish(std::vector<OutputFile> files, const Diagnostics& diagnostics, const SourceTexts& texts, const std::string& summary) {
    files.push_back(log(diagnostics, texts, summary));
    report(diagnostics, texts);
    return write(files) ? print(summary) : ExitCode::kError;
  }

  static OutputFile log(const Diagnostics& diagnostics, const SourceTexts& texts, const std::string& summary) {
    return {"profile_sla.log", render_diagnostics(diagnostics, texts, Style(false)) + render_counts(diagnostics) + summary};
  }

  /// As the Python profiler: any refusal is exit code 1.
  ExitCode fail(const std::string& message, const Diagnostics& diagnostics, const SourceTexts& texts) {
    report(diagnostics, texts);
    (void)write({failed_artefact(message, first_error(diagnostics)), log(diagnostics, texts, {})});
    return ExitCode::kError;
  }

  bool write(const std::vector<OutputFile>& files) {
    const auto written = write_files(directory_, files);
    if (written) return true;
    report(written.error());
    // The status still fits where the results did not: as a new file, or in the blocks of the one written at the start.
    const OutputFile failed = failed_artefact("Results could not be written", first_error(written.error()), "GeneratingDGD");
    if (!write_files(directory_, {failed})) (void)rewrite_in_place(directory_ / failed.name, failed.text);
    return false;
  }

  const ProfileCommand& command_;
  fs::path directory_;
};

}  // namespace

ExitCode run_job(const ProfileCommand& command) { return Job(command).run(); }

void record_usage_error(const std::string& directory, const std::string& text) {
  constexpr std::string_view kLead = "error: ";
  std::string reason = text.substr(0, text.find('\n'));
  if (reason.starts_with(kLead)) reason.erase(0, kLead.size());
  (void)write_files(directory, {failed_artefact("Arguments could not be read", reason)});
}

}  // namespace dynamo::cli

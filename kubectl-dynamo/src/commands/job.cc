#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "commands/commands.h"
#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/profile.h"
#include "io/artefacts.h"
#include "io/console.h"
#include "io/environment.h"
#include "io/finding.h"
#include "io/input.h"
#include "io/model_files.h"
#include "render/report_value.h"
#include "render/table.h"

namespace dynamo::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultDirectory = "profiling_results";
constexpr const char* kSource = "--config";

/// The text of `--config`: a file, or JSON written in place.
std::expected<Input, Diagnostics> config_text(const std::string& config) {
  const auto first = config.find_first_not_of(" \t\r\n");
  const bool inline_json = first != std::string::npos && config[first] == '{';
  std::error_code ignored;
  if (inline_json && !fs::exists(config, ignored)) return Input{kSource, config};
  auto text = read_file(config, ReadLimits().bytes);
  if (text) return Input{config, std::move(*text)};
  Diagnostics problems = text.error();
  problems.append(one_error(DiagnosticCode::kInvalid, "job.config", "--config is neither a readable file nor inline JSON",
                            "give a path, or the spec as one JSON object"));
  return std::unexpected(std::move(problems));
}

/// The profiling Job: one request, every exit leaves a status file.
class Job {
 public:
  explicit Job(const ProfileCommand& command)
      : command_(command), directory_(command.output_dir.empty() ? kDefaultDirectory : command.output_dir) {}

  ExitCode run() {
    if (!write({running_artefact()})) return ExitCode::kError;
    auto input = config_text(command_.config);
    if (!input) return fail("Configuration could not be read", input.error(), {});
    const SourceTexts texts{{input->name, input->text}};
    ReadResult read = read_yaml(input->text, input->name);
    if (read.documents.size() > 1) {
      read.diagnostics.append(one_error(DiagnosticCode::kDuplicate, "job.config", "--config holds more than one document", "a Job profiles one request"));
    } else if (read.documents.empty() && !read.diagnostics.has_errors()) {
      read.diagnostics.append(one_error(DiagnosticCode::kRequired, "document.empty", "--config holds no document"));
    }
    if (read.diagnostics.has_errors()) return fail("Config validation failed", read.diagnostics, texts);
    return command_.dry_run ? check(read.documents[0], texts) : search(read.documents[0], texts);
  }

 private:
  ExitCode check(const Document& document, const SourceTexts& texts) {
    const ModelFiles models(hugging_face_hub());
    const ValidateResult checked = check_document(document, {command_.perf_version, &models});
    if (checked.diagnostics.has_errors()) return fail("Config validation failed", checked.diagnostics, texts);
    report(checked.diagnostics, texts);
    return write({{"final_config.yaml", "null\n"}, success_artefact(), log(checked.diagnostics, texts, {})}) ? ExitCode::kOk : ExitCode::kError;
  }

  ExitCode search(const Document& document, const SourceTexts& texts) {
    const ModelFiles models(hugging_face_hub());
    const TableStore tables(tables_directory(command_.tables));
    ProfileOptions options = profile_options(command_);
    options.validate.models = &models;
    const ProfileResult result = profile(document, tables, options);
    if (result.documents.empty()) {
      return fail(result.request ? "Profiling failed" : "Config validation failed", result.diagnostics, texts);
    }
    const std::string table = render_table(report_value(result, document.source), {}, Style(false));
    std::vector<OutputFile> files = artefacts_of(result);
    files.push_back(log(result.diagnostics, texts, table));
    report(result.diagnostics, texts);
    if (!write(files)) return ExitCode::kError;
    return print(table);
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
    // A small file may still fit where the results did not.
    (void)write_files(directory_, {failed_artefact("Results could not be written", first_error(written.error()), "Done")});
    return false;
  }

  const ProfileCommand& command_;
  fs::path directory_;
};

}  // namespace

ExitCode run_job(const ProfileCommand& command) { return Job(command).run(); }

}  // namespace dynamo::cli

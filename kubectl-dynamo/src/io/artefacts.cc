#include "io/artefacts.h"

#include <chrono>

#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/status_file.h"

namespace dynamo::cli {
namespace {

constexpr const char* kStatusFile = "profiler_status.yaml";

std::chrono::sys_seconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

}  // namespace

std::string first_error(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics.items()) {
    if (diagnostic.severity != Severity::kError) continue;
    return (diagnostic.path.empty() ? "" : diagnostic.path + ": ") + diagnostic.reason;
  }
  return "no deployment";
}

OutputFile running_artefact() { return {kStatusFile, status_file_text(running_status(now()))}; }

OutputFile success_artefact() { return {kStatusFile, status_file_text(success_status(now()))}; }

OutputFile failed_artefact(const std::string& message, const std::string& error, const std::string& phase) {
  return {kStatusFile, status_file_text(failed_status(now(), message, error, phase))};
}

std::vector<OutputFile> artefacts_of(const ProfileResult& result, const std::string& phase) {
  if (result.documents.empty()) return {failed_artefact("Profiling failed", first_error(result.diagnostics), phase)};
  return {{"final_config.yaml", write_yaml(result.documents)}, success_artefact()};
}

}  // namespace dynamo::cli

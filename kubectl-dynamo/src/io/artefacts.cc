#include "io/artefacts.h"

#include <chrono>

#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/status_file.h"

namespace dynamo::cli {
namespace {

constexpr const char* kStatusFile = "profiler_status.yaml";

std::chrono::sys_seconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

constexpr const char* kPrefillFolder = "selected_prefill_interpolation/";
constexpr const char* kDecodeFolder = "selected_decode_interpolation/";

void add_curve(const std::string& folder, const std::string& npz, const std::optional<Value>& engine, std::vector<OutputFile>& files) {
  if (engine) files.push_back({folder + "config.yaml", write_yaml(*engine)});
  files.push_back({folder + "raw_data.npz", npz});
}

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
  if (result.deployment.documents.empty()) return {failed_artefact("Profiling failed", first_error(result.diagnostics), phase)};
  std::vector<OutputFile> files;
  if (result.curves) {
    add_curve(kPrefillFolder, prefill_npz(result.curves->prefill), result.deployment.prefill_engine, files);
    add_curve(kDecodeFolder, decode_npz(result.curves->decode), result.deployment.decode_engine, files);
  }
  for (const PlotFile& plot : result.plots) files.push_back({plot.name, plot.bytes});
  if (result.deployment.picked) files.push_back({"picked_dgd_config.yaml", write_yaml(*result.deployment.picked)});
  files.push_back({"final_config.yaml", write_yaml(result.deployment.documents)});
  files.push_back(success_artefact());
  return files;
}

}  // namespace dynamo::cli

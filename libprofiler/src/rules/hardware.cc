#include <algorithm>
#include <string>
#include <vector>

#include "request/suggestion.h"
#include "rules/limits.h"
#include "rules/rules.h"
#include "text/number_text.h"

namespace dynamo {
namespace {

constexpr double kMiB = 1024.0 * 1024.0;

std::string known_gpus() {
  std::string text;
  for (const SystemSpec& system : all_systems()) {
    text += (text.empty() ? "" : ", ") + system.name;
  }
  return text;
}

/// The canonical name of the nearest known spelling, as a list of at most one.
std::vector<std::string> nearest_gpu(const std::string& text) {
  for (const std::string& spelling : similar_systems(text)) {
    if (const SystemSpec* system = find_system(spelling)) {
      return {system->name};
    }
  }
  return {};
}

void check_gpu(Report& report) {
  const RequestSpec::Hardware& hardware = report.spec.hardware;
  const Field<std::string>& sku = hardware.gpu_sku;
  if (sku.malformed) {
    return;
  }
  if (!sku.set() || sku.value.empty()) {
    report.error({.rule = "hardware.gpuSku.required",
                  .code = DiagnosticCode::kRequired,
                  .field = "hardware.gpuSku",
                  .reason = "is missing, and without a cluster no GPU can be discovered",
                  .hint = "name the GPU, for example gpuSku: h200_sxm",
                  .mark = report.place(sku, hardware.mark)});
    return;
  }
  report.request.system = find_system(sku.value);
  if (report.request.system == nullptr) {
    const std::string near = suggestion(nearest_gpu(sku.value));
    report.error({.rule = "hardware.gpuSku.known",
                  .code = DiagnosticCode::kNotSupported,
                  .field = "hardware.gpuSku",
                  .reason = "unknown GPU " + quoted(sku.value) + near,
                  .hint = near.empty() ? "use one of " + known_gpus() : std::string(),
                  .bad_value = sku.value,
                  .mark = sku.mark});
  } else if (report.request.system->name != sku.value) {
    report.origin("hardware.gpuSku", report.request.system->name, "normalised from " + quoted(sku.value));
  }
}

void check_counts(Report& report) {
  const RequestSpec::Hardware& hardware = report.spec.hardware;
  ValidatedRequest& request = report.request;
  const Range per_node{.low = 1, .high = static_cast<double>(kMaxGpusPerNode), .unit = "GPUs"};
  if (check_range(
          report, "hardware.numGpusPerNode.range", "hardware.numGpusPerNode", hardware.gpus_per_node, per_node)) {
    request.gpus_per_node = static_cast<int>(hardware.gpus_per_node.value);
  } else if (!hardware.gpus_per_node.set() && request.system != nullptr) {
    request.gpus_per_node = request.system->gpus_per_node;
    report.origin(
        "hardware.numGpusPerNode", std::to_string(request.gpus_per_node), "a node of " + request.system->name);
  }
  const Range total{.low = 1, .high = static_cast<double>(kMaxTotalGpus), .unit = "GPUs"};
  if (check_range(report, "hardware.totalGpus.range", "hardware.totalGpus", hardware.total_gpus, total)) {
    request.total_gpus = static_cast<int>(hardware.total_gpus.value);
  } else if (!hardware.total_gpus.set()) {
    request.total_gpus = std::min(request.gpus_per_node, kMaxAutoTotalGpus);
    report.origin("hardware.totalGpus", std::to_string(request.total_gpus), "one node, as no cluster was asked");
  }
}

void check_memory(Report& report) {
  const Field<double>& vram = report.spec.hardware.vram_mb;
  const SystemSpec* system = report.request.system;
  if (!vram.set()) {
    if (system != nullptr) {
      report.request.vram_bytes = system->mem_capacity_bytes;
      report.origin("hardware.vramMb", shortest(system->mem_capacity_bytes / kMiB), "memory of " + system->name);
    }
    return;
  }
  if (!check_range(report,
                   "hardware.vramMb.range",
                   "hardware.vramMb",
                   vram,
                   {.low = kMinVramMb, .high = kMaxVramMb, .unit = "MiB"})) {
    return;
  }
  report.request.vram_bytes = vram.value * kMiB;
  if (system != nullptr && report.request.vram_bytes > system->mem_capacity_bytes * (1 + kVramTolerance)) {
    report.warning({.rule = "hardware.vramMb.facts",
                    .field = "hardware.vramMb",
                    .reason = shortest(vram.value) + " MiB is more than a " + system->name + " has (" +
                              fixed(system->mem_capacity_bytes / kMiB, 0) + " MiB)",
                    .hint = "leave vramMb out, or correct gpuSku",
                    .bad_value = shortest(vram.value),
                    .mark = vram.mark});
  }
}

}  // namespace

void check_hardware(Report& report) {
  check_gpu(report);
  check_counts(report);
  check_memory(report);
}

}  // namespace dynamo

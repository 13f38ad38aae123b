#include "admission/judge.h"

#include <algorithm>
#include <string>
#include <utility>

#include "admission/deprecated.h"
#include "emit/image.h"
#include "rules/catalog.h"

namespace dynamo::admission {
namespace {

constexpr std::string_view kMissingGpu = "hardware.gpuSku.required";

/// A newer CRD has fields, and a private cluster has models, that this program does not know; neither is the user's mistake.
bool only_a_doubt(const Diagnostic& finding) {
  return finding.rule == "field.unknown" || (finding.rule == "model.known" && finding.code == DiagnosticCode::kMissingData);
}

bool given(const Value* hardware, std::string_view key) {
  const Value* value = hardware == nullptr ? nullptr : hardware->find(key);
  return value != nullptr && !value->is_null() && !(value->as_string() != nullptr && value->as_string()->empty());
}

/// Without discovery the hardware has to be written down. A known GPU says the rest, but the operator may not.
void check_hardware_given(const Document& document, Diagnostics& findings) {
  const Value* hardware = document.root.find_path({"spec", "hardware"});
  std::string missing;
  for (const std::string_view key : {"gpuSku", "numGpusPerNode", "vramMb"}) {
    if (!given(hardware, key)) {
      missing += (missing.empty() ? "" : ", ") + std::string(key);
    }
  }
  if (missing.empty()) {
    return;
  }
  Diagnostic finding;
  finding.rule = RuleId("hardware.discovery.off").text();
  finding.path = "spec.hardware";
  finding.code = DiagnosticCode::kRequired;
  const Value* place = hardware != nullptr ? hardware : document.root.find("spec");
  finding.mark = place != nullptr ? place->mark : SourceMark{};
  if (given(hardware, "gpuSku")) {
    finding.severity = Severity::kWarning;
    finding.reason = "GPU discovery is disabled and " + missing + " not given";
    finding.hint = "newer operators need all three";
  } else {
    finding.reason = "GPU hardware configuration is required when GPU discovery is disabled; missing: " + missing;
    finding.hint = "write them, for example gpuSku: h100_sxm, numGpusPerNode: 8, vramMb: 81920";
  }
  findings.add(std::move(finding));
}

void check_runtime_version(const Document& document, Diagnostics& findings) {
  const Value* spec = document.root.find("spec");
  if (!given(spec, "image") || given(spec, "runtimeVersionOverride")) {
    return;
  }
  const Value* image = spec->find("image");
  if (image->as_string() == nullptr || emit::has_version_tag(*image->as_string())) {
    return;
  }
  Diagnostic error;
  error.code = DiagnosticCode::kRequired;
  error.rule = RuleId("runtimeVersionOverride.required").text();
  error.path = "spec.runtimeVersionOverride";
  error.bad_value = *image->as_string();
  error.reason = "is required when spec.image has no parseable semantic-version tag";
  error.hint = "write the Dynamo version of the image, for example \"1.1.0\"";
  error.mark = image->mark;
  findings.add(std::move(error));
}

/// The newest API keeps its whole spec in one field that only it can read.
std::optional<Diagnostic> envelope_of_newer_api(const Document& document) {
  if (!given(document.root.find("spec"), "v1beta2")) {
    return std::nullopt;
  }
  Diagnostic warning;
  warning.severity = Severity::kWarning;
  warning.rule = RuleId("request.apiVersion").text();
  warning.path = "spec.v1beta2";
  warning.reason = "is newer than this webhook, which has not checked it";
  return warning;
}

}  // namespace

Judgement judge(const Document& document, const AdmissionOptions& options) {
  Judgement judgement;
  if (auto warning = envelope_of_newer_api(document)) {
    judgement.findings.add(*std::move(warning));
    return judgement;
  }
  ValidateOptions rules = options.validate;
  rules.nulls_pruned = true;
  ValidateResult checked = check_document(document, rules);
  judgement.request = std::move(checked.request);
  for (Diagnostic finding : checked.diagnostics.items()) {
    if (finding.rule == kMissingGpu) {
      continue;   // the operator's business, or said by check_hardware_given
    }
    if (only_a_doubt(finding)) {
      finding.severity = Severity::kWarning;
    }
    judgement.findings.add(std::move(finding));
  }
  if (!options.gpu_discovery) {
    check_hardware_given(document, judgement.findings);
  }
  if (options.require_runtime_version) {
    check_runtime_version(document, judgement.findings);
    judgement.findings.append(deprecated_names(document));
  }
  judgement.findings.sort();
  if (judgement.findings.has_errors()) {
    judgement.request.reset();
  }
  return judgement;
}

}  // namespace dynamo::admission

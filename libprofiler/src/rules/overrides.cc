#include <algorithm>
#include <array>
#include <string>

#include "request/suggestion.h"
#include "rules/rules.h"
#include "text/did_you_mean.h"

namespace dynamo {
namespace {

constexpr auto kDeploymentVersions = std::to_array<std::string_view>({"nvidia.com/v1alpha1", "nvidia.com/v1beta1"});
constexpr auto kDeploymentKinds = std::to_array<std::string_view>({"DynamoGraphDeployment"});

/// `overrides.dgd` is an embedded resource: the API server wants both words, the profiler run by hand does not.
void check_embedded(Report& report, RuleId rule, std::string_view key, std::span<const std::string_view> allowed) {
  const Value* value = report.spec.overrides_dgd.value.find(key);
  Finding finding{.rule = rule, .field = "overrides.dgd." + std::string(key), .hint = "write " + either(allowed)};
  if (value == nullptr || value->is_null()) {
    finding.code = DiagnosticCode::kRequired;
    finding.reason = "is missing; the API server refuses an override without it";
    finding.mark = report.spec.overrides_dgd.key_mark;
    report.warning(std::move(finding));
    return;
  }
  const std::string* text = value->as_string();
  if (text != nullptr && std::ranges::find(allowed, *text) != allowed.end()) {
    return;
  }
  finding.code = text == nullptr ? DiagnosticCode::kTypeInvalid : DiagnosticCode::kNotSupported;
  finding.reason = text == nullptr ? "must be a string"
                                   : "unknown value " + quoted(*text) + suggestion(nearest_names(*text, allowed, 1));
  finding.bad_value = text == nullptr ? std::string() : *text;
  finding.mark = value->mark;
  report.error(std::move(finding));
}

}  // namespace

void check_overrides(Report& report) {
  const RequestSpec& spec = report.spec;
  if (spec.overrides_dgd.set()) {
    check_embedded(report, "overrides.dgd.apiVersion", "apiVersion", kDeploymentVersions);
    check_embedded(report, "overrides.dgd.kind", "kind", kDeploymentKinds);
    report.request.overrides_dgd = spec.overrides_dgd.value;
  }
  if (spec.overrides_profiling_job.set()) {
    report.request.overrides_profiling_job = spec.overrides_profiling_job.value;
  }
  report.request.trust_remote_code = spec.trust_remote_code.value_or(false);
}

}  // namespace dynamo

#include "dynamo/profiler/assembly.h"

#include <algorithm>

#include "emit/api_version.h"
#include "emit/naming.h"
#include "emit/single_engine.h"
#include "emit/template/base_template.h"
#include "facts/backend_facts.h"
#include "rules/planner.h"

namespace dynamo {
namespace {

constexpr const char* kMockerStem = "mocker-disagg";

bool planned(const ValidatedRequest& request) { return !request.planner.is_null(); }

/// The engines, or the mocker in their place; where both have a word on the base template, the mocker's counts.
std::expected<Value, Diagnostics> base_of(const ValidatedRequest& request, const Value& picked, const EmitOptions& options,
                                          Diagnostics& warnings) {
  if (!request.mocker) return picked;
  Diagnostics findings;
  auto mocker = mocker_deployment(request, options, findings);
  for (const Diagnostic& warning : warnings.items()) {
    const auto same = [&](const Diagnostic& other) { return other.rule == warning.rule && other.path == warning.path; };
    if (std::ranges::none_of(findings.items(), same)) findings.add(warning);
  }
  warnings = std::move(findings);
  return mocker;
}

/// Planner and mocker are part of what tells two deployments apart, unless the user named them.
void name_whole(const ValidatedRequest& request, const Estimate& unit, const EmitOptions& options, Value& deployment) {
  const bool named = options.apply_overrides && request.overrides_dgd.find_path({"metadata", "name"}) != nullptr;
  if (named) return;
  emit::rename(request.mocker ? kMockerStem : emit::name_stem(unit.decode.backend, unit.mode), options, deployment);
}

void add_engines(const Value& picked, Backend backend, DeploymentApi api, const emit::DeclaredRuntime& runtime, Assembly& out) {
  if (auto prefill = emit::single_engine(picked, backend, emit::Role::kPrefill)) {
    out.prefill_engine = emit::in_version(std::move(*prefill), api, runtime);
  }
  if (auto decode = emit::single_engine(picked, backend, emit::Role::kDecode)) {
    out.decode_engine = emit::in_version(std::move(*decode), api, runtime);
  }
}

}  // namespace

bool needs_profile_data(const ValidatedRequest& request) {
  return request.mocker || (planned(request) && planner_scaling(request.planner).throughput);
}

bool names_runtime_version(std::string_view text) { return facts::runtime_release(text).has_value(); }

std::expected<Assembly, Diagnostics> assemble(const ValidatedRequest& request, const PickReport& report, const Curves* curves,
                                              const EmitOptions& options, Diagnostics& warnings) {
  EmitOptions plain = options;
  plain.api = DeploymentApi::kV1alpha1;
  auto emitted = emit_deployment(request, report, plain);
  if (!emitted) return std::unexpected(std::move(emitted.error()));
  Value picked = std::move(emitted->documents.back());
  const DeploymentApi api = emit::base_template(request, options).written_api(options.api);
  const Backend backend = report.chosen->unit.decode.backend;
  const emit::DeclaredRuntime runtime = emit::Images(request, backend, options.runtime_version).declared();
  Diagnostics found = std::move(emitted->warnings);

  Assembly out;
  if (!request.mocker && !planned(request)) {
    out.documents.push_back(emit::in_version(std::move(picked), api, runtime));
    warnings.append(found);
    return out;
  }
  auto base = base_of(request, picked, options, found);
  if (!base) return std::unexpected(std::move(base.error()));
  if (planned(request)) {
    auto map = add_planner(*base, request, report, curves != nullptr || !needs_profile_data(request), options, found);
    if (!map) return std::unexpected(std::move(map.error()));
    out.documents.push_back(std::move(*map));
  }
  if (needs_profile_data(request) && curves != nullptr) out.documents.push_back(add_profile_data(*base, request, *curves));
  if (curves != nullptr) add_engines(picked, backend, api, runtime, out);
  name_whole(request, report.chosen->unit, options, *base);
  out.picked = emit::in_version(std::move(picked), api, runtime);
  out.documents.push_back(emit::in_version(std::move(*base), api, runtime));
  warnings.append(found);
  return out;
}

}  // namespace dynamo

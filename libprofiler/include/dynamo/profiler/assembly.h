#pragma once

#include <expected>
#include <optional>
#include <string_view>
#include <vector>

#include "dynamo/profiler/curves.h"
#include "dynamo/profiler/emit.h"

namespace dynamo {

/// The files of a deployment with everything the request asks for around the picked engines.
struct Assembly {
  std::vector<Value> documents;   ///< ConfigMaps first, the DynamoGraphDeployment last
  std::optional<Value> picked;    ///< the deployment of the pick before planner and mocker; absent when there is neither
  std::optional<Value> prefill_engine, decode_engine;   ///< with curves: each engine they are of, deployed alone
};

/// Whether curves are made and travel with the deployment: a mocker or a planner that scales by throughput reads them.
[[nodiscard]] bool needs_profile_data(const ValidatedRequest& request);

/// `1.0.1`, `v1.6`: what `EmitOptions::runtime_version` takes.
[[nodiscard]] bool names_runtime_version(std::string_view text);

/// The picked deployment, or a mocker in its place, with the planner and the curves it asks for. `curves` may be nullptr: a
/// planner that needs them is then told that there was no sweep. Errors as of the parts.
[[nodiscard]] std::expected<Assembly, Diagnostics> assemble(const ValidatedRequest& request, const PickReport& report,
                                                            const Curves* curves, const EmitOptions& options,
                                                            Diagnostics& warnings);

// The three layers, for callers that assemble by themselves. Deployments are v1alpha1 here.

/// Prefill and decode workers without GPUs that answer at the speed of the curves they are given, with `overrides.dgd` laid over them.
/// Errors: an override that cannot be laid over.
[[nodiscard]] std::expected<Value, Diagnostics> mocker_deployment(const ValidatedRequest& request, const EmitOptions& options,
                                                                  Diagnostics& warnings);

/// Adds the planner service to a deployment; returns its `planner-config-…` ConfigMap. `swept` = it has the curves it needs.
/// Errors: a configuration this planner would refuse.
[[nodiscard]] std::expected<Value, Diagnostics> add_planner(Value& deployment, const ValidatedRequest& request,
                                                            const PickReport& report, bool swept, const EmitOptions& options,
                                                            Diagnostics& warnings);

/// Mounts the curves into planner and mocker workers of a deployment; returns their `planner-profile-data-…` ConfigMap.
[[nodiscard]] Value add_profile_data(Value& deployment, const ValidatedRequest& request, const Curves& curves);

}  // namespace dynamo

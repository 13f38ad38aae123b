#include "emit/naming.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "dynamo/profiler/document_io.h"
#include "facts/backend_facts.h"

namespace dynamo::emit {
namespace {

constexpr std::string_view kOperatorSuffix = "-dgd";
constexpr std::size_t kLeaderSuffixLength = 4;  ///< `-ldr`

}  // namespace

std::string content_digits(std::string_view text, std::size_t count) {
  std::uint64_t hash = 14695981039346656037u;  // FNV-1a, 64 bits
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  auto folded = static_cast<std::uint32_t>(hash ^ (hash >> 32));
  std::string digits(count, '0');
  for (auto it = digits.rbegin(); it != digits.rend(); ++it, folded >>= 4)
    *it = "0123456789abcdef"[folded & 15u];
  return digits;
}

std::string name_stem(Backend backend, ServingMode mode) {
  return std::string(name_of(backend)) + (mode == ServingMode::kDisaggregated ? "-disagg" : "-agg");
}

void rename(std::string_view stem, const EmitOptions& options, Value& deployment) {
  std::string name(stem);
  if (options.name_by_content) name += "-" + content_digits(write_json(*deployment.find("spec")), kNameDigits);
  deployment.find("metadata")->set("name", std::move(name));
}

namespace {

const std::string* given_name(const ValidatedRequest& request) {
  const Value* name = request.overrides_dgd.find_path({"metadata", "name"});
  return name == nullptr ? nullptr : name->as_string();
}

/// The name the operator gives the deployment, if it does.
std::size_t operator_name_length(const ValidatedRequest& request) {
  if (const std::string* given = given_name(request)) return given->size();
  return has_request_name(request) ? request.name.size() + kOperatorSuffix.size() : 0;
}

bool fits(const DeploymentPlan& plan, std::size_t deployment) {
  return std::ranges::all_of(plan.workers, [&](const WorkerPlan& worker) {
    return name_length(deployment, worker.service, worker.nodes > 1) <= kMaxNameLength;
  });
}

void use_backend_names(DeploymentPlan& plan) {
  for (auto& worker : plan.workers)
    worker.service = facts::backend_facts(plan.backend).service(worker.role);
}

std::string_view role_name(Role role) { return role == Role::kAggregated ? "worker" : name_of(role); }

void use_role_names(DeploymentPlan& plan) {
  for (auto& worker : plan.workers)
    worker.service = role_name(worker.role);
}

}  // namespace

std::size_t name_length(std::size_t deployment, std::string_view service, bool multinode) {
  return deployment + service.size() + (multinode ? service.size() + kLeaderSuffixLength : 0);
}

void name_deployment(const DeploymentPlan& plan, const EmitOptions& options, Value& deployment) {
  const std::string* given = deployment.find("metadata")->find("name")->as_string();
  if (given == nullptr || given->empty()) rename(name_stem(plan.backend, plan.mode), options, deployment);
}

std::size_t deployment_name_length(const DeploymentPlan& plan, const EmitOptions& options) {
  return name_stem(plan.backend, plan.mode).size() + (options.name_by_content ? 1 + kNameDigits : 0);
}

bool has_request_name(const ValidatedRequest& request) {
  constexpr std::string_view kDefaultName = "dynamo";
  return !request.name.empty() && request.name != kDefaultName;
}

Diagnostics name_services(const ValidatedRequest& request, const EmitOptions& options, DeploymentPlan& plan) {
  const std::string* given = options.apply_overrides ? given_name(request) : nullptr;
  const std::size_t ours = given != nullptr ? given->size() : deployment_name_length(plan, options);
  const std::size_t longest = std::max(ours, operator_name_length(request));
  use_backend_names(plan);
  if (fits(plan, longest))
    return {};
  use_role_names(plan);
  // A DGDR whose name alone is too long is the admission's business; the document we write must still be right by
  // itself.
  if (fits(plan, ours))
    return {};
  return one_error(DiagnosticCode::kInternal,
                   "emit.name_length",
                   "the generated deployment and service names exceed the operator's " +
                       std::to_string(kMaxNameLength) + " characters");
}

Diagnostics check_operator_names(const ValidatedRequest& request, const PickReport& report) {
  const std::size_t length = operator_name_length(request);
  auto plan = plan_deployment(request, report);
  if (length == 0 || !plan) return {};   // what is wrong with a plan is said where it is rendered
  use_role_names(*plan);
  std::size_t beside = 0;
  for (const WorkerPlan& worker : plan->workers) {
    beside = std::max(beside, name_length(0, worker.service, worker.nodes > 1));
  }
  if (length + beside <= kMaxNameLength) return {};
  const bool own = request.overrides_dgd.find_path({"metadata", "name"}) != nullptr;
  const std::size_t suffix = own ? 0 : kOperatorSuffix.size();
  Diagnostic warning;
  warning.severity = Severity::kWarning;
  warning.rule = "metadata.name.budget";
  warning.path = own ? "spec.overrides.dgd.metadata.name" : "metadata.name";
  warning.reason = "has " + std::to_string(length - suffix) + " characters; at most " +
                   std::to_string(kMaxNameLength - beside - suffix) + " leave the operator room for pod names";
  warning.hint = "the operator would refuse the deployment";
  Diagnostics found;
  found.add(std::move(warning));
  return found;
}

bool operator_names_always_fit(const ValidatedRequest& request) {
  const bool may_span_nodes = request.total_gpus > request.gpus_per_node;
  const std::size_t length = operator_name_length(request);
  return length == 0 || std::ranges::all_of(std::array{Role::kAggregated, Role::kPrefill, Role::kDecode}, [&](Role role) {
    return name_length(length, role_name(role), may_span_nodes) <= kMaxNameLength;
  });
}

}  // namespace dynamo::emit

#include "emit/template/base_template.h"

#include <algorithm>
#include <set>

#include "dynamo/profiler/document_io.h"
#include "emit/api_version.h"
#include "emit/template/merge_service.h"
#include "emit/template/services.h"
#include "emit/template/tree_merge.h"
#include "facts/backend_facts.h"

namespace dynamo::emit {
namespace {

Value without_nulls(const Value& value) {
  if (const Object* members = value.as_object()) {
    Value out = Object{};
    for (const Member& member : *members) {
      if (!member.value.is_null()) out.set(member.key, without_nulls(member.value));
    }
    return out;
  }
  if (const Array* items = value.as_array()) {
    Array out;
    for (const Value& item : *items) out.push_back(without_nulls(item));
    return out;
  }
  return value;
}

std::optional<DeploymentApi> api_of(const Value& tree) {
  if (const Value* version = tree.find("apiVersion"); version != nullptr && version->as_string() != nullptr) {
    return deployment_api_from_name(*version->as_string());
  }
  // Only one of them has components.
  if (tree.find_path({"spec", "components"}) != nullptr) return DeploymentApi::kV1beta1;
  return std::nullopt;
}

/// What the API server writes into metadata of a live object.
bool belongs_to_cluster(const std::string& key) {
  return key != "name" && key != "namespace" && key != "labels" && key != "annotations";
}

std::string joined(const std::set<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::string part_of(const ServiceTraits& traits) { return traits.role.empty() ? "aggregated" : traits.role; }

}  // namespace

BaseTemplate::BaseTemplate(const Value& overrides_dgd, bool planned) : planned_(planned) {
  const Object* members = overrides_dgd.as_object();
  if (members == nullptr || members->empty()) return;
  api_ = api_of(overrides_dgd);
  tree_ = without_nulls(overrides_dgd);
  if (api_ == DeploymentApi::kV1beta1) tree_ = to_v1alpha1(tree_);
}

BaseTemplate base_template(const ValidatedRequest& request, const EmitOptions& options) {
  return BaseTemplate(options.apply_overrides ? request.overrides_dgd : Value(), !request.planner.is_null());
}

const Value* BaseTemplate::planner() const {
  const Value* services = tree_.find_path({"spec", "services"});
  if (services == nullptr || services->as_object() == nullptr) return nullptr;
  const auto found = std::ranges::find_if(*services->as_object(), [](const Member& service) {
    return is_planner(traits_of(service.key, service.value));
  });
  return found == services->as_object()->end() ? nullptr : &found->value;
}

std::string BaseTemplate::service_path(const std::string& name) const {
  return api_ == DeploymentApi::kV1beta1 ? "spec.components[" + name + "]" : "spec.services." + name;
}

void BaseTemplate::name_workers(DeploymentPlan& plan) const {
  const Value* services = tree_.find_path({"spec", "services"});
  if (services == nullptr) return;
  for (WorkerPlan& worker : plan.workers) {
    const std::string role = worker.role == Role::kAggregated ? "" : std::string(name_of(worker.role));
    // The backend's own name stands in the template even where ours had to be shorter.
    const std::string usual(facts::backend_facts(plan.backend).service(worker.role));
    for (const std::string& name : {worker.service, usual}) {
      if (const Member* theirs = counterpart(*services, {name, "worker", role})) {
        worker.service = theirs->key;
        break;
      }
    }
  }
}

void BaseTemplate::apply(Value& deployment, Backend backend, Diagnostics& findings) const {
  if (empty()) return;
  TemplateReport report(findings);
  apply_metadata(deployment, report);
  if (tree_.find("status") != nullptr) report.dropped("status", "", "is the cluster's and was left out");
  const Value* spec = tree_.find("spec");
  if (spec == nullptr || spec->as_object() == nullptr) return;
  Value& ours = *deployment.find("spec");
  for (const Member& member : *spec->as_object()) {
    if (member.key == "services") continue;
    Value* known = ours.find(member.key);
    if (member.key == "backendFramework") {
      if (known != nullptr && !(*known == member.value)) {
        report.replaced("spec.backendFramework", write_json(member.value), write_json(*known));
      }
    } else if (known != nullptr) {
      merge_tree(*known, member.value);
    } else {
      ours.set(member.key, member.value);
    }
  }
  apply_services(ours, backend, report);
}

void BaseTemplate::apply_metadata(Value& deployment, TemplateReport& report) const {
  const Value* metadata = tree_.find("metadata");
  if (metadata == nullptr || metadata->as_object() == nullptr) return;
  Value& ours = *deployment.find("metadata");
  std::set<std::string> left_out;
  for (const Member& member : *metadata->as_object()) {
    Value* known = ours.find(member.key);
    if (belongs_to_cluster(member.key)) {
      left_out.insert(member.key);
    } else if (member.key == "labels" && known != nullptr) {
      // The labels that tie the deployment to its request are ours.
      Value merged = member.value;
      merge_tree(merged, *known);
      *known = std::move(merged);
    } else if (member.key == "namespace" && known != nullptr) {
      if (!(*known == member.value)) report.replaced("metadata.namespace", write_json(member.value), write_json(*known));
    } else {
      ours.set(member.key, member.value);
    }
  }
  if (Value* annotations = ours.find("annotations")) erase_member(*annotations, "kubectl.kubernetes.io/last-applied-configuration");
  if (!left_out.empty()) report.dropped("metadata", joined(left_out), "belongs to a live object and was left out");
}

void BaseTemplate::apply_services(Value& spec, Backend backend, TemplateReport& report) const {
  const Value* theirs = tree_.find_path({"spec", "services"});
  Value* services = spec.find("services");
  if (theirs == nullptr || theirs->as_object() == nullptr || services == nullptr) return;
  std::set<std::string> used;
  std::set<std::string> known;
  for (Member& service : *services->as_object()) {
    const Member* match = counterpart(*theirs, traits_of(service.key, service.value));
    if (match != nullptr && used.insert(match->key).second) {
      service.key = match->key;
      merge_service({backend, service_path(match->key)}, service.value, match->value, report);
    }
    known.insert(service.key);
  }
  for (const Member& extra : *theirs->as_object()) {
    if (used.contains(extra.key)) continue;
    const ServiceTraits traits = traits_of(extra.key, extra.value);
    if (planned_ && is_planner(traits)) continue;
    const std::string have = "this deployment has " + joined(known);
    if (is_worker(traits, extra.value)) {
      report.unknown_service(service_path(extra.key), "is a worker the pick has no part for (" + part_of(traits) + ") and was left out", have);
      continue;
    }
    report.unknown_service(service_path(extra.key), "is no service of the picked deployment; it is kept as written", have);
    services->set(extra.key, extra.value);
  }
}

}  // namespace dynamo::emit

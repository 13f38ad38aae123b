#include "emit/template/services.h"

#include <algorithm>

#include "facts/backend_facts.h"

namespace dynamo::emit {
namespace {

std::string text_of(const Value& service, std::string_view key) {
  const Value* value = service.find(key);
  const std::string* text = value == nullptr ? nullptr : value->as_string();
  return text == nullptr ? std::string() : *text;
}

bool is_example_name(std::string_view name) {
  return std::ranges::any_of(facts::kBackendRows, [&](const facts::BackendFacts& backend) {
    return std::ranges::find(backend.services, name) != std::end(backend.services);
  });
}

bool same_part(const ServiceTraits& a, const ServiceTraits& b) {
  return a.component == b.component && a.role == b.role && !a.component.empty();
}

}  // namespace

ServiceTraits traits_of(const std::string& name, const Value& service) {
  ServiceTraits traits{name, text_of(service, "componentType"), text_of(service, "subComponentType")};
  // Newer deployments say `componentType: prefill` for what older ones split in two.
  if (traits.component == "prefill" || traits.component == "decode") {
    traits.role = traits.component;
    traits.component = "worker";
  }
  return traits;
}

bool is_worker(const ServiceTraits& traits, const Value& service) {
  if (traits.component == "worker") return true;
  if (!traits.component.empty()) return false;
  return service.find_path({"resources", "limits", "gpu"}) != nullptr || !traits.role.empty() || is_example_name(traits.name);
}

bool is_planner(const ServiceTraits& traits) { return traits.component == "planner" || traits.name == kPlannerService; }

const Member* counterpart(const Value& template_services, const ServiceTraits& ours) {
  const Object* services = template_services.as_object();
  if (services == nullptr) return nullptr;
  const Member* found = nullptr;
  for (const Member& service : *services) {
    if (service.key == ours.name) return &service;
    if (!same_part(traits_of(service.key, service.value), ours)) continue;
    if (found != nullptr) return nullptr;   // two could be meant: neither is
    found = &service;
  }
  return found;
}

}  // namespace dynamo::emit

#pragma once

#include <string>
#include <string_view>

#include "dynamo/profiler/document.h"

namespace dynamo::emit {

/// What tells one service of a deployment from another.
struct ServiceTraits {
  std::string name;
  std::string component;   ///< `componentType`: frontend, worker, planner, …
  std::string role;        ///< `subComponentType`: prefill, decode or empty
};

[[nodiscard]] ServiceTraits traits_of(const std::string& name, const Value& service);

/// An engine: by its type, its GPUs, or the name the backends' examples give to one.
[[nodiscard]] bool is_worker(const ServiceTraits& traits, const Value& service);

inline constexpr std::string_view kPlannerService = "Planner";
[[nodiscard]] bool is_planner(const ServiceTraits& traits);

/// The service of the base template that plays the part of `ours`: by name, else by type and role where only one has
/// them. nullptr = none.
[[nodiscard]] const Member* counterpart(const Value& template_services, const ServiceTraits& ours);

}  // namespace dynamo::emit

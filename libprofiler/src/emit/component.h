#pragma once

#include <string>

#include "dynamo/profiler/document.h"

namespace dynamo::emit {

/// A service of v1alpha1 as a component of v1beta1, whose pod is an ordinary pod template with a container `main`.
[[nodiscard]] Value component_of(const std::string& name, const Value& service);
/// The way back.
[[nodiscard]] Value service_of(const Value& component);

/// The image of the component's engine; nullptr if it has none.
[[nodiscard]] const std::string* main_image(const Value& component);

}  // namespace dynamo::emit

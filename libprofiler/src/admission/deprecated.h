#pragma once

#include "dynamo/profiler/document.h"

namespace dynamo::admission {

/// Warnings about names that a newer operator still translates but will not for ever: of the GPU, and of components in
/// `spec.overrides.dgd`. Ordered by path.
[[nodiscard]] Diagnostics deprecated_names(const Document& document);

}  // namespace dynamo::admission

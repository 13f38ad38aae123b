#pragma once

#include <string_view>

#include "dynamo/profiler/document.h"

namespace dynamo {

/// The value of an unquoted scalar as Kubernetes reads it (sigs.k8s.io/yaml): `yes`, `on` and `y` are booleans, `017` and
/// `0o17` octal, `1_000` an integer, dates and `12:30` strings.
[[nodiscard]] Value resolve_plain_scalar(std::string_view text);

/// Whether every common reader, of YAML 1.1 or 1.2, takes the unquoted text for a string.
[[nodiscard]] bool always_reads_as_string(std::string_view text);

}  // namespace dynamo

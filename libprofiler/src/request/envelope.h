#pragma once

#include "dynamo/profiler/request.h"

namespace dynamo {

/// Whether a document is meant as a custom resource (`apiVersion`, `kind`, `metadata`, `spec`) and not as a bare spec.
[[nodiscard]] bool is_custom_resource(const Value& root);

inline constexpr std::string_view kApiVersion = "nvidia.com/v1beta1";
inline constexpr std::string_view kKind = "DynamoGraphDeploymentRequest";

/// Reads everything around the spec: apiVersion, kind, metadata. Fills the names and the position of the spec.
/// Returns the spec, or nullptr if the document has none.
[[nodiscard]] const Value* decode_envelope(const Document& document, RequestSpec& request, Diagnostics& diagnostics);

}  // namespace dynamo

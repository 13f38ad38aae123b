#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/document.h"

namespace dynamo::explain {

/// docs/explanation.schema.json, as text.
[[nodiscard]] std::string_view explanation_schema();

/// A member that is not as a schema says.
struct SchemaBreak {
  std::string path;            ///< `funnel.stages[0].title`
  std::string reason;          ///< `is missing`, `must be a number or null`
  bool missing = false;
};

/// The first `most` members of `value` that are missing or of another type than `schema` says, in its order. Values of an enum, a const
/// and bounds are not looked at: a later release may add some within a version.
[[nodiscard]] std::vector<SchemaBreak> schema_breaks(const Value& value, const Value& schema, std::size_t most);

}  // namespace dynamo::explain

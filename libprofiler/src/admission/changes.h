#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/admission.h"
#include "dynamo/profiler/diagnostic.h"
#include "dynamo/profiler/document.h"

namespace dynamo::admission {

/// A value that an update added, removed or replaced. Null counts as absent, and 1 equals 1.0.
struct Change {
  std::string path;             ///< below the spec, e.g. `workload.osl`
  const Value* before = nullptr;   ///< nullptr = absent
  const Value* after = nullptr;
};

/// Every difference between two specs, in the order of the old one, then what is new.
[[nodiscard]] std::vector<Change> changes_between(const Value* before, const Value* after);

/// `autoApply` went from an explicit false to true or absent.
[[nodiscard]] bool switches_apply_on(const Change& change);

/// The error for changes that the phase of the old object does not allow.
[[nodiscard]] std::optional<Diagnostic> forbidden_update(const std::vector<Change>& changes,
                                                         const Value& old_object,
                                                         Immutability immutability);

}  // namespace dynamo::admission

#pragma once

#include <string>

#include "dynamo/profiler/diagnostic.h"

namespace dynamo::emit {

/// Collects what became of the values of `overrides.dgd`, by their place in the request.
class TemplateReport {
 public:
  explicit TemplateReport(Diagnostics& findings) : findings_(findings) {}

  /// The profiler decides this: what was written gave way to `ours`.
  void replaced(const std::string& path, const std::string& theirs, const std::string& ours) {
    add("overrides.dgd.replaced", path, theirs,
        about(theirs) + (ours.empty() ? "is the profiler's to decide and was left out" : "is the profiler's to decide; it is " + ours),
        "change the request, or drop the value");
  }
  /// Written as asked, though the prediction was made for something else.
  void unmodelled(const std::string& path, const std::string& theirs, const std::string& modelled) {
    add("overrides.dgd.unmodelled", path, theirs,
        about(theirs) + (modelled.empty() ? "is kept, but was not modelled" : "is kept, but " + modelled + " was modelled"),
        "the predicted numbers do not hold for it");
  }
  void unknown_service(const std::string& path, const std::string& reason, const std::string& hint) {
    add("overrides.dgd.service", path, {}, reason, hint);
  }
  void dropped(const std::string& path, const std::string& theirs, const std::string& reason) {
    add("overrides.dgd.replaced", path, theirs, about(theirs) + reason, {});
  }
  void error(const std::string& path, const std::string& theirs, const std::string& reason, const std::string& hint) {
    add("overrides.dgd.unusable", path, theirs, reason, hint, Severity::kError);
  }

 private:
  static std::string about(const std::string& value) { return value.empty() ? value : value + " "; }

  void add(std::string rule, const std::string& path, const std::string& value, std::string reason, std::string hint,
           Severity severity = Severity::kWarning) {
    Diagnostic finding;
    finding.severity = severity;
    finding.rule = std::move(rule);
    finding.path = "spec.overrides.dgd." + path;
    finding.bad_value = value;
    finding.reason = std::move(reason);
    finding.hint = std::move(hint);
    findings_.add(std::move(finding));
  }

  Diagnostics& findings_;
};

}  // namespace dynamo::emit

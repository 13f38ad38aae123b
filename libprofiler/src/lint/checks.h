#pragma once

#include <span>
#include <string>

#include "dynamo/profiler/lint.h"
#include "lint/deployment_view.h"

namespace dynamo::lint {

/// Collects what the checks find.
class Findings {
 public:
  void error(std::string rule, std::string path, std::string reason, std::string hint = {}, std::string value = {}) {
    add(Severity::kError, std::move(rule), std::move(path), std::move(reason), std::move(hint), std::move(value));
  }
  void warning(std::string rule, std::string path, std::string reason, std::string hint = {}, std::string value = {}) {
    add(Severity::kWarning, std::move(rule), std::move(path), std::move(reason), std::move(hint), std::move(value));
  }
  [[nodiscard]] Diagnostics take() { return std::move(found_); }

 private:
  void add(Severity severity, std::string rule, std::string path, std::string reason, std::string hint, std::string value) {
    Diagnostic finding;
    finding.severity = severity;
    finding.rule = std::move(rule);
    finding.path = std::move(path);
    finding.reason = std::move(reason);
    finding.hint = std::move(hint);
    finding.bad_value = std::move(value);
    found_.add(std::move(finding));
  }

  Diagnostics found_;
};

void check_names(const DeploymentView& deployment, Findings& findings);
void check_gpus(const DeploymentView& deployment, const LintOptions& options, Findings& findings);
void check_flags(const DeploymentView& deployment, Findings& findings);
/// `documents` is everything that is applied together.
void check_references(const DeploymentView& deployment, std::span<const Value> documents, const LintOptions& options,
                      Findings& findings);

}  // namespace dynamo::lint

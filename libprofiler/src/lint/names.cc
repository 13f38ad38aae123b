#include <algorithm>
#include <cctype>
#include <set>

#include "emit/naming.h"
#include "lint/checks.h"

namespace dynamo::lint {
namespace {

bool is_dns_label(const std::string& name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= 63 && letter(name.front()) && letter(name.back()) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || c == '-' || c == '.'; });
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

void check_budget(const DeploymentView& deployment, const ServiceView& service, Findings& findings) {
  const std::size_t length = emit::name_length(deployment.name.size(), service.name, service.nodes > 1);
  if (length <= emit::kMaxNameLength) return;
  findings.error("lint.name.budget", service.path,
                 "the names of deployment and service come to " + std::to_string(length) + " characters; the operator allows " +
                     std::to_string(emit::kMaxNameLength),
                 service.nodes > 1 ? "a service over several nodes counts twice, plus 4; shorten either name" : "shorten either name");
}

}  // namespace

void check_names(const DeploymentView& deployment, Findings& findings) {
  if (!is_dns_label(deployment.name)) {
    findings.error("lint.name", "metadata.name", deployment.name.empty() ? "is missing" : "is no name Kubernetes accepts",
                   "lower-case letters, digits and -, at most 63", deployment.name);
  }
  if (deployment.services.empty()) findings.error("lint.services", "spec.services", "is empty", "a deployment has at least one service");
  std::set<std::string> seen;
  for (const ServiceView& service : deployment.services) {
    if (!seen.insert(lower(service.name)).second) {
      findings.error("lint.services.unique", service.path, "differs from another service in upper and lower case only");
    }
    check_budget(deployment, service, findings);
  }
}

}  // namespace dynamo::lint

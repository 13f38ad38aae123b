#include <algorithm>
#include <map>

#include "emit/image.h"
#include "lint/checks.h"
#include "text/did_you_mean.h"

namespace dynamo::lint {
namespace {

std::optional<facts::RuntimeRelease> release_of(const ServiceView& service) {
  if (const Value* written = service.tree->find("runtimeVersionOverride"); written != nullptr && written->as_string() != nullptr) {
    return facts::runtime_release(*written->as_string());
  }
  return facts::runtime_release(emit::parse_image(service.image).tag);
}

std::string text_of(const facts::RuntimeRelease& release) {
  return std::to_string(release.major) + "." + std::to_string(release.minor) + "." + std::to_string(release.patch);
}

std::vector<std::string_view> all_flags(const facts::BackendFacts& backend) {
  std::vector<std::string_view> names;
  for (const facts::BackendFlag& flag : backend.flags) {
    if (!flag.in_overrides) names.push_back(flag.flag);
  }
  for (const facts::FlagAlias& alias : backend.aliases) {
    names.push_back(alias.alias);
    names.push_back(alias.flag);
  }
  names.insert(names.end(), backend.layout_flags.begin(), backend.layout_flags.end());
  names.insert(names.end(), backend.known_flags.begin(), backend.known_flags.end());
  return names;
}

/// Flags that exist in other releases only.
void check_release(const ServiceView& service, const facts::BackendFacts& backend, std::string_view flag, Findings& findings) {
  const auto release = release_of(service);
  if (!release) return;
  const facts::BackendFlag* known = nullptr;
  for (const facts::BackendFlag& candidate : backend.flags) {
    if (candidate.flag != flag) continue;
    if (*release >= candidate.from && (!candidate.until || *release < *candidate.until)) return;
    known = &candidate;
  }
  if (known == nullptr) return;
  const bool early = *release < known->from;
  findings.error("lint.flags.release", service.path, "runtime " + text_of(*release) + " does not have " + std::string(flag),
                 early ? "it came with " + text_of(known->from) : "it went with " + text_of(*known->until));
}

void check_service(const ServiceView& service, Findings& findings) {
  const facts::BackendFacts& backend = facts::backend_facts(*service.backend);
  const std::vector<std::string_view> known = all_flags(backend);
  std::map<std::string, int> count;
  for (const emit::Argument& argument : service.args.flags) {
    const std::string flag(backend.canonical_flag(argument.flag));
    if (++count[flag] == 2) {
      findings.error("lint.flags.duplicate", service.path, flag + " is given twice", "the engine obeys the last; keep one", argument.text());
    }
    if (std::ranges::find(known, flag) != known.end()) {
      check_release(service, backend, flag, findings);
      continue;
    }
    const auto near = nearest_names(flag, known, 1);
    findings.warning("lint.flags.unknown", service.path,
                     flag + " is not among the flags known of " + std::string(backend.name) +
                         (near.empty() ? "" : "; did you mean " + std::string(near.front()) + "?"),
                     "fine if this release of the engine has it");
  }
}

}  // namespace

void check_flags(const DeploymentView& deployment, Findings& findings) {
  for (const ServiceView& service : deployment.services) {
    if (service.backend) check_service(service, findings);
  }
}

}  // namespace dynamo::lint

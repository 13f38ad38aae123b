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
  for (const facts::KnownFlag& known : backend.known_flags) names.push_back(known.flag);
  return names;
}

/// The releases that have a flag. Several spans may be known of one.
struct Span {
  facts::RuntimeRelease from;
  std::optional<facts::RuntimeRelease> until;

  [[nodiscard]] bool holds(const facts::RuntimeRelease& release) const { return release >= from && (!until || release < *until); }
};

std::vector<Span> spans_of(const facts::BackendFacts& backend, std::string_view flag) {
  std::vector<Span> spans;
  for (const facts::BackendFlag& known : backend.flags) {
    if (known.flag == flag) spans.push_back({known.from, known.until});
  }
  for (const facts::KnownFlag& known : backend.known_flags) {
    if (known.flag == flag) spans.push_back({known.from, known.until});
  }
  return spans;
}

/// Flags that exist in other releases only.
void check_release(const ServiceView& service, const facts::BackendFacts& backend, std::string_view flag, Findings& findings) {
  const auto release = release_of(service);
  const std::vector<Span> spans = spans_of(backend, flag);
  if (!release || spans.empty() || std::ranges::any_of(spans, [&](const Span& span) { return span.holds(*release); })) return;
  const Span& nearest = spans.back();
  const bool early = *release < nearest.from;
  findings.error("lint.flags.release", service.path, "runtime " + text_of(*release) + " does not have " + std::string(flag),
                 early ? "it came with " + text_of(nearest.from) : "it went with " + text_of(*nearest.until));
}

/// The name by which a flag is known: without what follows a dot (one member of an object) and without the `no-` of a switch that
/// is known only when on.
std::string known_name(std::string flag, const std::vector<std::string_view>& known) {
  constexpr std::string_view kOff = "--no-";
  const auto is_known = [&](std::string_view name) { return std::ranges::find(known, name) != known.end(); };
  if (is_known(flag)) return flag;
  if (const auto dot = flag.find('.'); dot != std::string::npos) flag.resize(dot);
  if (flag.starts_with(kOff) && is_known("--" + flag.substr(kOff.size()))) return "--" + flag.substr(kOff.size());
  return flag;
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
    const std::string name = known_name(flag, known);
    if (std::ranges::find(known, name) != known.end()) {
      check_release(service, backend, name, findings);
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

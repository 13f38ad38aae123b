#include "facts/backend_facts.h"

#include <algorithm>

namespace dynamo::facts {

const BackendFlag* BackendFacts::find_flag(FlagMeaning meaning, EngineRole role,
                                           std::optional<RuntimeRelease> release) const {
  const auto applies = [&](const BackendFlag& flag) {
    if (flag.meaning != meaning || !flag.roles[static_cast<int>(role)]) return false;
    if (!release) return !flag.until;
    return *release >= flag.from && (!flag.until || *release < *flag.until);
  };
  const auto found = std::ranges::find_if(flags, applies);
  return found == flags.end() ? nullptr : &*found;
}

std::string_view BackendFacts::canonical_flag(std::string_view flag) const {
  const auto found = std::ranges::find(aliases, flag, &FlagAlias::alias);
  return found == aliases.end() ? flag : found->flag;
}

std::optional<FlagMeaning> BackendFacts::meaning_of(std::string_view flag) const {
  const auto found = std::ranges::find(flags, flag, &BackendFlag::flag);
  if (found == flags.end()) return std::nullopt;
  return found->meaning;
}

std::optional<std::string_view> BackendFacts::kv_spelling(KvQuant format) const {
  const auto found = std::ranges::find(kv_formats, format, &KvSpelling::format);
  if (found == kv_formats.end()) return std::nullopt;
  return found->spelling;
}

std::string_view BackendFacts::engine_version(RuntimeRelease release) const {
  const auto found = std::ranges::find(releases, release, &EngineRelease::runtime);
  return found == releases.end() ? std::string_view() : found->engine;
}

const BackendFacts& backend_facts(Backend backend) {
  // The compiler of the data files refuses to build without all backends.
  return *std::ranges::find(kBackendRows, dynamo::name_of(backend), &BackendFacts::name);
}

std::string why_not_on(Backend backend, const SystemSpec& system) {
  const BackendFacts& facts = backend_facts(backend);
  const auto version = [](int capability) { return std::to_string(capability / 10) + "." + std::to_string(capability % 10); };
  if (system.sm_version == 0) return facts.other_vendors ? "" : std::string(facts.name) + " runs on NVIDIA GPUs only";
  if (system.sm_version >= facts.min_compute_capability) return {};
  return std::string(facts.name) + " needs compute capability " + version(facts.min_compute_capability) + ", " + system.name +
         " has " + version(system.sm_version);
}

}  // namespace dynamo::facts

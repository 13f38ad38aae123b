#include "tables/import/catalog.h"

#include <algorithm>
#include <set>

#include "tables/import/versions.h"

namespace dynamo::tables {
namespace {

constexpr std::string_view kTail = "_perf.parquet";
constexpr std::string_view kRule = "tables.import.package";

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    parts.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

std::string_view as_text(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Reads one YAML file of the package; a problem goes into `problems`.
template <typename Parse>
auto read_yaml_file(const Package& package, const std::string& path, Parse parse, Diagnostics& problems) {
  using Result = typename decltype(parse(std::string_view{}))::value_type;
  const auto fail = [&](const std::string& why) {
    problems.append(one_error(DiagnosticCode::kInvalid, std::string(kRule), "systems/" + path + ": " + why,
                              "download the package again; it may be damaged"));
    return Result{};
  };
  const auto bytes = package.read(path);
  if (!bytes) return fail(bytes.error());
  auto parsed = parse(as_text(*bytes));
  if (!parsed) return fail(parsed.error());
  return std::move(*parsed);
}

template <typename Map>
std::vector<std::string> newest_first(const Map& versions) {
  std::vector<std::string> names;
  for (const auto& [name, families] : versions) {
    if (is_pep440(name)) names.push_back(name);
  }
  std::stable_sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return pep440_less(b, a); });
  return names;
}

/// The first family (in sorted order) that holds the file; a file name lives in one family in practice.
template <typename Map>
const std::string* locate(const Map& versions, const std::string& version, const std::string& file) {
  const auto families = versions.find(version);
  if (families == versions.end()) return nullptr;
  for (const auto& [family, files] : families->second) {
    if (const auto found = files.find(file); found != files.end()) return &found->second;
  }
  return nullptr;
}

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

std::expected<Catalog, Diagnostics> Catalog::build(const Package& package) {
  Catalog out;
  Diagnostics problems;
  out.queries_ = read_yaml_file(package, "query_versions.yaml", parse_query_versions, problems);
  if (package.has("perf_data_reuse_manifest.yaml")) {
    out.groups_ = read_yaml_file(package, "perf_data_reuse_manifest.yaml", parse_share_groups, problems);
  }
  for (const auto& [path, index] : package.files()) {
    const std::vector<std::string> parts = split(path);
    if (parts.size() == 1 && path.ends_with(".yaml")) {
      const std::string name = path.substr(0, path.size() - 5);
      const std::string marker = "data/" + name + "/";
      const auto data = package.files().lower_bound(marker);
      if (data == package.files().end() || !data->first.starts_with(marker)) continue;
      out.systems_[name].libraries = read_yaml_file(package, path, parse_system, problems);
    }
    if (parts.size() != 6 || parts[0] != "data" || parts[2].starts_with('.')) continue;
    const std::string folder = path.substr(0, path.size() - parts[5].size());
    const bool unusable = package.has(folder + "INCOMPLETE.txt") && !package.has(folder + "collection_meta.yaml");
    if (unusable) continue;
    System& system = out.systems_[parts[1]];
    if (parts[5].ends_with(kTail)) {
      system.backends[parts[3]][parts[4]][parts[2]][parts[5]] = path;
      system.family_of.emplace(parts[5], parts[2]);
    } else if (parts[5] == "reuse.yaml") {
      auto& list = system.reuse[parts[3]][parts[4]];
      for (Reuse& reuse : read_yaml_file(package, path, parse_reuse, problems)) list.push_back(std::move(reuse));
      system.backends[parts[3]][parts[4]];
    }
  }
  if (problems.has_errors()) return std::unexpected(std::move(problems));
  return out;
}

std::vector<std::string> Catalog::systems() const {
  std::vector<std::string> names;
  for (const auto& [name, system] : systems_) names.push_back(name);
  return names;
}

const Catalog::Versions* Catalog::versions(const std::string& system, const std::string& backend) const {
  const auto found = systems_.find(system);
  if (found == systems_.end()) return nullptr;
  const auto versions = found->second.backends.find(backend);
  return versions == found->second.backends.end() ? nullptr : &versions->second;
}

bool Catalog::overridden(const std::string& system, const std::string& backend) const {
  const auto found = queries_.overrides.find(system);
  return found != queries_.overrides.end() && found->second.contains(backend);
}

std::optional<std::string> Catalog::next_version(const std::string& backend, const std::string& current) const {
  std::optional<std::string> best;
  for (const auto& [name, system] : systems_) {
    const Versions* own = versions(name, backend);
    if (own == nullptr || overridden(name, backend)) continue;
    for (const auto& [version, families] : *own) {
      const bool newer = !families.empty() && slot_order_less(current, version);
      if (newer && (!best || slot_order_less(*best, version))) best = version;
    }
  }
  return best;
}

std::optional<VersionSlots> Catalog::slots(const std::string& system, const std::string& backend) const {
  const Versions* own = versions(system, backend);
  if (own == nullptr || own->empty()) return std::nullopt;
  const bool special = overridden(system, backend);
  const auto& entries = special ? queries_.overrides.at(system) : queries_.defaults;
  const auto entry = entries.find(backend);
  if (entry == entries.end()) return std::nullopt;
  VersionSlots out{entry->second.current, entry->second.previous, std::nullopt};
  if (!special) out.next = next_version(backend, out.current);
  return out;
}

std::vector<std::string> Catalog::stems(const std::string& system) const {
  std::vector<std::string> out;
  if (const auto found = systems_.find(system); found != systems_.end()) {
    for (const auto& [file, family] : found->second.family_of) out.push_back(file.substr(0, file.size() - kTail.size()));
  }
  return out;
}

void Catalog::add_library(const System& system, const std::string& file, std::vector<RowSource>& out) const {
  const bool nccl = file.starts_with("nccl");
  const auto versions = system.backends.find(nccl ? "nccl" : "oneccl");
  if (versions == system.backends.end()) return;
  const std::string* path = locate(versions->second, nccl ? system.libraries.nccl : system.libraries.oneccl, file);
  if (path != nullptr) out.push_back({*path, std::nullopt});
}

void Catalog::add_declared_and_older(const System& system,
                                     const std::string& backend,
                                     const std::string& version,
                                     const std::string& file,
                                     bool declared,
                                     std::vector<RowSource>& out) const {
  const auto own = system.backends.find(backend);
  if (own == system.backends.end()) return;
  std::vector<std::string> donors;
  const std::string table = file.substr(0, file.size() - std::string_view(".parquet").size());
  const auto by_version = system.reuse.find(backend);
  if (declared && by_version != system.reuse.end()) {
    if (const auto list = by_version->second.find(version); list != by_version->second.end()) {
      for (const Reuse& reuse : list->second) {
        if (reuse.table == table && !contains(donors, reuse.from_version)) donors.push_back(reuse.from_version);
      }
    }
  }
  for (const std::string& older : newest_first(own->second)) {
    if (is_pep440(version) && pep440_less(older, version) && !contains(donors, older)) donors.push_back(older);
  }
  for (const std::string& donor : donors) {
    if (const std::string* path = locate(own->second, donor, file)) out.push_back({*path, std::nullopt});
  }
}

void Catalog::add_other_backends(const System& system,
                                 const std::string& backend,
                                 const std::string& file,
                                 std::vector<RowSource>& out) const {
  std::map<std::string, std::vector<std::string>> kernels_of;  // framework → admissible kernels
  for (const ShareGroup& group : groups_) {
    if (group.file != file || !contains(group.frameworks, backend)) continue;
    for (const std::string& framework : group.frameworks) {
      if (framework != backend) kernels_of[framework].push_back(group.kernel_source);
    }
  }
  for (const auto& [framework, kernels] : kernels_of) {
    const auto versions = system.backends.find(framework);
    if (versions == system.backends.end()) continue;
    for (const std::string& version : newest_first(versions->second)) {
      if (const std::string* path = locate(versions->second, version, file)) out.push_back({*path, kernels});
    }
  }
}

std::vector<RowSource> Catalog::resolve(const std::string& system_name,
                                        const std::string& backend,
                                        const std::string& version,
                                        const std::string& stem,
                                        Sources sources) const {
  std::vector<RowSource> out;
  const auto found = systems_.find(system_name);
  if (found == systems_.end()) return out;
  const System& system = found->second;
  const std::string file = stem + std::string(kTail);
  if (stem == "nccl" || stem == "oneccl") {
    add_library(system, file, out);
    return out;
  }
  if (const Versions* own = versions(system_name, backend)) {
    if (const std::string* path = locate(*own, version, file)) out.push_back({*path, std::nullopt});
  }
  if (sources == Sources::kPrimary) return out;
  const auto family = system.family_of.find(file);
  const bool communication = family != system.family_of.end() && family->second == "comm";
  add_declared_and_older(system, backend, version, file, !communication, out);
  if (!communication) add_other_backends(system, backend, file, out);
  return out;
}

}  // namespace dynamo::tables

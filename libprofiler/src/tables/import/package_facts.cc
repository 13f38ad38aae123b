#include "tables/import/package_facts.h"

#include <yaml-cpp/yaml.h>

namespace dynamo::tables {
namespace {

template <typename Result, typename Read>
std::expected<Result, std::string> guarded(std::string_view text, Read read) {
  try {
    return read(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& error) {
    return std::unexpected("line " + std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
}

std::string text_of(const YAML::Node& node) {
  return node && node.IsScalar() ? node.Scalar() : std::string();
}

std::map<std::string, SlotEntry> slot_entries(const YAML::Node& node) {
  std::map<std::string, SlotEntry> out;
  for (const auto& item : node) {
    SlotEntry entry{text_of(item.second["current"]), std::nullopt};
    if (const std::string previous = text_of(item.second["previous"]); !previous.empty() && previous != "null") {
      entry.previous = previous;
    }
    if (!entry.current.empty() && entry.current != "null") out.emplace(item.first.Scalar(), std::move(entry));
  }
  return out;
}

}  // namespace

std::expected<QueryVersions, std::string> parse_query_versions(std::string_view text) {
  return guarded<QueryVersions>(text, [](const YAML::Node& root) {
    QueryVersions out;
    out.defaults = slot_entries(root["defaults"]);
    for (const auto& item : root["overrides"]) out.overrides.emplace(item.first.Scalar(), slot_entries(item.second));
    return out;
  });
}

std::expected<std::vector<Reuse>, std::string> parse_reuse(std::string_view text) {
  return guarded<std::vector<Reuse>>(text, [](const YAML::Node& root) {
    std::vector<Reuse> out;
    for (const auto& item : root["reuse"]) out.push_back({text_of(item["table"]), text_of(item["from_version"])});
    return out;
  });
}

std::expected<std::vector<ShareGroup>, std::string> parse_share_groups(std::string_view text) {
  return guarded<std::vector<ShareGroup>>(text, [](const YAML::Node& root) {
    std::vector<ShareGroup> out;
    for (const auto& item : root["groups"]) {
      if (text_of(item["tier"]) == "absence_load_bearing") continue;
      ShareGroup group{text_of(item["op_file"]), text_of(item["kernel_source"]), {}};
      for (const auto& framework : item["frameworks"]) group.frameworks.push_back(text_of(framework));
      out.push_back(std::move(group));
    }
    return out;
  });
}

std::expected<SystemLibraries, std::string> parse_system(std::string_view text) {
  return guarded<SystemLibraries>(text, [](const YAML::Node& root) {
    return SystemLibraries{text_of(root["data_dir"]), text_of(root["misc"]["nccl_version"]),
                           text_of(root["misc"]["oneccl_version"])};
  });
}

}  // namespace dynamo::tables

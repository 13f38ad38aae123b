#include <algorithm>

#include "facts/backend_facts.h"
#include "facts/compiler/compile.h"
#include "facts/compiler/fact_file.h"

namespace dynamo::facts_compiler {
namespace {

constexpr const char* kRoles[] = {"aggregated", "prefill", "decode"};  // as EngineRole
constexpr std::string_view kBackends[] = {"sglang", "trtllm", "vllm"};

std::string joined(const std::vector<std::string>& parts) {
  std::string out = "{";
  for (const std::string& part : parts) out += part + ", ";
  return out + "}";
}

/// A data key as the name of an enumerator: `max_batch` is `kMaxBatch`.
std::string enumerator(const std::string& key) {
  std::string out = "k";
  bool upper = true;
  for (const char c : key) {
    if (c != '_') out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = c == '_';
  }
  return out;
}

std::string release(const FactNode& node) {
  const auto version = facts::runtime_release(node.text());
  if (!version) node.fail("'" + node.text() + "' is not a release such as 1.3.0");
  return "{" + std::to_string(version->major) + ", " + std::to_string(version->minor) + ", " +
         std::to_string(version->patch) + "}";
}

std::string roles(const FactNode& list) {
  const std::vector<std::string> named = list.words();
  for (const std::string& role : named) {
    if (std::find(std::begin(kRoles), std::end(kRoles), role) == std::end(kRoles)) {
      list.fail("unknown role '" + role + "'");
    }
  }
  std::vector<std::string> out;
  for (const char* role : kRoles) out.emplace_back(std::ranges::find(named, role) != named.end() ? "true" : "false");
  return joined(out);
}

std::string flag_row(const FactNode& flag) {
  flag.allow_only({"meaning", "flag", "value", "switch", "in_overrides", "roles", "from", "until"});
  const FactNode meaning = flag.at("meaning");
  if (!facts::flag_meaning_from_name(meaning.text())) meaning.fail("unknown meaning '" + meaning.text() + "'");
  RowWriter row;
  row.expression("meaning", "FlagMeaning::" + enumerator(meaning.text()));
  row.text("flag", flag.at("flag").text());
  if (const auto value = flag.find("value")) row.text("value", value->text());
  if (const auto value = flag.find("switch")) row.expression("is_switch", value->boolean() ? "true" : "false");
  if (const auto value = flag.find("in_overrides")) row.expression("in_overrides", value->boolean() ? "true" : "false");
  if (const auto value = flag.find("roles")) row.expression("roles", roles(*value));
  if (const auto value = flag.find("from")) row.expression("from", release(*value));
  if (const auto value = flag.find("until")) row.expression("until", "RuntimeRelease" + release(*value));
  return row.braced();
}

std::string kv_formats(const FactNode& formats, TableWriter& out) {
  std::vector<std::string> rows;
  for (const auto& [format, spelling] : formats.members()) {
    rows.push_back("{KvQuant::" + enumerator(format) + ", " + TableWriter::quoted(spelling.text()) + "}");
  }
  return out.list("KvSpelling", rows);
}

std::string releases(const FactNode& node, TableWriter& out) {
  std::vector<std::pair<facts::RuntimeRelease, std::string>> rows;
  for (const auto& [runtime, engine] : node.members()) {
    const auto version = facts::runtime_release(runtime);
    if (!version) engine.fail("'" + runtime + "' is not a release such as 1.3.0");
    rows.emplace_back(*version, "{{" + std::to_string(version->major) + ", " + std::to_string(version->minor) + ", " +
                                    std::to_string(version->patch) + "}, " + TableWriter::quoted(engine.text()) + "}");
  }
  std::sort(rows.rbegin(), rows.rend());
  std::vector<std::string> bodies;
  for (auto& row : rows) bodies.push_back(std::move(row.second));
  return out.list("EngineRelease", bodies);
}

std::string flags(const FactNode& node, TableWriter& out) {
  std::vector<std::string> rows;
  for (const FactNode& flag : node.items()) rows.push_back(flag_row(flag));
  return out.list("BackendFlag", rows);
}

std::string aliases(const FactNode& node, TableWriter& out) {
  std::vector<std::string> rows;
  for (const auto& [alias, flag] : node.members()) {
    rows.push_back("{" + TableWriter::quoted(alias) + ", " + TableWriter::quoted(flag.text()) + "}");
  }
  return out.list("FlagAlias", rows);
}

std::string words(const FactNode& node, TableWriter& out) {
  std::vector<std::string> rows;
  for (const std::string& flag : node.words()) rows.push_back(TableWriter::quoted(flag));
  return out.list("std::string_view", rows);
}

std::string known_flags(const FactNode& node, TableWriter& out) {
  std::vector<std::string> rows;
  for (const FactNode& group : node.items()) {
    group.allow_only({"source", "from", "until", "flags"});
    if (group.at("source").text().empty()) group.fail("the source of the flags must be named");
    const auto from = group.find("from"), until = group.find("until");
    for (const std::string& flag : group.at("flags").words()) {
      RowWriter row;
      row.text("flag", flag);
      if (from) row.expression("from", release(*from));
      if (until) row.expression("until", "RuntimeRelease" + release(*until));
      rows.push_back(row.braced());
    }
  }
  return out.list("KnownFlag", rows);
}

std::string backend_row(const FactNode& file, TableWriter& out) {
  file.allow_only({"name", "image_name", "module", "working_dir", "source", "services", "kv_as_checkpoint",
                   "kv_formats", "releases", "flags", "aliases", "layout_flags", "known_flags",
                   "min_compute_capability_x10", "other_vendors"});
  if (file.at("source").text().empty()) file.fail("the source of the facts must be named");
  const FactNode services = file.at("services");
  services.allow_only({"aggregated", "prefill", "decode"});
  std::vector<std::string> names;
  for (const char* role : kRoles) names.push_back(TableWriter::quoted(services.at(role).text()));
  RowWriter row;
  row.text("name", file.at("name").text());
  row.text("image_name", file.at("image_name").text());
  row.text("module", file.at("module").text());
  row.text("working_dir", file.at("working_dir").text());
  row.number("min_compute_capability", file.at("min_compute_capability_x10").number());
  row.expression("other_vendors", file.at("other_vendors").boolean() ? "true" : "false");
  row.expression("services", joined(names));
  row.text("kv_as_checkpoint", file.at("kv_as_checkpoint").text());
  row.expression("kv_formats", kv_formats(file.at("kv_formats"), out));
  row.expression("releases", releases(file.at("releases"), out));
  row.expression("flags", flags(file.at("flags"), out));
  row.expression("aliases", aliases(file.at("aliases"), out));
  row.expression("layout_flags", words(file.at("layout_flags"), out));
  row.expression("known_flags", known_flags(file.at("known_flags"), out));
  return row.braced();
}

}  // namespace

void compile_backends(const std::filesystem::path& folder, TableWriter& out) {
  std::vector<std::string> rows;
  for (const std::string_view name : kBackends) {
    const FactNode file = FactNode::load(folder / (std::string(name) + ".yaml"));
    if (file.at("name").text() != name) file.at("name").fail("the name must be that of the file");
    rows.push_back(backend_row(file, out));
  }
  out.table("BackendFacts", "kBackendRows", rows);
}

}  // namespace dynamo::facts_compiler

#include "facts/compiler/engine_memory.h"

#include "facts/architectures.h"
#include "facts/compiler/compile.h"

namespace dynamo::facts_compiler {
namespace {

std::string numbers(const FactNode& list, std::size_t count) {
  const auto items = list.items();
  if (items.size() != count) list.fail("expected " + std::to_string(count) + " numbers");
  std::string out = "{";
  for (const FactNode& item : items) out += TableWriter::literal(item.number()) + ", ";
  return out + "}";
}

double share(const FactNode& node) {
  if (node.number() > 1) node.fail("a share is at most 1");
  return node.number();
}

std::string releases(const FactNode& node, TableWriter& out) {
  std::vector<std::string> rows;
  for (const auto& [release, value] : node.members()) {
    rows.push_back("{" + TableWriter::quoted(release) + ", " + TableWriter::literal(share(value)) + "}");
  }
  return out.list("ReleaseShare", rows);
}

std::string activations(const FactNode& node, TableWriter& out) {
  std::vector<std::string> rows;
  for (const FactNode& group : node.items()) {
    group.allow_only({"families", "bytes"});
    const std::string bytes = numbers(group.at("bytes"), 4);
    for (const FactNode& family : group.at("families").items()) {
      const facts::Architecture* found = facts::find_architecture(family.text());
      if (found == nullptr) family.fail("unknown family '" + family.text() + "'");
      rows.push_back("{static_cast<Family>(" + std::to_string(static_cast<int>(found->family)) + "), {" + bytes + "}}");
    }
  }
  return out.list("FamilyActivations", rows);
}

std::string reserve(const FactNode& node) {
  constexpr const char* kMembers[] = {"fixed", "per_prefill_token", "per_gpu", "per_graph_sequence", "per_replica_graph_sequence",
                                      "per_replica_graph_sequence_more", "many_graph_sequences", "least_on_large", "large_gib",
                                      "wide_from_tensor_width"};
  if (node.members().size() != std::size(kMembers)) node.fail("expected " + std::to_string(std::size(kMembers)) + " members");
  RowWriter row;
  for (const char* member : kMembers) row.number(member, node.at(member).number());
  return row.braced();
}

std::string tiers(const FactNode& node, TableWriter& out) {
  std::vector<std::string> rows;
  double before = 0;
  for (const FactNode& tier : node.items()) {
    tier.allow_only({"below_gib", "prefill_tokens", "graph_sequences"});
    if (tier.at("below_gib").number() <= before) tier.fail("tiers must ascend");
    before = tier.at("below_gib").number();
    rows.push_back("{" + TableWriter::literal(before) + ", " + TableWriter::literal(tier.at("prefill_tokens").number()) + ", " +
                   numbers(tier.at("graph_sequences"), 2) + "}");
  }
  return out.list("SingleRoleTier", rows);
}

}  // namespace

std::string engine_memory(const FactNode& node, TableWriter& out) {
  node.allow_only({"source", "kv_share", "kv_share_of_free", "kv_share_of_releases", "single_role_reserve_mib", "single_role_tiers",
                   "tolerance_share", "block_allocator_share", "activation_bytes_per_token_and_width",
                   "activation_bytes_of_families", "least_activation_bytes", "activation_overhead_ratio",
                   "runtime_overhead_ratio", "activation_token_limit"});
  if (node.at("source").text().empty()) node.fail("the source of the facts must be named");
  const auto sized = node.find("single_role_tiers");
  if (sized.has_value() != node.find("single_role_reserve_mib").has_value()) node.fail("tiers and reserve go together");
  RowWriter row;
  row.number("kv_share", share(node.at("kv_share")));
  row.expression("kv_share_of_free", node.at("kv_share_of_free").boolean() ? "true" : "false");
  if (const auto by_release = node.find("kv_share_of_releases")) row.expression("kv_share_of_releases", releases(*by_release, out));
  if (sized) row.expression("single_role_reserve", reserve(node.at("single_role_reserve_mib")));
  if (sized) row.expression("single_role_tiers", tiers(*sized, out));
  row.number("tolerance_share", share(node.at("tolerance_share")));
  if (const auto kept = node.find("block_allocator_share")) row.number("block_allocator_share", share(*kept));
  row.expression("activations", "{" + numbers(node.at("activation_bytes_per_token_and_width"), 4) + "}");
  row.expression("activations_of_families", activations(node.at("activation_bytes_of_families"), out));
  row.number("least_activation_bytes", node.at("least_activation_bytes").number());
  row.number("activation_overhead", node.at("activation_overhead_ratio").number());
  row.number("runtime_overhead", node.at("runtime_overhead_ratio").number());
  if (const auto limit = node.find("activation_token_limit")) row.number("activation_token_limit", limit->integer());
  return row.braced();
}

}  // namespace dynamo::facts_compiler

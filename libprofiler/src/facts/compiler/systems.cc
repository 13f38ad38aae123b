#include <algorithm>

#include "facts/compiler/compile.h"
#include "facts/compiler/fact_file.h"

namespace dynamo::facts_compiler {
namespace {

/// The facts of one system, each of which must name a source that the file lists.
class SystemFacts {
 public:
  explicit SystemFacts(const FactNode& file) : facts_(file.at("facts")), sources_(file.at("sources")) {
    facts_.allow_only({"memory_bandwidth_bytes_per_s", "memory_efficiency_ratio", "memory_latency_s",
                       "memory_capacity_bytes", "bf16_flops_per_s", "int8_ops_per_s", "fp8_flops_per_s",
                       "fp4_flops_per_s", "compute_capability_x10", "gpus_per_node", "gpus_per_rack",
                       "intra_node_bandwidth_bytes_per_s", "inter_node_bandwidth_bytes_per_s",
                       "inter_rack_bandwidth_bytes_per_s", "p2p_latency_s", "runtime_overhead_bytes",
                       "communication_buffer_bytes"});
  }

  [[nodiscard]] std::optional<double> find(const std::string& key) const {
    const auto value = value_of(key);
    return value ? std::optional(value->number()) : std::nullopt;
  }

  [[nodiscard]] double at(const std::string& key) const {
    const auto value = find(key);
    if (!value) facts_.fail("missing fact '" + key + "'");
    return *value;
  }

  [[nodiscard]] std::string list_at(const std::string& key, std::size_t count) const {
    const auto value = value_of(key);
    if (!value) facts_.fail("missing fact '" + key + "'");
    const auto items = value->items();
    if (items.size() != count) value->fail("expected " + std::to_string(count) + " numbers");
    std::string out = "{";
    for (const FactNode& item : items) out += TableWriter::literal(item.number()) + ", ";
    return out + "}";
  }

 private:
  [[nodiscard]] std::optional<FactNode> value_of(const std::string& key) const {
    const auto fact = facts_.find(key);
    if (!fact) return std::nullopt;
    fact->allow_only({"value", "source"});
    const std::string source = fact->at("source").text();
    if (!sources_.find(source)) fact->fail("source '" + source + "' is not listed under sources");
    return fact->at("value");
  }

  FactNode facts_;
  FactNode sources_;
};

std::string system_row(const FactNode& file, TableWriter& out) {
  const SystemFacts facts(file);
  RowWriter row;
  row.text("name", file.at("name").text());
  if (const auto sku = file.find("dgdr_sku")) row.text("dgdr_sku", sku->text());
  row.expression("spellings", out.words(file.at("spellings").words()));
  row.number("mem_bytes_per_s", facts.at("memory_bandwidth_bytes_per_s"));
  row.number("mem_efficiency", facts.at("memory_efficiency_ratio"));
  row.number("mem_latency_s", facts.at("memory_latency_s"));
  row.number("mem_capacity_bytes", facts.at("memory_capacity_bytes"));
  row.number("bf16_flops", facts.find("bf16_flops_per_s"));
  row.number("int8_flops", facts.find("int8_ops_per_s"));
  row.number("fp8_flops", facts.find("fp8_flops_per_s"));
  row.number("fp4_flops", facts.find("fp4_flops_per_s"));
  row.number("sm_version", facts.find("compute_capability_x10"));
  row.number("gpus_per_node", facts.at("gpus_per_node"));
  row.number("gpus_per_rack", facts.find("gpus_per_rack"));
  row.number("intra_node_bytes_per_s", facts.at("intra_node_bandwidth_bytes_per_s"));
  row.number("inter_node_bytes_per_s", facts.at("inter_node_bandwidth_bytes_per_s"));
  row.number("inter_rack_bytes_per_s", facts.find("inter_rack_bandwidth_bytes_per_s"));
  row.number("p2p_latency_s", facts.at("p2p_latency_s"));
  row.number("other_mem_bytes", facts.at("runtime_overhead_bytes"));
  row.expression("nccl_mem_bytes", facts.list_at("communication_buffer_bytes", 4));
  row.expression("has_tables", file.at("measured").boolean() ? "true" : "false");
  return row.braced();
}

}  // namespace

void compile_systems(const std::filesystem::path& folder, TableWriter& out) {
  std::vector<std::pair<int, std::string>> rows;
  for (const auto& path : yaml_files(folder)) {
    const FactNode file = FactNode::load(path);
    file.allow_only({"name", "dgdr_sku", "listing_order", "measured", "spellings", "sources", "facts"});
    if (file.at("name").text() != path.stem().string()) file.at("name").fail("the name must be that of the file");
    rows.emplace_back(file.at("listing_order").integer(), system_row(file, out));
  }
  std::sort(rows.begin(), rows.end());
  std::vector<std::string> bodies;
  for (auto& row : rows) bodies.push_back(std::move(row.second));
  out.table("SystemRow", "kSystemRows", bodies);
}

}  // namespace dynamo::facts_compiler

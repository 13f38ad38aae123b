#include "facts/efficiency.h"

#include "facts/compiler/compile.h"
#include "facts/compiler/fact_file.h"

namespace dynamo::facts_compiler {
namespace {

std::string points_of(const FactNode& kernel, TableWriter& out) {
  std::vector<std::string> points;
  double before = 0;
  for (const FactNode& point : kernel.items()) {
    const auto pair = point.items();
    if (pair.size() != 2) point.fail("expected [roofline_ms, measured_over_roofline]");
    if (pair[0].number() <= before) point.fail("rooflines must be positive and ascend");
    if (pair[1].number() <= 0) point.fail("a ratio must be positive");
    before = pair[0].number();
    points.push_back("{" + TableWriter::literal(before) + ", " + TableWriter::literal(pair[1].number()) + "}");
  }
  if (points.empty()) kernel.fail("a kernel class needs at least one point");
  return out.list("EfficiencyPoint", points);
}

std::string band_of(const FactNode& bands, const std::string& step) {
  const auto pair = bands.at(step).items();
  if (pair.size() != 2) bands.fail("expected [low, high]");
  return "{" + TableWriter::quoted(step) + ", " + TableWriter::literal(pair[0].number()) + ", " +
         TableWriter::literal(pair[1].number()) + "}";
}

}  // namespace

void compile_efficiency(const std::filesystem::path& file, TableWriter& out) {
  const FactNode root = FactNode::load(file);
  root.allow_only({"source", "measured_over_roofline_by_roofline_ms", "band_measured_over_modelled"});
  if (root.at("source").text().empty()) root.fail("the source of the facts must be named");
  const FactNode kernels = root.at("measured_over_roofline_by_roofline_ms");
  for (const auto& [name, points] : kernels.members()) {
    if (!facts::kernel_class_from_name(name)) points.fail("unknown kernel class '" + name + "'");
  }
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < facts::kKernelClassNames.size(); ++i) {
    const std::string name(facts::kKernelClassNames[i]);
    rows.push_back("{static_cast<KernelClass>(" + std::to_string(i) + "), " + points_of(kernels.at(name), out) + "}");
  }
  out.table("EfficiencyRow", "kEfficiencyRows", rows);
  const FactNode bands = root.at("band_measured_over_modelled");
  out.table("ModelledBandRow", "kModelledBandRows", {band_of(bands, "prefill"), band_of(bands, "decode")});
}

void compile_sanity(const std::filesystem::path& file, TableWriter& out) {
  const FactNode root = FactNode::load(file);
  root.allow_only({"source", "times_more_work", "times_usual", "share_of_pass"});
  if (root.at("source").text().empty()) root.fail("the source of the facts must be named");
  RowWriter row;
  for (const char* key : {"times_more_work", "times_usual"}) {
    if (root.at(key).number() <= 1) root.at(key).fail("a factor above 1 is due");
    row.number(key, root.at(key).number());
  }
  const double share = root.at("share_of_pass").number();
  if (share <= 0 || share >= 1) root.at("share_of_pass").fail("a share between 0 and 1 is due");
  row.number("share_of_pass", share);
  out.table("SanityRow", "kSanityRows", {row.braced()});
}

}  // namespace dynamo::facts_compiler

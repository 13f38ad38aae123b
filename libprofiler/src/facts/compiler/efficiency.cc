#include "facts/efficiency.h"

#include "facts/compiler/compile.h"
#include "facts/compiler/fact_file.h"

namespace dynamo::facts_compiler {
namespace {

/// Rows of `count` positive numbers.
std::string rows_of(const FactNode& list, std::size_t count, const std::string& type, TableWriter& out) {
  std::vector<std::string> rows;
  for (const FactNode& item : list.items()) {
    const auto values = item.items();
    if (values.size() != count) item.fail("expected " + std::to_string(count) + " numbers");
    std::string row;
    for (const FactNode& value : values) {
      if (value.number() <= 0) value.fail("a number above 0 is due");
      row += TableWriter::literal(value.number()) + ", ";
    }
    rows.push_back("{" + row + "}");
  }
  if (rows.empty()) list.fail("at least one row is due");
  return out.list(type, rows);
}

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

void compile_typical(const std::filesystem::path& file, TableWriter& out) {
  const FactNode root = FactNode::load(file);
  root.allow_only({"source", "formats", "prefill_attention_by_head_width"});
  if (root.at("source").text().empty()) root.fail("the source of the facts must be named");
  const FactNode formats = root.at("formats");
  formats.allow_only({"gemm", "experts"});
  std::vector<std::string> kinds;
  for (const char* kind : {"gemm", "experts"}) {
    const FactNode node = formats.at(kind);
    node.allow_only({"usual", "shares"});
    kinds.push_back("{" + TableWriter::literal(node.at("usual").number()) + ", " + rows_of(node.at("shares"), 3, "FormatShare", out) + "}");
  }
  out.table("FormatSharesRow", "kFormatSharesRows", kinds);
  const FactNode widths = root.at("prefill_attention_by_head_width");
  widths.allow_only({"sglang", "trtllm", "vllm"});
  std::vector<std::string> backends;
  for (const char* backend : {"sglang", "trtllm", "vllm"}) {
    backends.push_back("{" + TableWriter::quoted(backend) + ", " + rows_of(widths.at(backend), 2, "HeadWidthShare", out) + "}");
  }
  out.table("HeadWidthSharesRow", "kHeadWidthSharesRows", backends);
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

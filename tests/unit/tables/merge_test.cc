#include "tables/import/merge.h"

#include <gtest/gtest.h>

namespace dynamo::tables {
namespace {

using Numbers = std::vector<std::uint32_t>;

Plan plain_plan() {
  Plan plan;
  plan.name = plan.stem = "sample";
  plan.axes = {{"a", ""}, {"b", ""}};
  plan.values = {"latency"};
  return plan;
}

TEST(Merger, KeepsTheFirstRowOfACoordinateAndSortsAxes) {
  const Plan plan = plain_plan();
  Merger merger(plan, "h200_sxm");
  merger.add_row("k2", {4, 1}, {1.0});
  merger.add_row("k1", {1, 1}, {2.0});
  merger.add_row("k2", {2, 9}, {3.0});
  merger.add_row("k2", {4, 1}, {4.0});
  merger.add_row("k2", {2, 3}, {5.0});
  const TableData table = merger.finish();
  ASSERT_EQ(table.slices.size(), 2u);
  EXPECT_EQ(table.rows(), 4u);
  const SliceData& slice = table.slices[0];
  EXPECT_EQ(slice.key, "k2");
  EXPECT_EQ(slice.keys[0], (Numbers{2, 4}));
  EXPECT_EQ(slice.offsets[0], (Numbers{0, 2}));
  EXPECT_EQ(slice.keys[1], (Numbers{3, 9, 1}));
  EXPECT_EQ(slice.offsets[1], (Numbers{0, 2, 3}));
  EXPECT_EQ(slice.values[0], (std::vector<double>{5.0, 3.0, 1.0}));
}

TEST(Merger, NumbersSitesByTheNestedWalk) {
  Plan plan = plain_plan();
  plan.axes = {{"m", ""}, {"n", ""}, {"k", ""}};
  plan.sites = true;
  Merger merger(plan, "h200_sxm");
  // Row order first shows site (10,1), then (20,2) under another m; but the walk of m = 8 goes on with (30,3) before m = 1.
  merger.add_row("bfloat16", {8, 10, 1}, {1.0});
  merger.add_row("bfloat16", {1, 20, 2}, {2.0});
  merger.add_row("bfloat16", {8, 30, 3}, {3.0});
  merger.add_row("bfloat16", {1, 10, 1}, {4.0});
  merger.add_row("bfloat16", {8, 10, 5}, {5.0});
  const TableData table = merger.finish();
  ASSERT_EQ(table.rank, 2);
  const SliceData& slice = table.slices[0];
  EXPECT_EQ(slice.site[0], (Numbers{10, 10, 30, 20}));
  EXPECT_EQ(slice.site[1], (Numbers{1, 5, 3, 2}));
  EXPECT_EQ(slice.keys[0], (Numbers{0, 1, 2, 3}));
  EXPECT_EQ(slice.keys[1], (Numbers{1, 8, 8, 8, 1}));
  EXPECT_EQ(slice.values[0], (std::vector<double>{4.0, 1.0, 5.0, 3.0, 2.0}));
}

TEST(Schema, NamesAreDistinctAndFitAGrid) {
  for (const TableSchema& schema : known_schemas()) {
    EXPECT_LE(schema.axes.size(), 4u) << schema.name;
    EXPECT_FALSE(schema.values.empty()) << schema.name;
    for (const TableSchema& other : known_schemas()) {
      EXPECT_EQ(schema.name == other.name, &schema == &other) << schema.name;
    }
  }
  EXPECT_EQ(known_plans("moe").size(), 2u);
  EXPECT_TRUE(known_plans("unheard_of").empty());
}

TEST(Schema, RenamesMoeFormatsByKernel) {
  EXPECT_EQ(effective_moe_dtype("w4a16_mxfp4", "sglang_flashinfer_cutlass_moe"), "w4a16_mxfp4_cutlass");
  EXPECT_EQ(effective_moe_dtype("w4a16_mxfp4", "other"), "w4a16_mxfp4");
  EXPECT_EQ(native_heads("deepseek-ai/DeepSeek-V3"), 128);
  EXPECT_EQ(native_heads("unheard/of"), 0);
}

}  // namespace
}  // namespace dynamo::tables

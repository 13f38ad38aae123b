#include "perf/large_ep/deep_ep_rows.h"

#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

/// Two budgets, two token counts; the columns are sending, announcing, sending back, announcing that.
tables::SliceData normal_rows() {
  tables::SliceData slice = toy::slice("2|7168|8|256", 2, {{{12, 64}, 8}, {{12, 128}, 16}, {{20, 64}, 4}, {{20, 128}, 8}});
  slice.values.push_back({2, 2, 1, 1});
  slice.values.push_back({16, 30, 9, 18});
  slice.values.push_back({0, 2, 1, 2});
  return slice;
}

Slice first_slice(const toy::OwnedTable& table) { return {.key = "2|7168|8|256", .grid = table.grid(), .rows = 4}; }

TEST(DeepEpRows, AWayIsSendingAndAnnouncing) {
  const toy::OwnedTable table("wideep_deepep_normal", 2, normal_rows());
  const Slice slice = first_slice(table);
  const DeepEpRows dispatch(slice, AllToAll::kDeepEpHt, ExchangeStep::kDispatch, 1);
  const DeepEpRows combine(slice, AllToAll::kDeepEpHt, ExchangeStep::kCombine, 1);
  EXPECT_DOUBLE_EQ(dispatch.at(64).ms, 5.0);
  EXPECT_DOUBLE_EQ(dispatch.at(96).ms, 7.0);
  EXPECT_DOUBLE_EQ(combine.at(128).ms, 20.0);
}

TEST(DeepEpRows, OneNodeGrowsInProportionBeyondItsRows) {
  const toy::OwnedTable table("wideep_deepep_normal", 2, normal_rows());
  const Slice slice = first_slice(table);
  EXPECT_DOUBLE_EQ(DeepEpRows(slice, AllToAll::kDeepEpHt, ExchangeStep::kDispatch, 1).at(256).ms, 18.0);
}

TEST(DeepEpRows, BeyondTheRowsOfSeveralNodesBothWaysShareTheRoundTrip) {
  const toy::OwnedTable table("wideep_deepep_normal", 2, normal_rows());
  const Slice slice = first_slice(table);
  const Found there = DeepEpRows(slice, AllToAll::kDeepEpHt, ExchangeStep::kDispatch, 2).at(512);
  const Found back = DeepEpRows(slice, AllToAll::kDeepEpHt, ExchangeStep::kCombine, 2).at(512);
  ASSERT_TRUE(there.ok() && back.ok());
  EXPECT_EQ(there.method, Method::kExtrapolated);
  tables::SliceData sum = normal_rows();
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t column = 1; column < 4; ++column) sum.values[0][i] += sum.values[column][i];
  }
  sum.values.resize(1);
  const toy::OwnedTable both("sum", 2, sum);
  const BoundGrid grid(both.grid());
  const auto tokens = [](const Coordinates& at) { return at[1]; };
  EXPECT_NEAR(there.ms + back.ms, GridQuery(grid, tokens, kNoSqrtAxis, false).at({20, 512}).ms, 1e-12);
}

TEST(DeepEpRows, LowLatencyHasNoBudget) {
  tables::SliceData rows = toy::slice("1|7168|8|256", 1, {{{8}, 10}, {{16}, 14}});
  rows.values.push_back({20, 24});
  const toy::OwnedTable table("wideep_deepep_ll", 1, rows);
  const Slice slice{.key = "1|7168|8|256", .grid = table.grid(), .rows = 2};
  EXPECT_DOUBLE_EQ(DeepEpRows(slice, AllToAll::kDeepEpLl, ExchangeStep::kDispatch, 1).at(12).ms, 12.0);
  EXPECT_DOUBLE_EQ(DeepEpRows(slice, AllToAll::kDeepEpLl, ExchangeStep::kCombine, 4).at(12).ms, 22.0);
}

}  // namespace
}  // namespace dynamo::perf

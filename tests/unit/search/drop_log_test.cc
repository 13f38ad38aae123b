#include "search/drop_log.h"

#include <gtest/gtest.h>

namespace dynamo::search {
namespace {

TEST(DropLog, KeepsTheFirstCaseAndCountsTheRest) {
  DropLog log(ServingMode::kAggregated, Backend::kVllm, "agg");
  log.add({2}, 64, 4000, {DropReason::kMemory, 150, 141, {}});
  log.add({2}, 80, 4000, {DropReason::kMemory, 170, 141, {}});
  log.add({4}, 64, 4000, {DropReason::kMemory, 145, 141, {}});
  log.add({2}, 8, 4000, {DropReason::kTtft, 2100, 2000, {}}, 3);
  ASSERT_EQ(log.entries().size(), 3u);
  EXPECT_EQ(log.entries()[0].batch, 64);
  EXPECT_EQ(log.entries()[0].value, 150);
  EXPECT_EQ(log.entries()[0].count, 2);
  EXPECT_EQ(log.entries()[0].backend, Backend::kVllm);
  EXPECT_EQ(total_dropped(log.entries()), 6);
}

TEST(DropLog, IgnoresNothing) {
  DropLog log(ServingMode::kAggregated, Backend::kVllm, "agg");
  log.add({2}, 64, 0, {DropReason::kDominated, 0, 0, {}}, 0);
  EXPECT_TRUE(log.entries().empty());
}

}  // namespace
}  // namespace dynamo::search

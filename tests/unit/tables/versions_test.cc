#include "tables/import/versions.h"

#include <gtest/gtest.h>

#include "tables/import/package_facts.h"

namespace dynamo::tables {
namespace {

TEST(SlotOrder, ComparesNumbersThenCandidateThenSuffix) {
  EXPECT_TRUE(slot_order_less("1.3.0rc20", "1.3.0rc23"));
  EXPECT_TRUE(slot_order_less("1.3.0rc9", "1.3.0rc10"));
  EXPECT_TRUE(slot_order_less("1.3.0rc23", "1.3.0"));
  EXPECT_TRUE(slot_order_less("0.5.6", "0.5.6.post2"));
  EXPECT_TRUE(slot_order_less("0.5.14", "0.5.16"));
  EXPECT_TRUE(slot_order_less("0.1.dev19262", "0.24.0"));
  EXPECT_FALSE(slot_order_less("2.27", "2.27.0"));
  EXPECT_FALSE(slot_order_less("2.27.0", "2.27"));
}

TEST(Pep440, AcceptsVersionsOnly) {
  for (const char* good : {"1.3.0rc20", "0.5.6.post2", "0.1.dev19262", "1!2.0", "1.0+local.1", "v1.0", "1.0a1"}) {
    EXPECT_TRUE(is_pep440(good)) << good;
  }
  for (const char* bad : {"", "main", "1..0", "1.0x", "1.0+", "rc1"}) EXPECT_FALSE(is_pep440(bad)) << bad;
}

TEST(Pep440, OrdersAsTheSpecificationDoes) {
  const char* ascending[] = {"0.1.dev19262", "0.1", "0.24.0", "1.0.dev1", "1.0a1.dev1", "1.0a1", "1.0b2", "1.0rc1", "1.0",
                             "1.0+abc", "1.0+5", "1.0.post1.dev2", "1.0.post1", "1.1", "1!0.1"};
  for (std::size_t i = 0; i < std::size(ascending); ++i) {
    for (std::size_t j = 0; j < std::size(ascending); ++j) {
      EXPECT_EQ(pep440_less(ascending[i], ascending[j]), i < j) << ascending[i] << " < " << ascending[j];
    }
  }
  EXPECT_FALSE(pep440_less("1.0", "1.0.0") || pep440_less("1.0.0", "1.0"));
}

TEST(PackageFacts, ReadsSlotsReuseAndGroups) {
  const auto queries = parse_query_versions(
      "defaults: {vllm: {current: \"0.24.0\", previous: null}}\n"
      "overrides: {b60: {vllm: {current: \"0.26.0\", previous: \"0.20.0\"}}}\n");
  ASSERT_TRUE(queries) << queries.error();
  EXPECT_EQ(queries->defaults.at("vllm").current, "0.24.0");
  EXPECT_FALSE(queries->defaults.at("vllm").previous);
  EXPECT_EQ(queries->overrides.at("b60").at("vllm").previous, "0.20.0");

  const auto reuse = parse_reuse("reuse:\n- table: gemm_perf\n  from_version: 1.3.0rc20\n");
  ASSERT_TRUE(reuse) << reuse.error();
  ASSERT_EQ(reuse->size(), 1u);
  EXPECT_EQ(reuse->at(0).from_version, "1.3.0rc20");

  const auto groups = parse_share_groups(
      "groups:\n"
      "- {op_file: a_perf.parquet, kernel_source: x, tier: shared, frameworks: [vllm, trtllm]}\n"
      "- {op_file: a_perf.parquet, kernel_source: y, tier: absence_load_bearing, frameworks: [vllm, trtllm]}\n");
  ASSERT_TRUE(groups) << groups.error();
  ASSERT_EQ(groups->size(), 1u);
  EXPECT_EQ(groups->at(0).frameworks, (std::vector<std::string>{"vllm", "trtllm"}));
}

TEST(PackageFacts, ReportsTheLineOfBadYaml) {
  const auto bad = parse_query_versions("defaults:\n  - [\n");
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().find("line "), std::string::npos) << bad.error();
}

}  // namespace
}  // namespace dynamo::tables

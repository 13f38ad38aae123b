#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "dynamo/profiler/facts.h"

namespace dynamo {
namespace {

using testing::Contains;
using testing::IsEmpty;

std::string name_of_spelling(std::string_view spelling) {
  const SystemSpec* system = find_system(spelling);
  return system != nullptr ? system->name : "";
}

struct Spelling {
  const char* written;
  const char* name;
};

class KnownSpelling : public testing::TestWithParam<Spelling> {};

TEST_P(KnownSpelling, FindsTheSystem) { EXPECT_EQ(name_of_spelling(GetParam().written), GetParam().name); }

INSTANTIATE_TEST_SUITE_P(
    Systems, KnownSpelling,
    testing::Values(Spelling{"h100_sxm", "h100_sxm"}, Spelling{"H100-SXM5-80GB", "h100_sxm"},
                    Spelling{"NVIDIA-H100-80GB-HBM3", "h100_sxm"}, Spelling{"nvidia h100 80gb hbm3", "h100_sxm"},
                    Spelling{"NVIDIA-H100-PCIe", "h100_pcie"}, Spelling{"NVIDIA-H100-NVL", "h100_pcie"},
                    Spelling{"NVIDIA-H200", "h200_sxm"}, Spelling{"NVIDIA-B200", "b200_sxm"},
                    Spelling{"NVIDIA-GB200", "gb200"}, Spelling{"gb200_sxm", "gb200"}, Spelling{"gb200", "gb200"},
                    Spelling{"NVIDIA-GB300", "gb300"}, Spelling{"NVIDIA-B300-SXM6-AC", "b300_sxm"},
                    Spelling{"NVIDIA-A100-SXM4-80GB", "a100_sxm"}, Spelling{"NVIDIA-A100-80GB-PCIe", "a100_pcie"},
                    Spelling{"NVIDIA-L40S", "l40s"}, Spelling{"NVIDIA-L40", "l40"}, Spelling{"NVIDIA-L4", "l4"},
                    Spelling{"Tesla-V100-SXM2-16GB", "v100_sxm"}, Spelling{"Tesla-V100-PCIE-16GB", "v100_pcie"},
                    Spelling{"Tesla-T4", "t4"}, Spelling{"Tesla-T4-SHARED", "t4"}, Spelling{"NVIDIA-A30", "a30"},
                    Spelling{"MI300X", "mi300"}, Spelling{"MI250X", "mi200"}, Spelling{"NVIDIA-GB10", "gb10"},
                    Spelling{"vr_nvl72", "vr_nvl72"},
                    Spelling{"NVIDIA-RTX-PRO-6000-Blackwell-Server-Edition", "rtx_pro_6000_server"}));

class UnknownSpelling : public testing::TestWithParam<const char*> {};

TEST_P(UnknownSpelling, FindsNothing) { EXPECT_EQ(find_system(GetParam()), nullptr); }

// Slices of a GPU and GPUs that merely contain a known name must not pass for the whole GPU.
INSTANTIATE_TEST_SUITE_P(Systems, UnknownSpelling,
                         testing::Values("", "-", "NVIDIA-H100-80GB-HBM3-MIG-1g.10gb", "NVIDIA-RTX-A1000", "T400",
                                         "NVIDIA-H800", "h10", "h1000"));

TEST(Systems, EveryValueOfTheDgdrEnumIsAccepted) {
  for (const char* sku : {"gb200_sxm", "gb200", "b200_sxm", "b300_sxm", "h200_sxm", "h100_sxm", "h100_pcie", "a100_sxm",
                          "a100_pcie", "l40s", "l40", "l4", "v100_sxm", "v100_pcie", "t4", "mi200", "mi300", "gb10",
                          "a30", "vr_nvl72"}) {
    ASSERT_NE(find_system(sku), nullptr) << sku;
    EXPECT_NE(find_system(sku)->dgdr_sku, "") << sku;
  }
}

TEST(Systems, TheDgdrNameLeadsBackToTheSystem) {
  for (const SystemSpec& system : all_systems()) {
    if (system.dgdr_sku.empty()) continue;
    EXPECT_EQ(find_system(system.dgdr_sku), &system) << system.name;
  }
}

TEST(Systems, NoSpellingBelongsToTwo) {
  for (const SystemSpec& system : all_systems()) {
    EXPECT_EQ(find_system(system.name), &system);
    for (const std::string& spelling : system.spellings) EXPECT_EQ(find_system(spelling), &system) << spelling;
  }
}

TEST(Systems, FactsArePlausible) {
  for (const SystemSpec& system : all_systems()) {
    SCOPED_TRACE(system.name);
    EXPECT_GT(system.mem_bytes_per_s, 1e11);
    EXPECT_LT(system.mem_bytes_per_s, 1e14);
    EXPECT_GT(system.mem_capacity_bytes, 8e9);
    EXPECT_LT(system.mem_capacity_bytes, 1e12);
    EXPECT_GT(system.mem_efficiency, 0.3);
    EXPECT_LE(system.mem_efficiency, 1);
    EXPECT_GE(system.gpus_per_node, 1);
    ASSERT_TRUE(system.bf16_flops.has_value());
    EXPECT_GT(*system.bf16_flops, 1e13);
    EXPECT_GE(system.intra_node_bytes_per_s, system.inter_node_bytes_per_s * 0.5);
    EXPECT_EQ(system.gpus_per_rack.has_value(), system.inter_rack_bytes_per_s.has_value());
  }
}

TEST(Systems, ExactlyThePublishedGpusHaveTables) {
  std::set<std::string> with_tables;
  for (const SystemSpec& system : all_systems()) {
    if (system.has_tables) with_tables.insert(system.name);
  }
  EXPECT_EQ(with_tables, (std::set<std::string>{"a100_sxm", "b200_sxm", "b300_sxm", "b60", "gb200", "gb300",
                                                "h100_sxm", "h200_sxm", "l40s", "rtx_pro_6000_server"}));
}

TEST(Systems, H200KeepsItsNumbers) {
  const SystemSpec& h200 = *find_system("h200_sxm");
  EXPECT_EQ(h200.mem_bytes_per_s, 4.8e12);
  EXPECT_EQ(h200.mem_capacity_bytes, 151397597184.0);
  EXPECT_EQ(h200.flops(ComputeType::kBf16), 989e12);
  EXPECT_EQ(h200.flops(ComputeType::kFp8), 1978e12);
  EXPECT_EQ(h200.flops(ComputeType::kFp4), std::nullopt);
  EXPECT_EQ(h200.sm_version, 90);
  EXPECT_EQ(h200.nccl_mem_bytes[0], 0);
  EXPECT_EQ(h200.nccl_mem_bytes[3], 411041792.0);
}

TEST(Systems, B60HasItsOwnOverheadAndEfficiency) {
  const SystemSpec& b60 = *find_system("b60");
  EXPECT_EQ(b60.other_mem_bytes, 524288000.0);
  EXPECT_EQ(b60.mem_efficiency, 0.5);
  EXPECT_EQ(b60.p2p_latency_s, 2e-6);
  EXPECT_EQ(b60.sm_version, 0);
  EXPECT_EQ(b60.dgdr_sku, "");
}

TEST(Systems, BandwidthFollowsTheWidestBoundaryCrossed) {
  const SystemSpec& h100 = *find_system("h100_sxm");
  EXPECT_EQ(h100.p2p_bytes_per_s(8), 450e9);
  EXPECT_EQ(h100.p2p_bytes_per_s(9), 50e9);
  const SystemSpec& gb200 = *find_system("gb200");
  EXPECT_EQ(gb200.p2p_bytes_per_s(4), 900e9);
  EXPECT_EQ(gb200.p2p_bytes_per_s(72), 900e9);
  EXPECT_EQ(gb200.p2p_bytes_per_s(73), 100e9);
}

TEST(Systems, NearMissesAreOffered) {
  EXPECT_THAT(similar_systems("h100_smx"), Contains("h100_sxm"));
  EXPECT_LE(similar_systems("h100").size(), 3u);
  EXPECT_THAT(similar_systems("zzzzzzzzzzzzzzzzzzz"), IsEmpty());
}

}  // namespace
}  // namespace dynamo

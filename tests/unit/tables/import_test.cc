#include <gmock/gmock.h>

#include "scratch.h"
#include "tables/import/parquet.h"
#include "tables/pack.h"
#include "tiny_parquet.h"

namespace dynamo::tables {
namespace {

using Ints = std::vector<std::int64_t>;
using Reals = std::vector<double>;
using Words = std::vector<std::string>;

/// A package of two systems, in which h200_sxm has TRT-LLM 2.0 and vLLM 0.24.0 and only b200_sxm has vLLM 0.27.0.
class ImportTest : public testing::Test {
 protected:
  void SetUp() override {
    put("query_versions.yaml",
        "defaults:\n  trtllm: {current: \"2.0\", previous: null}\n  vllm: {current: \"0.24.0\", previous: null}\n");
    put("perf_data_reuse_manifest.yaml",
        "groups:\n"
        "- {op_file: mla_bmm_perf.parquet, kernel_source: default, tier: shared_fallback, frameworks: [trtllm, vllm]}\n"
        "- {op_file: mla_bmm_perf.parquet, kernel_source: own, tier: shared, frameworks: [trtllm]}\n");
    put("h200_sxm.yaml", "data_dir: data/h200_sxm\nmisc: {nccl_version: '2.26.2'}\n");
    put("b200_sxm.yaml", "data_dir: data/b200_sxm\nmisc: {nccl_version: '2.27'}\n");
    put("b200_sxm/gemm/vllm/0.27.0/gemm_perf.parquet", gemm({1}, {1}, {1}, {1.0}));
    put("h200_sxm/gemm/vllm/0.24.0/gemm_perf.parquet", gemm({8, 8}, {16, 32}, {64, 64}, {1.0, 2.0}));
    put("h200_sxm/gemm/vllm/0.19.0/gemm_perf.parquet", gemm({8, 9}, {16, 16}, {64, 64}, {7.0, 3.0}));
    put("h200_sxm/mla_bmm/vllm/0.24.0/mla_bmm_perf.parquet", bmm({"default"}, {4}, {1.0}));
    put("h200_sxm/mla_bmm/trtllm/2.0/mla_bmm_perf.parquet", bmm({"default", "own"}, {8, 16}, {2.0, 3.0}));
    put("h200_sxm/comm/nccl/2.26.2/nccl_perf.parquet", nccl(1.0));
    put("h200_sxm/comm/nccl/2.29.2/nccl_perf.parquet", nccl(9.0));
    put("h200_sxm/comm/vllm/0.24.0/custom_allreduce_perf.parquet",
        tiny_parquet({{"kernel_source", Words{"vLLM_custom", "vLLM_eager"}}, {"num_gpus", Ints{2, 4}},
                      {"message_size", Ints{128, 128}}, {"latency", Reals{0.5, 0.6}}}));
    put("h200_sxm/attention/vllm/0.24.0/context_attention_perf.parquet",
        tiny_parquet({{"kernel_source", Words{"fa3", "", "fa3"}}, {"attn_dtype", Words{"bfloat16", "bfloat16", "bfloat16"}},
                      {"kv_cache_dtype", Words{"fp8", "fp8", "fp8"}}, {"num_heads", Ints{8, 8, 4}},
                      {"num_key_value_heads", Ints{8, 2, 4}}, {"head_dim", Ints{128, 128, 128}}, {"isl", Ints{16, 16, 32}},
                      {"batch_size", Ints{1, 1, 2}}, {"latency", Reals{1.0, 2.0, 3.0}}}));
    put("h200_sxm/new/vllm/0.24.0/unheard_of_perf.parquet",
        tiny_parquet({{"framework", Words{"VLLM"}}, {"latency", Reals{1.5}}, {"shape", Words{"x"}}, {"width", Ints{7}},
                      {"num_tokens", Ints{32}}, {"spread", Reals{0.25}}}));
  }

  static std::string gemm(Ints m, Ints n, Ints k, Reals latency) {
    return tiny_parquet({{"gemm_dtype", Words(m.size(), "bfloat16")}, {"m", m}, {"n", n}, {"k", k}, {"latency", latency}});
  }
  static std::string bmm(Words kernel, Ints tokens, Reals latency) {
    return tiny_parquet({{"op_name", Words(kernel.size(), "mla_gen_pre")}, {"kernel_source", kernel},
                         {"bmm_dtype", Words(kernel.size(), "fp8")}, {"num_tokens", tokens},
                         {"num_heads", Ints(kernel.size(), 2)}, {"latency", latency}});
  }
  static std::string nccl(double latency) {
    return tiny_parquet({{"op_name", Words{"all_reduce"}}, {"nccl_dtype", Words{"half"}}, {"num_gpus", Ints{2}},
                         {"message_size", Ints{256}}, {"latency", Reals{latency}}});
  }

  void put(const std::string& path, const std::string& bytes) {
    const bool table = path.find('/') != std::string::npos;
    write_file(scratch_.path() / "aiconfigurator_core/systems" / (table ? "data/" + path : path), bytes);
  }

  std::expected<ImportSummary, Diagnostics> import() {
    return import_tables(scratch_.path() / "aiconfigurator_core", scratch_.path() / "packs",
                         [this](std::string_view line) { lines_.emplace_back(line); });
  }

  const Table* table(const std::string& pack, const std::string& version, const std::string& name,
                     Sources sources = Sources::kMerged) {
    auto opened = Pack::open(scratch_.path() / "packs" / (pack + ".pack"));
    if (!opened) return nullptr;
    packs_.push_back(std::move(*opened));
    return packs_.back()->table(version, name, sources).value_or(nullptr);
  }

  Scratch scratch_;
  std::vector<std::string> lines_;
  std::vector<std::unique_ptr<Pack>> packs_;
};

TEST_F(ImportTest, MergesOlderVersionsBehindTheOwnFile) {
  const auto summary = import();
  ASSERT_TRUE(summary) << summary.error().items()[0].reason;
  EXPECT_EQ(summary->packs, 3u);
  EXPECT_EQ(lines_.size(), 4u);
  const Table* merged = table("h200_sxm-vllm", "0.24.0", "gemm");
  ASSERT_NE(merged, nullptr);
  const Grid& grid = merged->slices[0].grid;
  EXPECT_EQ(merged->slices[0].key, "bfloat16");
  EXPECT_EQ(grid.points(), 3u);
  EXPECT_EQ(grid.site[0][1], 32u);
  EXPECT_EQ(grid.values[0][0], 1.0);  // 0.19.0 has 7.0 there
  EXPECT_EQ(grid.values[0][1], 3.0);  // only 0.19.0 has it
  const Table* primary = table("h200_sxm-vllm", "0.24.0", "gemm", Sources::kPrimary);
  ASSERT_NE(primary, nullptr);
  EXPECT_EQ(primary->slices[0].rows, 2u);
}

TEST_F(ImportTest, FillsANextVersionThatHasNoDirectory) {
  ASSERT_TRUE(import());
  const Table* merged = table("h200_sxm-vllm", "0.27.0", "gemm");
  ASSERT_NE(merged, nullptr);
  EXPECT_EQ(merged->slices[0].rows, 3u);
  EXPECT_EQ(packs_.back()->slots().next, "0.27.0");
  EXPECT_EQ(table("h200_sxm-vllm", "0.27.0", "gemm", Sources::kPrimary), nullptr);
}

TEST_F(ImportTest, TakesOnlySharedKernelsFromOtherBackends) {
  ASSERT_TRUE(import());
  const Table* vllm = table("h200_sxm-vllm", "0.24.0", "mla_bmm");
  ASSERT_NE(vllm, nullptr);
  EXPECT_EQ(vllm->slices[0].key, "fp8|mla_gen_pre");
  EXPECT_EQ(vllm->slices[0].rows, 2u);
  const Table* trtllm = table("h200_sxm-trtllm", "2.0", "mla_bmm");
  ASSERT_NE(trtllm, nullptr);
  EXPECT_EQ(trtllm->slices[0].rows, 3u);
}

TEST_F(ImportTest, TakesNcclOfTheSystemsVersionOnly) {
  ASSERT_TRUE(import());
  for (const Sources sources : {Sources::kMerged, Sources::kPrimary}) {
    const Table* nccl = table("h200_sxm-vllm", "0.27.0", "nccl", sources);
    ASSERT_NE(nccl, nullptr);
    EXPECT_EQ(nccl->slices[0].key, "half|all_reduce|2");
    EXPECT_EQ(nccl->slices[0].grid.values[0][0], 1.0);
  }
}

TEST_F(ImportTest, DropsEagerAllReduceRows) {
  ASSERT_TRUE(import());
  const Table* reduce = table("h200_sxm-vllm", "0.24.0", "custom_allreduce");
  ASSERT_NE(reduce, nullptr);
  ASSERT_EQ(reduce->slices.size(), 1u);
  EXPECT_EQ(reduce->slices[0].key, "half|2");
}

TEST_F(ImportTest, NamesAttentionLanesAndMhaSlices) {
  ASSERT_TRUE(import());
  const Table* attention = table("h200_sxm-vllm", "0.24.0", "context_attention");
  ASSERT_NE(attention, nullptr);
  ASSERT_EQ(attention->slices.size(), 2u);
  EXPECT_EQ(attention->slices[0].key, "fa3|bfloat16|fp8|0|128|0");
  EXPECT_EQ(attention->slices[0].rows, 2u);
  EXPECT_EQ(attention->slices[1].key, "default|bfloat16|fp8|2|128|0");
}

TEST_F(ImportTest, SortsSparseAttentionByTheWayItRuns) {
  const Words kernels = {"sglang_dsa_indexer_trtllm", "sglang_dsa_indexer_flashmla_kv", "sglang_dsa_dense_mha_trtllm_ragged",
                         "any", "any"};
  const Words caches = {"fp8", "fp8", "fp8", "bfloat16", "bfloat16"};
  put("h200_sxm/sparse/vllm/0.24.0/dsa_context_module_perf.parquet",
      tiny_parquet({{"op_name", Words(5, "dsa_context_module")}, {"kernel_source", kernels}, {"mla_dtype", Words(5, "bfloat16")},
                    {"kv_cache_dtype", caches}, {"gemm_type", Words(5, "fp8_block")}, {"architecture", Words(5, "A")},
                    {"num_heads", Ints(5, 64)}, {"step", Ints(5, 0)}, {"isl", Ints{4096, 4096, 16, 16, 16}},
                    {"batch_size", Ints(5, 1)}, {"latency", Reals{1.0, 2.0, 3.0, 4.0, 5.0}}}));
  ASSERT_TRUE(import());
  const auto grid = [&](const std::string& name, const char* cache) {
    const Table* rows = table("h200_sxm-vllm", "0.24.0", name);
    return rows == nullptr ? nullptr : rows->find("dsa_context_module|bfloat16|" + std::string(cache) + "|fp8_block|A");
  };
  const Slice* trtllm = grid("dsa_context_module", "fp8");
  const Slice* flashmla = grid("dsa_context_module_flashmla", "fp8");
  ASSERT_TRUE(trtllm != nullptr && flashmla != nullptr);
  EXPECT_THAT(trtllm->grid.values[0], testing::ElementsAre(3.0, 1.0));    // the ragged kernel serves both ways
  EXPECT_THAT(flashmla->grid.values[0], testing::ElementsAre(3.0, 2.0));
  for (const char* name : {"dsa_context_module", "dsa_context_module_flashmla"}) {
    const Slice* bf16 = grid(name, "bfloat16");
    ASSERT_NE(bf16, nullptr);
    EXPECT_THAT(bf16->grid.values[0], testing::ElementsAre(5.0));         // the last row of a file
  }
}

TEST_F(ImportTest, ImportsTablesNobodyKnows) {
  ASSERT_TRUE(import());
  const Table* fresh = table("h200_sxm-vllm", "0.24.0", "unheard_of");
  ASSERT_NE(fresh, nullptr);
  EXPECT_EQ(fresh->slices[0].key, "x|7");
  EXPECT_EQ(fresh->slices[0].grid.keys[0][0], 32u);
  ASSERT_EQ(fresh->slices[0].grid.values.size(), 2u);
  EXPECT_EQ(fresh->slices[0].grid.values[1][0], 0.25);
}

TEST_F(ImportTest, NamesEveryDamagedFileAndWritesNoPackOfIt) {
  put("h200_sxm/gemm/vllm/0.24.0/gemm_perf.parquet", "PAR1 damaged PAR1");
  put("h200_sxm/mla_bmm/trtllm/2.0/mla_bmm_perf.parquet", bmm({"default"}, {-1}, {1.0}));
  const auto summary = import();
  ASSERT_FALSE(summary);
  std::string all;
  for (const Diagnostic& item : summary.error().items()) all += item.reason + "\n";
  EXPECT_NE(all.find("h200_sxm/gemm/vllm/0.24.0/gemm_perf.parquet: the footer"), std::string::npos) << all;
  EXPECT_NE(all.find("trtllm/2.0/mla_bmm_perf.parquet: column num_tokens: -1 is out of range"), std::string::npos) << all;
  EXPECT_FALSE(std::filesystem::exists(scratch_.path() / "packs/h200_sxm-vllm.pack"));
}

TEST_F(ImportTest, RefusesWhatIsNoPackage) {
  for (const auto& source : {scratch_.path() / "absent", scratch_.path() / "aiconfigurator_core/systems/data"}) {
    const auto summary = import_tables(source, scratch_.path() / "packs", {});
    ASSERT_FALSE(summary);
    EXPECT_NE(summary.error().items()[0].hint.find("aiconfigurator_core-*.whl"), std::string::npos);
  }
  write_file(scratch_.path() / "x.whl", "no zip");
  EXPECT_FALSE(import_tables(scratch_.path() / "x.whl", scratch_.path() / "packs", {}));
}

TEST_F(ImportTest, SurvivesEveryFlippedByteOfATable) {
  const std::string clean = bmm({"default", "own"}, {8, 16}, {2.0, 3.0});
  const auto open = [](const std::string& bytes) {
    const auto file = ParquetFile::open(std::as_bytes(std::span(bytes)));
    std::size_t good = 0;
    if (file) {
      for (const std::string& name : file->column_names()) good += file->read(name).has_value() ? 1 : 0;
    }
    return good;
  };
  ASSERT_EQ(open(clean), 6u);
  for (std::size_t i = 0; i < clean.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = clean;
      bytes[i] = static_cast<char>(bytes[i] ^ (1 << bit));
      EXPECT_LE(open(bytes), 7u);
    }
  }
}

}  // namespace
}  // namespace dynamo::tables

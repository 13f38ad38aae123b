#include "perf/operators/sparse_attention.h"

#include "perf/operators/sparse_index.h"
#include "perf/roofline_sparse.h"
#include "unit/perf/real_packs.h"
#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

constexpr SparseRoofline kRoof{.hidden = 100, .query_rank = 20, .latent = 10, .nope = 6, .rope = 2, .value = 4,
                               .index_heads = 3, .index_width = 8, .topk = 64,
                               .gemm_flops = 1e9, .index_flops = 1e9, .attention_flops = 1e9, .bytes_per_s = 1e18};

/// Products of a token with two heads: projections, and the absorbed ones.
constexpr double kProductsOfAToken = 2.0 * (100 * 40 + 20 * 2 * 8 + 20 * 24 + 300 + 800 + 2 * 10 * 10);

TEST(SparseRoofline, ShortPromptsScoreNothingAndReadTheTriangle) {
  const double pairs = 32 * 33 / 2 - 8 * 9 / 2;
  EXPECT_DOUBLE_EQ(kRoof.prefill_ms(2, 24, 8, 1, false), (24 * kProductsOfAToken + 2.0 * 2 * 22 * pairs) / 1e9 * 1000);
}

TEST(SparseRoofline, LongPromptsScoreAllTokensAndReadTheChosen) {
  const double scores = 2.0 * 100 * 3 * 8 * 200;
  const double reads = 2.0 * 2 * 22 * (100.0 * 64);
  const double products = 100 * kProductsOfAToken;
  EXPECT_DOUBLE_EQ(kRoof.prefill_ms(2, 100, 100, 1, false), (products + scores + reads) / 1e9 * 1000);
  EXPECT_DOUBLE_EQ(kRoof.prefill_ms(2, 100, 100, 1, true), (products + reads) / 1e9 * 1000);
}

TEST(SparseRoofline, DecodeScoresEveryPosition) {
  EXPECT_DOUBLE_EQ(kRoof.decode_ms(2, 4, 1000),
                   (4 * kProductsOfAToken + 2.0 * 4 * 24 * 1000 + 2.0 * 4 * 2 * 22 * 64) / 1e9 * 1000);
}

TEST(SparseRoofline, AnIndexEntryHasAScaleForEach128Values) {
  EXPECT_EQ(SparseRoofline::index_entry_bytes(128), 132);
  EXPECT_EQ(SparseRoofline::index_entry_bytes(129), 137);
}

ModelSpec sparse_model() {
  ModelSpec m = toy::model();
  m.architecture = "GlmMoeDsaForCausalLM";
  m.family = Family::kDeepseekV32;
  m.layers = 4;
  m.heads = 64;
  m.hidden = 6144;
  m.q_lora_rank = 2048;
  m.kv_lora_rank = 512;
  m.qk_nope_head_dim = 192;
  m.qk_rope_head_dim = 64;
  m.v_head_dim = 256;
  m.indexer = {.heads = 32, .head_dim = 128, .topk = 2048, .layers = 1};
  return m;
}

toy::Points prefill_points(double ms) { return {{{64, 0, 1024, 1}, ms}, {{64, 0, 2048, 1}, 3 * ms}}; }

struct SparsePacks : toy::Packs {
  SparsePacks() : Packs(Backend::kSglang, "1.0.0", tables()) {}

  static std::vector<tables::TableData> tables() {
    const std::string formats = "|bfloat16|bfloat16|bfloat16|GlmMoeDsaForCausalLM";
    const std::string cache = "|bfloat16|bfloat16|GlmMoeDsaForCausalLM";
    return {{"dsa_context_module", 4,
             {toy::slice("dsa_context_module" + formats, 4, prefill_points(1.0)),
              toy::slice("dsa_context_module_skip_indexer" + formats, 4, prefill_points(0.2))}},
            toy::table("dsa_context_module_flashmla", 4, {toy::slice("dsa_context_module" + formats, 4, prefill_points(5.0))}),
            toy::table("dsa_generation_module_flashmla", 3,
                       {toy::slice("dsa_generation_module" + cache, 3, {{{64, 1, 1024}, 1.0}, {{64, 1, 2048}, 2.0}})}),
            toy::table("glm5_mqa_logits_module", 3, {toy::slice("64", 3, {{{1, 1024, 0}, 1.0}, {{1, 2048, 0}, 4.0}})}),
            {"glm5_topk_module", 3,
             {toy::slice("64|flat", 3, {{{1, 1024, 0}, 0.5}, {{1, 2048, 0}, 1.0}}),
              toy::slice("64|top_last", 3, {{{1, 1024, 0}, 0.25}, {{1, 2048, 0}, 0.5}})}}};
  }
};

TEST(SparseAttention, LayersThatTakeOverAChoiceCountByTheirShare) {
  const SparsePacks packs;
  const Database database = packs.open(Backend::kSglang);
  const OperatorPtr op = make_sparse_prefill("attention", 2, database.impl(), sparse_model(), {.heads = 64});
  const auto time = op->at({.tokens = 1536, .batch = 1, .sequence = 1536});
  ASSERT_TRUE(time.has_value()) << time.error().message;
  EXPECT_DOUBLE_EQ(time->ms, 2 * (0.25 * 2.0 + 0.75 * 0.4));
  EXPECT_EQ(time->source, Source::kSilicon);
}

TEST(SparseAttention, WithoutRowsOfThatKindEveryLayerChooses) {
  const SparsePacks packs;
  const Database database = packs.open(Backend::kSglang);
  const OperatorPtr op = make_sparse_decode("attention", 1, database.impl(), sparse_model(), {.heads = 64});
  EXPECT_DOUBLE_EQ(op->at({.tokens = 1, .batch = 1, .sequence = 1536})->ms, 1.5);
}

TEST(SparseAttention, AnUnmeasuredFormatIsMissingDataOrEstimatedFromNothing) {
  const SparsePacks packs;
  const SparseAttentionConfig fp8{.heads = 64, .kv = KvQuant::kFp8};
  const StepShape step{.tokens = 1024, .batch = 1, .sequence = 1024};
  const Database silicon = packs.open(Backend::kSglang);
  EXPECT_EQ(make_sparse_prefill("a", 1, silicon.impl(), sparse_model(), fp8)->at(step).error().kind, ErrorKind::kMissingData);
  const Database hybrid = packs.open(Backend::kSglang, DatabaseMode::kHybrid);
  EXPECT_EQ(make_sparse_prefill("a", 1, hybrid.impl(), sparse_model(), fp8)->at(step).error().kind, ErrorKind::kNotEstimable);
}

TEST(SparseAttention, AnEstimateBeyondThePrefixesHoldsTheEfficiencyAtTheWholeLength) {
  const SparsePacks packs;
  const Database database = packs.open(Backend::kSglang, DatabaseMode::kEmpirical);
  ModelSpec model = sparse_model();
  model.indexer.layers = model.layers;
  const OperatorPtr op = make_sparse_prefill("attention", 1, database.impl(), model, {.heads = 64});
  const auto whole = op->at({.tokens = 1024, .batch = 1, .sequence = 1024});
  const auto after = op->at({.tokens = 512, .batch = 1, .sequence = 512, .prefix = 512});
  ASSERT_TRUE(whole.has_value() && after.has_value());
  EXPECT_DOUBLE_EQ(whole->ms, 1.0);
  EXPECT_LT(after->ms, 1.0);
  EXPECT_EQ(after->source, Source::kEmpirical);
}

TEST(IndexKernels, SharingChangesTheirPartOfTheBlock) {
  const SparsePacks packs;
  const Database database = packs.open(Backend::kSglang);
  const IndexKernels kernels(database.impl(), sparse_model(), 64);
  EXPECT_FALSE(kernels.missing().has_value());
  EXPECT_DOUBLE_EQ(*kernels.added_ms(1, 2048, 1024, 0, 2), (4.0 / 2 - 1.0) + (0.5 / 2 - 0.5));
  EXPECT_EQ(kernels.added_ms(1, 4096, 2048, 0, 2).error().kind, ErrorKind::kMissingData);
}

TEST(IndexKernels, OtherHeadCountsAreMissing) {
  const SparsePacks packs;
  const Database database = packs.open(Backend::kSglang);
  EXPECT_TRUE(IndexKernels(database.impl(), sparse_model(), 32).missing().has_value());
}

/// Times of AI Configurator 0.12.0, in ms.
class PublishedSparse : public RealPacks {
 protected:
  double time_of(const std::string& gpu, Parallelism layout, int isl, int batch) {
    const auto database = Database::open(*store_, *find_system(gpu), Backend::kSglang, "current", DatabaseMode::kSilicon);
    EXPECT_TRUE(database.has_value());
    const ModelSpec& model = *find_model("zai-org/GLM-5.2-FP8");
    const auto engine = Engine::build(*database, model, *database->resolve_quant(model, Role::kAggregated, {}), layout);
    EXPECT_TRUE(engine.has_value());
    for (const OperatorTime& time : engine->context_times(toy::load(isl, 2), batch)) {
      if (time.name == "context_attention") return time.ms;
    }
    return 0;
  }
};

TEST_F(PublishedSparse, PrefillWithSharedChoices) {
  EXPECT_NEAR(time_of("h200_sxm", {.tp = 4, .dp = 2, .moe_tp = 8}, 41, 36), 60.22098047, 1e-7);
  EXPECT_NEAR(time_of("h200_sxm", {.tp = 2, .dp = 4, .moe_tp = 8}, 16301, 4), 5665.968675, 1e-5);
  EXPECT_NEAR(time_of("b200_sxm", {.tp = 1, .pp = 4, .dp = 2, .moe_ep = 2}, 32, 19), 38.871075, 1e-7);
}

}  // namespace
}  // namespace dynamo::perf

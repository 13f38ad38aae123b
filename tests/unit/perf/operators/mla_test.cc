#include "perf/operators/mla.h"

#include "perf/operators/mla_module.h"
#include "perf/roofline_mla.h"
#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

constexpr MlaRoofline kRoof{.flops = 1e14, .kv_bytes_per_element = 2, .bytes_per_s = 1e12};
constexpr MlaBmmRoofline kBmmRoof{.flops = 1e14, .bytes_per_element = 2, .bytes_per_s = 1e12};

toy::Points prefill_points() {
  return {{{16, 1024, 1}, 1.0}, {{16, 4096, 1}, 9.0}};
}

toy::Points decode_points() {
  return {{{16, 1, 1024}, 1.0}, {{16, 1, 2048}, 3.0}};
}

Result<Timing> prefill(const Database& database, const MlaConfig& config, int sequence, int prefix = 0) {
  return make_context_mla("mla", 1, database.impl(), config)
      ->at({.tokens = sequence, .batch = 1, .sequence = sequence, .prefix = prefix});
}

struct PrefillPacks : toy::Packs {
  PrefillPacks()
      : Packs(Backend::kTrtllm, "1.0.0", {toy::table("context_mla", 3, {toy::slice("bfloat16|bfloat16", 3, prefill_points())})}) {}
};

TEST(MlaRoofline, PrefillOfManyTokensIsArithmetic) {
  const double pairs = 4096.0 * 4096 - 1024.0 * 1024;
  EXPECT_DOUBLE_EQ(kRoof.prefill_ms(16, 3072, 1024, 2), 2.0 * 16 * 320 * pairs / 1e14 * 1000);
}

TEST(MlaRoofline, DecodeReadsOneLatentForAllHeads) {
  EXPECT_DOUBLE_EQ(kRoof.decode_memory_ms(16, 4, 1001), 4 * (16 * 1088 * 2.0 + 1000 * 576.0 * 2) / 1e12 * 1000);
}

TEST(ContextMla, BlendsTheSquareRootAlongTheSequence) {
  const PrefillPacks packs;
  EXPECT_DOUBLE_EQ(prefill(packs.open(Backend::kTrtllm), {.heads = 16}, 2560)->ms, 4.0);   // ((1 + 3) / 2)^2
}

TEST(ContextMla, ACachedPrefixLeavesTheRestOfTheSquare) {
  const PrefillPacks packs;
  EXPECT_DOUBLE_EQ(prefill(packs.open(Backend::kTrtllm), {.heads = 16}, 2048, 2048)->ms, 9.0 * 0.75);
}

TEST(ContextMla, ContextParallelismPaysAnEarlyAndALateChunk) {
  const PrefillPacks packs;
  const Database database = packs.open(Backend::kTrtllm);
  const double early = prefill(database, {.heads = 16}, 1024)->ms;
  const double late = prefill(database, {.heads = 16}, 1024, 3072)->ms;
  EXPECT_DOUBLE_EQ(prefill(database, {.heads = 16, .cp = 2}, 4096)->ms, early + late);
}

TEST(ContextMla, AnUnmeasuredFormatIsMissingData) {
  const PrefillPacks packs;
  const auto time = prefill(packs.open(Backend::kTrtllm), {.heads = 16, .kv = KvQuant::kFp8}, 1024);
  ASSERT_FALSE(time.has_value());
  EXPECT_EQ(time.error().kind, ErrorKind::kMissingData);
}

TEST(GenerationMla, IsLinearInThePosition) {
  const toy::Packs packs(Backend::kTrtllm, "1.0.0",
                         {toy::table("generation_mla", 3, {toy::slice("bfloat16", 3, decode_points())})});
  const Database database = packs.open(Backend::kTrtllm);
  const OperatorPtr op = make_generation_mla("mla", 2, database.impl(), {.heads = 16});
  EXPECT_DOUBLE_EQ(op->at({.tokens = 1, .batch = 1, .sequence = 1536})->ms, 2 * 2.0);
}

TEST(MlaBmm, AHeadCountNobodyMeasuredIsAShareOfTheNextPowerOfTwo) {
  const toy::Packs packs(Backend::kTrtllm, "1.0.0",
                         {toy::table("mla_bmm", 2, {toy::slice("bfloat16|mla_gen_pre", 2, {{{16, 8}, 1.0}, {{16, 16}, 2.0}})})});
  const Database database = packs.open(Backend::kTrtllm);
  const StepShape step{.tokens = 8, .batch = 8};
  EXPECT_DOUBLE_EQ(make_mla_bmm("bmm", 1, database.impl(), MlaBmm::kPre, 16, GemmQuant::kBfloat16)->at(step)->ms, 1.0);
  EXPECT_DOUBLE_EQ(make_mla_bmm("bmm", 1, database.impl(), MlaBmm::kPre, 12, GemmQuant::kBfloat16)->at(step)->ms, 0.75);
}

TEST(MlaBmm, AFormatNobodyMeasuredIsTakenForBf16) {
  const toy::Packs packs(Backend::kTrtllm, "1.0.0",
                         {toy::table("mla_bmm", 2, {toy::slice("bfloat16|mla_gen_post", 2, {{{16, 8}, 1.0}})})});
  const Database database = packs.open(Backend::kTrtllm);
  const OperatorPtr op = make_mla_bmm("bmm", 1, database.impl(), MlaBmm::kPost, 16, GemmQuant::kFp8);
  EXPECT_DOUBLE_EQ(op->at({.tokens = 8, .batch = 8})->ms, 1.0);
}

TEST(MlaBmm, SolIsTheLargerOfArithmeticAndTraffic) {
  const toy::Packs packs(Backend::kTrtllm, "1.0.0", {toy::table("mla_bmm", 2, {toy::slice("bfloat16|mla_gen_pre", 2, {{{16, 8}, 1.0}})})});
  const Database database = packs.open(Backend::kTrtllm, DatabaseMode::kSol);
  const OperatorPtr op = make_mla_bmm("bmm", 1, database.impl(), MlaBmm::kPre, 16, GemmQuant::kBfloat16);
  EXPECT_DOUBLE_EQ(op->at({.tokens = 8, .batch = 8})->ms, kBmmRoof.ms(16, 8));
}

TEST(MlaModule, RowsOfTheNearestNativeHeadCountAnswer) {
  Table table;
  Slice wide, narrow;
  wide.key = "f|128";
  narrow.key = "f|96";
  table.slices = {wide, narrow};
  EXPECT_EQ(native_slice(table, "f|", 128)->key, "f|128");
  EXPECT_EQ(native_slice(table, "f|", 100)->key, "f|96");    // the most below
  EXPECT_EQ(native_slice(table, "f|", 64)->key, "f|96");     // else the fewest
  EXPECT_EQ(native_slice(table, "g|", 64), nullptr);
}

}  // namespace
}  // namespace dynamo::perf

#include "perf/memory/footprint.h"

#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

constexpr double kMib = 1048576.0;

/// A database of a real GPU; memory needs no rows, so a stub of a pack is enough.
class Memory : public testing::Test {
 protected:
  Database open(const std::string& gpu, Backend backend, const std::string& version = "1.0.0") {
    packs_.add(backend, version, {toy::table("gemm", 2, {toy::gemm_slice("bfloat16", {{8, 8, {{1, 1}}}})})}, true, gpu);
    return packs_.open(backend, DatabaseMode::kSilicon, *find_system(gpu));
  }

  Engine build(const Database& database, const std::string& model, Parallelism parallel, int nextn = 0) {
    const ModelSpec& spec = *find_model(model);
    return std::move(*Engine::build(database, spec, *infer_quant(spec), parallel, nextn));
  }

  toy::Packs packs_;
};

TEST_F(Memory, WeightsOfQwen3Of32BillionInBf16OnFourGpus) {
  // 64 layers of (10,240 + 2 * 128 * 8) / 4 ... as held by one of four ranks, two bytes each:
  const double qkv = (64.0 * 128 / 4 + 2 * 128 * 2) * 5120;
  const double out = 5120.0 * 64 * 128 / 4;
  const double ffn = 3.0 * 25600 / 4 * 5120;
  const double vocabulary = 2.0 * 151936 / 4 * 5120;  // embedding and logits
  const double gib = 2 * (64 * (qkv + out + ffn) + vocabulary) / toy::kGib;
  const Database database = open("h200_sxm", Backend::kTrtllm);
  const MemoryBreakdown memory =
      build(database, "Qwen/Qwen3-32B", {.tp = 4}).static_memory(toy::load(1024, 2), 1, StaticMode::kBoth);
  EXPECT_NEAR(memory.weights_gib, gib, 1e-9);
  EXPECT_NEAR(memory.weights_gib, 15.256, 5e-4);
}

TEST_F(Memory, WeightsOfQwen3Of32BillionInFp8OnOneGpu) {
  const Database database = open("h200_sxm", Backend::kTrtllm);
  const MemoryBreakdown memory =
      build(database, "Qwen/Qwen3-32B-FP8", {}).static_memory(toy::load(1024, 2), 1, StaticMode::kBoth);
  EXPECT_NEAR(memory.weights_gib, 31.960, 5e-4);
}

TEST_F(Memory, PipelineStagesShareTheWeights) {
  const Database database = open("h200_sxm", Backend::kTrtllm);
  const Workload load = toy::load(1024, 2);
  const double one = build(database, "Qwen/Qwen3-32B", {.tp = 2}).static_memory(load, 1, StaticMode::kBoth).weights_gib;
  const double two =
      build(database, "Qwen/Qwen3-32B", {.tp = 2, .pp = 2}).static_memory(load, 1, StaticMode::kBoth).weights_gib;
  EXPECT_DOUBLE_EQ(two, one / 2);
}

TEST_F(Memory, EveryPartOfAStep) {
  const Database database = open("h200_sxm", Backend::kTrtllm);
  const Engine engine = build(database, "Qwen/Qwen3-32B", {.tp = 4});
  const MemoryBreakdown memory = engine.static_memory(toy::load(3000, 500), 8, StaticMode::kBoth);
  // KV: 8 sequences of 3,500 tokens, 2 of 8 heads on a rank, K and V of 128 in 64 layers, 2 bytes.
  EXPECT_DOUBLE_EQ(engine.kv_bytes_per_seq(3500), 3500.0 * 2 * 2 * 128 * 64 * 2);
  EXPECT_DOUBLE_EQ(memory.kv_cache_gib, 8 * 3500.0 * 2 * 2 * 128 * 64 * 2 / toy::kGib);
  // Activations: 24,000 tokens * 2 * 8,192 wide * 5 (Llama family at tp 4)
  EXPECT_DOUBLE_EQ(memory.activations_gib, 2 * 24000.0 * 8192 * 5 / toy::kGib);
  EXPECT_DOUBLE_EQ(memory.nccl_gib, 411041792 / toy::kGib);
  EXPECT_DOUBLE_EQ(memory.others_gib, 3.5);
  EXPECT_DOUBLE_EQ(memory.total_gib(),
                   memory.weights_gib + memory.activations_gib + memory.kv_cache_gib + memory.nccl_gib + 3.5);
}

TEST_F(Memory, SmallStepsKeepAFloorOfActivations) {
  const Workload load = toy::load(8, 2);
  const Database trtllm = open("h200_sxm", Backend::kTrtllm);
  EXPECT_DOUBLE_EQ(build(trtllm, "Qwen/Qwen3-32B", {}).static_memory(load, 1, StaticMode::kBoth).activations_gib,
                   70 * kMib / toy::kGib);
  const Database sglang = open("h200_sxm", Backend::kSglang, "0.5.14");
  const MemoryBreakdown memory = build(sglang, "Qwen/Qwen3-32B", {}).static_memory(load, 1, StaticMode::kBoth);
  EXPECT_DOUBLE_EQ(memory.activations_gib, 1.15 * 90 * kMib / toy::kGib);
  EXPECT_DOUBLE_EQ(memory.others_gib, 3.5 * 1.20);
}

TEST_F(Memory, KvHeadsAreRoundedUpBeyondTheirNumber) {
  const Database database = open("h200_sxm", Backend::kTrtllm);
  // 8 KV heads on 16 ranks: one each.
  EXPECT_DOUBLE_EQ(build(database, "Qwen/Qwen3-32B", {.tp = 16}).kv_bytes_per_seq(1), 1.0 * 128 * 64 * 2 * 2);
}

TEST_F(Memory, DraftsMultiplyTheActivationsOfDecode) {
  const Database database = open("h200_sxm", Backend::kTrtllm);
  const Workload load = toy::load(3000, 500);
  const double plain =
      build(database, "Qwen/Qwen3-32B", {}).static_memory(load, 4096, StaticMode::kGeneration).activations_gib;
  const double drafted =
      build(database, "Qwen/Qwen3-32B", {}, 2).static_memory(load, 4096, StaticMode::kGeneration).activations_gib;
  EXPECT_DOUBLE_EQ(drafted, 3 * plain);
  // A step budget counts drafts already.
  EXPECT_DOUBLE_EQ(build(database, "Qwen/Qwen3-32B", {}, 2).step_memory(8, 8192, 1).activations_gib,
                   build(database, "Qwen/Qwen3-32B", {}).step_memory(8, 8192, 1).activations_gib);
}

TEST_F(Memory, EveryBackendDividesMemoryItsOwnWay) {
  const double capacity = 100 * toy::kGib;
  const double used = 40 * toy::kGib;
  const auto budget = [&](const Database& d, std::optional<double> fraction = {}) {
    return kv_budget(d.impl(), {}, BudgetRole::kAggregated, fraction).bytes(capacity, used) / toy::kGib;
  };
  // TensorRT-LLM: 0.9 of what is free, 1.5 % kept by the allocator, 2 % safety.
  EXPECT_NEAR(budget(open("h200_sxm", Backend::kTrtllm)), 60 * 0.9 * 0.985 * 0.98, 1e-9);
  EXPECT_NEAR(budget(open("h200_sxm", Backend::kTrtllm), 0.5), 60 * 0.5 * 0.985 * 0.98, 1e-9);
  // vLLM: a share of the whole GPU, what is in use comes off it; 0.90 until 0.19, 0.92 after.
  EXPECT_NEAR(budget(open("h200_sxm", Backend::kVllm, "0.24.0")), 100 * 0.92 * 0.98 - 40, 1e-9);
  EXPECT_NEAR(budget(open("h200_sxm", Backend::kVllm, "0.19.0")), 100 * 0.90 * 0.98 - 40, 1e-9);
  // SGLang, prefill and decode in one engine.
  EXPECT_NEAR(budget(open("h200_sxm", Backend::kSglang, "0.5.14")), 100 * 0.88 * 0.98 - 40, 1e-9);
}

TEST_F(Memory, SglangDerivesTheFractionOfSingleRoleEnginesFromTheGpu) {
  SystemSpec system = toy::system();
  const auto fraction = [&](double capacity_gib, Parallelism p) {
    system.mem_capacity_bytes = capacity_gib * toy::kGib;
    packs_.add(Backend::kSglang, "0.5.14", {toy::table("gemm", 2, {toy::gemm_slice("bfloat16", {{8, 8, {{1, 1}}}})})});
    return kv_budget(packs_.open(Backend::kSglang, DatabaseMode::kSilicon, system).impl(), p, BudgetRole::kStatic, {})
        .fraction;
  };
  // MiB kept: 512 + 1.5 * chunk + tp * pp / 8 * 1024 + 2 * graph batch, at least 10,240 above 60 GiB; rounded to 0.001.
  EXPECT_DOUBLE_EQ(fraction(141, {}), 0.907);         // 512 + 12,288 + 128 + 512 of 144,384
  EXPECT_DOUBLE_EQ(fraction(141, {.tp = 4}), 0.901);  // 512 + 12,288 + 512 + 1,024
  EXPECT_DOUBLE_EQ(fraction(16, {}), 0.772);          // 512 + 3,072 + 128 + 16 of 16,384
  EXPECT_DOUBLE_EQ(fraction(180, {}), 0.858);         // 512 + 24,576 + 128 + 1,024 of 184,320
}

}  // namespace
}  // namespace dynamo::perf

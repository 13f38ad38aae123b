#include "perf/operators/wide_mla.h"

#include <map>

#include "perf/large_ep/resolve.h"
#include "perf/roofline_wide_mla.h"
#include "unit/perf/real_packs.h"
#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

TEST(WideMlaRoofline, PrefillCountsProjectionsAndTheTriangle) {
  constexpr WideMlaRoofline kRoof{.flops = 2e14, .bf16_flops = 1e14, .bytes = 1, .bytes_per_s = 1e18};
  const double tokens = 2 * 3000.0;
  const double projections = 2 * tokens * (1536.0 * 16 * 192 + 512.0 * 16 * 256 + 16.0 * 128 * 7168);
  const double attention = 16 * 320.0 * 2 * (4000.0 * 4000 - 1000.0 * 1000);
  EXPECT_DOUBLE_EQ(kRoof.prefill_ms(16, 3000, 1000, 2), (projections / 2e14 + attention / 1e14) * 1000);
}

TEST(WideMlaRoofline, DecodeReadsTheLatentOfEveryPosition) {
  constexpr WideMlaRoofline kRoof{.flops = 1e30, .bf16_flops = 1e30, .bytes = 1, .bytes_per_s = 1e12};
  EXPECT_NEAR(kRoof.decode_ms(16, 4, 3000) - kRoof.decode_ms(16, 4, 2000), 2.0 * 4 * 1000 * 576 / 1e12 * 1000, 1e-15);
}

TEST(WideMla, TakesTheDefaultKernelsRows) {
  const toy::Packs packs(
      Backend::kSglang, "1.0.0",
      {toy::table("wideep_context_mla", 3,
                  {toy::slice("fa3|fp8_block|fp8", 3, {{{128, 1024, 1}, 9.0}}),
                   toy::slice("flashinfer|fp8_block|fp8", 3, {{{128, 1024, 1}, 1.0}, {{128, 4096, 1}, 9.0}})}),
       toy::table("wideep_generation_mla", 3, {toy::slice("trtllm_mla|fp8", 3, {{{128, 1, 1024}, 1.0}, {{128, 1, 2048}, 3.0}})})});
  const Database database = packs.open(Backend::kSglang);
  const MlaConfig config{.heads = 128, .kv = KvQuant::kFp8, .fmha = FmhaQuant::kFp8Block};
  const OperatorPtr prefill = make_wide_context_mla("mla", 1, database.impl(), config);
  EXPECT_DOUBLE_EQ(prefill->at({.tokens = 2560, .batch = 1, .sequence = 2560})->ms, 4.0);   // ((1 + 3) / 2)^2
  EXPECT_DOUBLE_EQ(prefill->at({.tokens = 2048, .batch = 1, .sequence = 2048, .prefix = 2048})->ms, 9.0 * 0.75);
  const OperatorPtr decode = make_wide_generation_mla("mla", 2, database.impl(), config);
  EXPECT_DOUBLE_EQ(decode->at({.tokens = 1, .batch = 1, .sequence = 1536})->ms, 2 * 2.0);
  EXPECT_EQ(make_wide_context_mla("mla", 1, database.impl(), {.heads = 128})->at({.tokens = 8, .batch = 1, .sequence = 8}).error().kind,
            ErrorKind::kMissingData);
}

/// Times of AI Configurator 0.12.0, in ms.
class PublishedWide : public RealPacks {
 protected:
  void expect(const char* gpu, Parallelism layout, int isl, int batch, const std::map<std::string, double>& prefill,
              const std::map<std::string, double>& decode) {
    const auto database = Database::open(*store_, *find_system(gpu), Backend::kSglang, "current", DatabaseMode::kSilicon);
    ASSERT_TRUE(database.has_value());
    const ModelSpec& model = *find_model("deepseek-ai/DeepSeek-R1");
    const auto exchange = resolve_exchange(*database, model, MoeQuant::kFp8Block, layout, {}, ExchangePolicy::kWhereNeeded);
    ASSERT_TRUE(exchange.has_value()) << exchange.error().message;
    const auto quant = resolve_quant(*database, model, Role::kAggregated, {}, *exchange);
    const auto engine = Engine::build(*database, model, *quant, layout, 0, 0, *exchange);
    ASSERT_TRUE(engine.has_value());
    compare(engine->context_times(toy::load(isl, 40), batch), "context_", prefill);
    compare(engine->generation_times(toy::load(isl, 40), batch), "generation_", decode);
  }

 private:
  static void compare(const std::vector<OperatorTime>& times, const std::string& prefix,
                      const std::map<std::string, double>& expected) {
    EXPECT_EQ(times.size(), expected.size());
    for (const OperatorTime& time : times) {
      const auto at = expected.find(time.name.substr(prefix.size()));
      ASSERT_NE(at, expected.end()) << time.name;
      EXPECT_NEAR(time.ms, at->second, 1e-8 * at->second) << time.name;
    }
  }
};

TEST_F(PublishedWide, SixteenReplicasOnTwoNodes) {
    expect("h200_sxm", {.tp = 1, .dp = 16, .moe_ep = 16}, 3000, 4, {{"qkv_a_proj_gemm", 19.36792604}, {"embedding",
         0.0478}, {"add_norm_1", 11.1142}, {"downscale_gemm", 19.36792604}, {"attention", 377.4030907},
         {"gate_ffn1_gemm", 35.26373422}, {"act_gate", 2.5254}, {"ffn2_gemm", 19.43803132}, {"moe_dispatch",
         145.2370207}, {"moe", 1018.114887}, {"moe_combine", 353.9151875}}, {{"qkv_a_proj_gemm", 37.98828078},
         {"embedding", 0.1175824}, {"add_norm_1", 7.2791056}, {"downscale_gemm", 37.98828078}, {"attention",
         269.4351503}, {"gate_ffn1_gemm", 40.28228532}, {"act_gate", 7.1674512}, {"ffn2_gemm", 20.70470094},
         {"moe_dispatch", 52.17147}, {"moe", 452.5276928}, {"moe_combine", 70.8942}});
}

}  // namespace
}  // namespace dynamo::perf

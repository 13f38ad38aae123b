#include <map>

#include "perf/engine.h"
#include "unit/perf/real_packs.h"
#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

/// Unrounded times of AI Configurator 0.12.0, in ms: Qwen3-32B in bf16, batch 1, isl 1024, osl 2.
class Published : public RealPacks {
 protected:
  using Times = std::map<std::string, double>;

  void expect(const std::string& gpu,
              Backend backend,
              const std::string& version,
              int tp,
              const Times& context,
              const Times& generation,
              double context_sum,
              double generation_sum) {
    const auto database = Database::open(*store_, *find_system(gpu), backend, version, DatabaseMode::kSilicon);
    ASSERT_TRUE(database.has_value()) << database.error().message;
    const ModelSpec& model = *find_model("Qwen/Qwen3-32B");
    const auto quant = database->resolve_quant(model, Role::kAggregated, {});
    ASSERT_TRUE(quant.has_value());
    const auto engine = Engine::build(*database, model, *quant, {.tp = tp});
    ASSERT_TRUE(engine.has_value());
    const Workload load = toy::load(1024, 2);
    compare(engine->context_times(load, 1), "context_", context, context_sum);
    compare(engine->generation_times(load, 1), "generation_", generation, generation_sum);
  }

 private:
  static void compare(const std::vector<OperatorTime>& times,
                      const std::string& prefix,
                      const Times& expected,
                      double sum) {
    ASSERT_EQ(times.size(), expected.size());
    double total = 0;
    for (const OperatorTime& time : times) {
      ASSERT_TRUE(time.name.starts_with(prefix)) << time.name;
      const auto at = expected.find(time.name.substr(prefix.size()));
      ASSERT_NE(at, expected.end()) << time.name;
      EXPECT_NEAR(time.ms, at->second, 2e-8 * std::max(1.0, at->second)) << time.name;  // published with nine digits
      total += time.ms;
    }
    EXPECT_NEAR(total, sum, 1e-9 * sum);
  }
};

TEST_F(Published, H200WithTensorRtLlmOnFourGpus) {
  expect("h200_sxm",
         Backend::kTrtllm,
         "1.3.0rc20",
         4,
         {{"embedding", 0.00573066667},
          {"add_norm_1", 0.891050667},
          {"qkv_gemm", 2.37920719},
          {"attention", 4.57166166},
          {"proj_gemm", 1.96585253},
          {"add_norm_2", 0.891050667},
          {"gate_ffn1_gemm", 10.8548185},
          {"act_gate", 0.84736},
          {"ffn2_gemm", 5.51477939},
          {"logits_gemm", 0.0995075861},
          {"embedding_ar", 0.0682708001},
          {"ar_1", 4.36933121},
          {"ar_2", 4.36933121},
          {"p2p", 0}},
         {{"embedding", 0.00300266667},
          {"add_norm_1", 0.192682667},
          {"qkv_gemm", 0.725560877},
          {"attention", 1.02677384},
          {"proj_gemm", 0.569685353},
          {"add_norm_2", 0.192682667},
          {"gate_ffn1_gemm", 2.28646377},
          {"act_gate", 0.19264},
          {"ffn2_gemm", 1.32536761},
          {"logits_gemm", 0.0995075861},
          {"embedding_ar", 0.00318479992},
          {"ar_1", 0.203827195},
          {"ar_2", 0.203827195},
          {"p2p", 0}},
         36.82795203197807,
         7.025206226593822);
}

TEST_F(Published, B200WithSglangOnFourGpus) {
  expect("b200_sxm",
         Backend::kSglang,
         "0.5.14",
         4,
         {{"embedding", 0.00470223377},
          {"add_norm_1", 0.627771844},
          {"qkv_gemm", 1.2343182},
          {"attention", 4.12182532},
          {"proj_gemm", 1.26207998},
          {"add_norm_2", 0.627771844},
          {"gate_ffn1_gemm", 6.05328217},
          {"act_gate", 0.600536104},
          {"ffn2_gemm", 3.04321682},
          {"logits_gemm", 0.0636114311},
          {"embedding_ar", 0.0361733603},
          {"ar_1", 2.31509506},
          {"ar_2", 2.31509506},
          {"p2p", 0}},
         {{"embedding", 0.00300166234},
          {"add_norm_1", 0.192425558},
          {"qkv_gemm", 0.599950208},
          {"attention", 0.665996352},
          {"proj_gemm", 0.39384177},
          {"add_norm_2", 0.192425558},
          {"gate_ffn1_gemm", 1.74745253},
          {"act_gate", 0.192398961},
          {"ffn2_gemm", 1.02954148},
          {"logits_gemm", 0.0636114311},
          {"embedding_ar", 0.00462559998},
          {"ar_1", 0.296038399},
          {"ar_2", 0.296038399},
          {"p2p", 0}},
         22.305479433256153,
         5.6773479142055);
}

TEST_F(Published, B200WithVllmOnEightGpus) {
  expect("b200_sxm",
         Backend::kVllm,
         "0.24.0",
         8,
         {{"embedding", 0.00470223377},
          {"add_norm_1", 0.627771844},
          {"qkv_gemm", 0.769795234},
          {"attention", 4.13575854},
          {"proj_gemm", 0.611214214},
          {"add_norm_2", 0.627771844},
          {"gate_ffn1_gemm", 3.0276409},
          {"act_gate", 0.396268052},
          {"ffn2_gemm", 1.34779684},
          {"logits_gemm", 0.031865914},
          {"embedding_ar", 0.0452334404},
          {"ar_1", 2.89494019},
          {"ar_2", 2.89494019},
          {"p2p", 0}},
         {{"embedding", 0.00300166234},
          {"add_norm_1", 0.192425558},
          {"qkv_gemm", 0.400642239},
          {"attention", 0.689955586},
          {"proj_gemm", 0.231367111},
          {"add_norm_2", 0.192425558},
          {"gate_ffn1_gemm", 0.913928503},
          {"act_gate", 0.192199481},
          {"ffn2_gemm", 0.519545095},
          {"logits_gemm", 0.031865914},
          {"embedding_ar", 0.00788599998},
          {"ar_1", 0.504703999},
          {"ar_2", 0.504703999},
          {"p2p", 0}},
         17.415699429019057,
         4.384650705859206);
}

}  // namespace
}  // namespace dynamo::perf

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "dynamo/profiler/facts.h"

namespace dynamo {
namespace {

struct Expected {
  std::string id, family;
  int layers = 0, hidden = 0, heads = 0, kv_heads = 0, head_dim = 0, ffn = 0, vocab = 0, context = 0;
  int experts = 0, top_k = 0, expert_ffn = 0;
  std::string gemm, moe, kv, fmha;
};

std::vector<Expected> expectations() {
  std::ifstream file(DYNAMO_SOURCE_DIR "/tests/unit/facts/model_expectations.txt");
  std::vector<Expected> out;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    Expected row;
    words >> row.id >> row.family >> row.layers >> row.hidden >> row.heads >> row.kv_heads >> row.head_dim >> row.ffn >>
        row.vocab >> row.context >> row.experts >> row.top_k >> row.expert_ffn >> row.gemm >> row.moe >> row.kv >>
        row.fmha;
    EXPECT_FALSE(words.fail()) << line;
    out.push_back(row);
  }
  return out;
}

TEST(ModelRoster, HoldsEveryBundledCheckpoint) {
  const auto expected = expectations();
  EXPECT_GE(expected.size(), 86u);
  EXPECT_GE(known_models().size(), expected.size());
}

TEST(ModelRoster, CheckpointsOfTheSameConfigurationDifferInNameOnly) {
  const ModelSpec& base = *find_model("meta-llama/Meta-Llama-3.1-70B");
  const ModelSpec* tuned = find_model("meta-llama/Llama-3.3-70B-Instruct");
  ASSERT_NE(tuned, nullptr);
  EXPECT_EQ(tuned->id, "meta-llama/Llama-3.3-70B-Instruct");
  EXPECT_EQ(tuned->architecture, base.architecture);
  EXPECT_EQ(tuned->layers, base.layers);
  EXPECT_EQ(tuned->max_positions, base.max_positions);
}

TEST(ModelRoster, ShapesAgreeWithTheReference) {
  for (const Expected& row : expectations()) {
    SCOPED_TRACE(row.id);
    const ModelSpec* model = find_model(row.id);
    ASSERT_NE(model, nullptr);
    EXPECT_EQ(name_of(model->family), row.family);
    EXPECT_EQ(model->layers, row.layers);
    EXPECT_EQ(model->hidden, row.hidden);
    EXPECT_EQ(model->heads, row.heads);
    EXPECT_EQ(model->kv_heads, row.kv_heads);
    EXPECT_EQ(model->head_dim, row.head_dim);
    EXPECT_EQ(model->intermediate, row.ffn);
    EXPECT_EQ(model->vocab, row.vocab);
    EXPECT_EQ(model->max_positions, row.context);
    EXPECT_EQ(model->experts, row.experts);
    EXPECT_EQ(model->experts_per_token, row.top_k);
    EXPECT_EQ(model->moe_intermediate, row.expert_ffn);
  }
}

TEST(ModelRoster, FormatsAgreeWithTheReference) {
  for (const Expected& row : expectations()) {
    SCOPED_TRACE(row.id);
    const auto modes = infer_quant(*find_model(row.id));
    ASSERT_TRUE(modes.has_value());
    EXPECT_EQ(facts_of(modes->gemm).name, row.gemm);
    EXPECT_EQ(facts_of(modes->moe).name, row.moe);
    EXPECT_EQ(facts_of(modes->kv).name, row.kv);
    EXPECT_EQ(facts_of(modes->fmha).name, row.fmha);
    EXPECT_EQ(modes->comm, CommQuant::kHalf);
  }
}

}  // namespace
}  // namespace dynamo

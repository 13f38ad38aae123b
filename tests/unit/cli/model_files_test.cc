#include "io/model_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/cli/temporary_directory.h"

namespace dynamo::cli {
namespace {

using testing::HasSubstr;

constexpr const char* kConfig = R"({"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "hidden_size": 1024,
  "num_hidden_layers": 28, "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128,
  "intermediate_size": 3072, "vocab_size": 151936, "max_position_embeddings": 40960, "torch_dtype": "bfloat16"})";

TEST(ModelFiles, ReadsAFileADirectoryAndTheHubCache) {
  const TemporaryDirectory temporary;
  const std::string commit = "0123456789abcdef0123456789abcdef01234567";
  const auto file = temporary.write("checkpoint/config.json", kConfig);
  temporary.write("hub/models--acme--tiny/refs/main", commit + "\n");
  temporary.write("hub/models--acme--tiny/snapshots/" + commit + "/config.json", kConfig);
  const ModelFiles models(temporary.path() / "hub");
  for (const std::string& id : {file.string(), file.parent_path().string(), std::string("acme/tiny")}) {
    const auto model = models.find(id);
    ASSERT_TRUE(model.has_value()) << id << ": " << model.error().items().front().reason;
    EXPECT_EQ(model->layers, 28);
    EXPECT_EQ(model->kv_heads, 8);
    EXPECT_EQ(model->id, id);
  }
}

TEST(ModelFiles, BuiltInModelsNeedNoFile) {
  const auto model = ModelFiles("/nonexistent").find("Qwen/Qwen3-32B");
  ASSERT_TRUE(model.has_value());
  EXPECT_EQ(model->layers, 64);
}

TEST(ModelFiles, AnUnknownModelGetsAdvice) {
  const auto model = ModelFiles("/nonexistent").find("Qwen/Qwen3-32b-typo");
  ASSERT_FALSE(model.has_value());
  EXPECT_THAT(model.error().items().front().reason, HasSubstr("Qwen/Qwen3-32b-typo"));
  EXPECT_THAT(model.error().items().front().hint, HasSubstr("config.json"));
}

TEST(ModelFiles, AnIdIsNeverAPathOutOfTheCache) {
  const TemporaryDirectory temporary;
  temporary.write("secret/config.json", kConfig);
  temporary.write("hub/models--acme--tiny/refs/main", "../../../../secret");
  const ModelFiles models(temporary.path() / "hub");
  EXPECT_FALSE(models.find("acme/tiny").has_value());
  EXPECT_FALSE(models.find("../secret/x").has_value());
}

TEST(ModelFiles, ADirectoryWithoutConfigurationSaysSo) {
  const TemporaryDirectory temporary;
  const auto model = ModelFiles("/nonexistent").find(temporary.path().string());
  ASSERT_FALSE(model.has_value());
  EXPECT_THAT(model.error().items().front().reason, HasSubstr("no config.json"));
}

}  // namespace
}  // namespace dynamo::cli

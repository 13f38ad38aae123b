#include <filesystem>

#include <gtest/gtest.h>

#include "unit/rules/support.h"

namespace dynamo::testing {
namespace {

TEST(Samples, AllValidateWithoutAWarning) {
  const std::filesystem::path folder = std::filesystem::path(DYNAMO_SOURCE_DIR) / "manifests" / "samples";
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") {
      continue;
    }
    ++count;
    const std::string name = entry.path().filename().string();
    const ValidateResult result = check(text_of("manifests/samples/" + name));
    EXPECT_TRUE(result.request.has_value()) << name;
    for (const Diagnostic& item : result.diagnostics.items()) {
      ADD_FAILURE() << name << ": " << line_of(item);
    }
  }
  EXPECT_GE(count, 7);
}

TEST(Samples, TheFirstIsWhatItsNameSays) {
  const ValidateResult result = check(text_of("manifests/samples/qwen3-32b.yaml"));
  ASSERT_TRUE(result.request.has_value());
  EXPECT_EQ(result.request->isl, 3000);
  EXPECT_EQ(result.request->ttft_ms, 500);
  EXPECT_EQ(result.request->itl_ms, 50);
  EXPECT_EQ(result.request->total_gpus, 8);
  EXPECT_EQ(result.request->backends, std::vector<Backend>{Backend::kTrtllm});
}

}  // namespace
}  // namespace dynamo::testing

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "dynamo/profiler/document_io.h"
#include "unit/emit/emit_fixture.h"

// Whole deployments as they are committed under tests/golden/dgd. After a change on purpose, run the test with
// DYNAMO_UPDATE_GOLDEN=1 and review the difference.

namespace dynamo {
namespace {

struct Golden {
  std::string name;
  ValidatedRequest request;
  PickReport report;
};

std::vector<Golden> goldens() {
  using namespace testing;
  std::vector<Golden> all;
  for (const Backend backend : {Backend::kTrtllm, Backend::kSglang, Backend::kVllm}) {
    const std::string prefix(dynamo::name_of(backend));
    all.push_back({prefix + "-agg", request_for(dense_model()), aggregated(backend)});
    all.push_back({prefix + "-disagg", request_for(dense_model()), disaggregated(backend)});
    auto cached = request_for(moe_model(), 32);
    cached.pvc_name = "model-cache";
    cached.pvc_mount_path = "/opt/model-cache";
    cached.pvc_model_path = "hub/qwen3-235b";
    all.push_back({prefix + "-moe-disagg-pvc-multinode",
                   cached,
                   disaggregated(backend, {.tp = 8, .moe_ep = 8}, {.tp = 1, .dp = 16, .moe_ep = 16})});
  }
  return all;
}

std::string read(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(GoldenDeployments, AreUnchanged) {
  const bool update = std::getenv("DYNAMO_UPDATE_GOLDEN") != nullptr;
  for (const auto& golden : goldens()) {
    const auto documents = emit_deployment(golden.request, golden.report);
    ASSERT_TRUE(documents) << golden.name;
    const std::string text = write_yaml(documents->documents);
    const std::string file = std::string(DYNAMO_SOURCE_DIR) + "/tests/golden/dgd/" + golden.name + ".yaml";
    if (update)
      std::ofstream(file, std::ios::binary) << text;
    EXPECT_EQ(text, read(file)) << file;
  }
}

}  // namespace
}  // namespace dynamo

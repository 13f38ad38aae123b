#include "decide/gates.h"

#include <gmock/gmock.h>

#include "unit/decide/requests.h"

namespace dynamo {
namespace {

using testing::HasSubstr;

/// Measured with TensorRT-LLM only.
class Gates : public testing::Test {
 protected:
  [[nodiscard]] Diagnostics check(std::vector<Backend> backends, Value planner) {
    request_ = toy::request(std::move(backends), 2);
    request_.planner = std::move(planner);
    request_.planner_scaling = true;
    return check_gates(request_, packs_.store());
  }

  static Value planner(bool throughput) {
    Value value;
    value.set("enable_throughput_scaling", throughput);
    value.set("enable_load_scaling", !throughput);
    return value;
  }

  [[nodiscard]] std::string sweep() const {
    const Value* mode = request_.planner.find("pre_deployment_sweeping_mode");
    return mode == nullptr || mode->as_string() == nullptr ? "" : *mode->as_string();
  }

  toy::Packs packs_{Backend::kTrtllm, "1.0.0", toy::whole_set("lane", 0.5)};
  ValidatedRequest request_;
};

TEST_F(Gates, ThroughputScalingNeedsMeasuredTables) {
  EXPECT_TRUE(check({Backend::kTrtllm}, planner(true)).empty());
  const Diagnostics denied = check({Backend::kVllm}, planner(true));
  ASSERT_EQ(denied.error_count(), 1u);
  EXPECT_EQ(denied.items().front().rule, "planner.throughput.unmeasured");
  EXPECT_THAT(denied.items().front().reason, HasSubstr("no measured tables for system toy with backend vllm"));
  EXPECT_THAT(denied.items().front().hint, HasSubstr("enable_load_scaling: true"));
}

TEST_F(Gates, AutoIsMeasuredWhereOneBackendIs) {
  EXPECT_TRUE(check(toy::all_backends(), planner(true)).empty());
  EXPECT_TRUE(check({Backend::kSglang, Backend::kVllm}, planner(true)).has_errors());
}

TEST_F(Gates, ARapidSweepFallsBackToNone) {
  const Diagnostics warned = check({Backend::kVllm}, planner(false));
  ASSERT_EQ(warned.warning_count(), 1u);
  EXPECT_FALSE(warned.has_errors());
  EXPECT_EQ(warned.items().front().rule, "planner.sweep.unmeasured");
  EXPECT_EQ(sweep(), "none");
  EXPECT_TRUE(check({Backend::kTrtllm}, planner(false)).empty());
  EXPECT_EQ(sweep(), "");
}

TEST_F(Gates, OtherSweepsStay) {
  for (const char* mode : {"thorough", "none"}) {
    Value value = planner(false);
    value.set("pre_deployment_sweeping_mode", mode);
    EXPECT_TRUE(check({Backend::kVllm}, std::move(value)).empty()) << mode;
    EXPECT_EQ(sweep(), mode);
  }
}

TEST_F(Gates, TablesThatAreNotThereProveNothingAboutAMeasuredGpu) {
  const toy::Packs none;
  SystemSpec system = toy::system();
  system.has_tables = true;
  ValidatedRequest request = toy::request({Backend::kVllm}, 2);
  request.planner = planner(true);
  request.planner_scaling = true;
  request.system = &system;
  EXPECT_TRUE(check_gates(request, none.store()).empty());
  system.has_tables = false;
  EXPECT_TRUE(check_gates(request, none.store()).has_errors());
}

}  // namespace
}  // namespace dynamo

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "dynamo/profiler/admission.h"

namespace dynamo {
namespace {

/// The spec's members are the argument; the name may be long.
std::string review(const std::string& spec, const std::string& name = "qwen") {
  return R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u-1",)"
         R"("kind":{"group":"nvidia.com","version":"v1beta1","kind":"DynamoGraphDeploymentRequest"},"name":")" +
         name +
         R"(","operation":"CREATE","object":{"apiVersion":"nvidia.com/v1beta1","kind":"DynamoGraphDeploymentRequest",)"
         R"("metadata":{"name":")" +
         name + R"("},"spec":{)" + spec + "}}}}";
}

const std::string kQwen = R"("model":"Qwen/Qwen3-32B","backend":"trtllm","hardware":{"gpuSku":"h200_sxm","totalGpus":8},)"
                          R"("workload":{"isl":3000,"osl":500},)";
const std::string kReachable = kQwen + R"("sla":{"ttft":500,"itl":50})";
const std::string kOutOfReach = kQwen + R"("sla":{"ttft":500,"itl":2})";

class Feasibility : public testing::Test {
 protected:
  Feasibility() { options.deadline = std::chrono::minutes(5); }   // a busy machine must not change the answers

  AdmissionAnswer ask(const std::string& body) { return answer_review(AdmissionPath::kValidate, "application/json", body, options, tables); }

  bool says(const AdmissionAnswer& answer, std::string_view text) { return answer.body.find(text) != std::string::npos; }

  const char* directory = std::getenv("DYNAMO_TABLES");
  TableStore tables{directory == nullptr ? "" : directory};
  AdmissionOptions options;
};

class MeasuredFeasibility : public Feasibility {
 protected:
  void SetUp() override {
    if (tables.empty()) GTEST_SKIP() << "no measured tables: set DYNAMO_TABLES";
  }
};

TEST_F(Feasibility, WithoutTablesTheNumbersAreModelled) {
  const TableStore none("");
  const AdmissionAnswer answer = answer_review(AdmissionPath::kValidate, "application/json", review(kReachable), options, none);
  EXPECT_TRUE(answer.allowed);
  EXPECT_EQ(answer.rules, std::vector<std::string>{"profile.modelled"}) << answer.body;
}

TEST_F(Feasibility, WeightsThatFitNoBudget) {
  const std::string body = review(R"("model":"deepseek-ai/DeepSeek-R1","backend":"trtllm","hardware":{"gpuSku":"h100_sxm","totalGpus":2})");
  EXPECT_TRUE(ask(body).allowed);
  EXPECT_GE(ask(body).warnings, 1u) << ask(body).body;
  options.enforce_feasibility = true;
  const AdmissionAnswer denied = ask(body);
  EXPECT_FALSE(denied.allowed) << denied.body;
  EXPECT_EQ(denied.status_code, 422);
}

TEST_F(Feasibility, AtOnceIsAnsweredWhatNeedsNoSearch) {
  FeasibilityMemo memo;
  options.memo = &memo;
  AdmissionOptions at_once = options;
  at_once.at_once = true;
  const auto ask_at_once = [&](const std::string& body) {
    return answer_review(AdmissionPath::kValidate, "application/json", body, at_once, tables);
  };
  EXPECT_TRUE(ask_at_once(review(kReachable)).postponed);
  EXPECT_EQ(ask_at_once(review(kReachable)).body, "");
  const std::string searched = ask(review(kReachable)).body;
  const AdmissionAnswer remembered = ask_at_once(review(kReachable));
  EXPECT_FALSE(remembered.postponed);
  EXPECT_TRUE(remembered.remembered);
  EXPECT_EQ(remembered.body, searched);
  // The rules alone deny this one.
  const std::string wrong = review(R"("model":"Qwen/Qwen3-32B","backend":"none")");
  EXPECT_FALSE(ask_at_once(wrong).postponed);
  EXPECT_EQ(ask_at_once(wrong).body, ask(wrong).body);
  at_once.check_feasibility = false;
  EXPECT_FALSE(ask_at_once(review(kReachable)).postponed);
  const std::string gated = review(kReachable + R"(,"features":{"planner":{"enable_throughput_scaling":true}})");
  EXPECT_TRUE(ask_at_once(gated).postponed) << "its gates read tables";
}

TEST_F(Feasibility, NameOverTheOperatorsBudget) {
  const AdmissionAnswer answer = ask(review(kReachable, std::string(44, 'n')));
  EXPECT_TRUE(answer.allowed);
  EXPECT_TRUE(says(answer, "metadata.name: has 44 characters; at most")) << answer.body;
}

TEST_F(Feasibility, ThroughputScalingNeedsMeasuredTables) {
  const auto planner = [](const char* gpu) {
    return review(R"("model":"Qwen/Qwen3-32B","backend":"vllm","hardware":{"gpuSku":")" + std::string(gpu) +
                  R"(","totalGpus":8},"features":{"planner":{"enable_throughput_scaling":true}})");
  };
  const AdmissionAnswer denied = ask(planner("l40"));
  EXPECT_FALSE(denied.allowed) << denied.body;
  EXPECT_TRUE(says(denied, "throughput scaling needs measured latencies")) << denied.body;
  EXPECT_TRUE(ask(planner("h200_sxm")).allowed);
}

TEST_F(MeasuredFeasibility, ReachableTargetsNeedNoWarning) {
  const AdmissionAnswer answer = ask(review(kReachable));
  EXPECT_TRUE(answer.allowed);
  EXPECT_EQ(answer.warnings, 0u) << answer.body;
  EXPECT_TRUE(answer.estimated);
}

TEST_F(MeasuredFeasibility, AThoroughSearchWillMeasureForItself) {
  const AdmissionAnswer answer = ask(review(kReachable + R"(,"searchStrategy":"thorough")"));
  EXPECT_TRUE(answer.allowed);
  EXPECT_EQ(answer.warnings, 0u) << answer.body;
}

TEST_F(MeasuredFeasibility, NamesTheBestThatCanBeReached) {
  const AdmissionAnswer answer = ask(review(kOutOfReach));
  EXPECT_TRUE(answer.allowed);
  EXPECT_TRUE(says(answer, "spec.sla.itl: 2 ms is out of reach on 8 h200_sxm; best ")) << answer.body;
  options.enforce_feasibility = true;
  EXPECT_FALSE(ask(review(kOutOfReach)).allowed);
}

TEST_F(MeasuredFeasibility, SaysHowManyGpusALoadNeeds) {
  const AdmissionAnswer answer = ask(review(R"("model":"Qwen/Qwen3-32B","backend":"trtllm","hardware":{"gpuSku":"h200_sxm","totalGpus":8},)"
                                            R"("workload":{"isl":3000,"osl":500,"requestRate":500},"sla":{"ttft":500,"itl":50})"));
  EXPECT_TRUE(answer.allowed);
  EXPECT_TRUE(says(answer, "spec.workload.requestRate: needs about ")) << answer.body;
}

TEST_F(MeasuredFeasibility, OverTheDeadlineTheRequestIsAdmitted) {
  options.deadline = std::chrono::milliseconds(0);
  options.enforce_feasibility = true;
  const AdmissionAnswer answer = ask(review(kOutOfReach));
  EXPECT_TRUE(answer.allowed);
  EXPECT_EQ(answer.rules, std::vector<std::string>{"admission.deadline"});
}

TEST_F(MeasuredFeasibility, RememberedAnswersAreTheSame) {
  FeasibilityMemo memo(1);
  const std::string fresh = ask(review(kOutOfReach)).body;
  options.memo = &memo;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(review(kOutOfReach)).body, fresh);
  EXPECT_EQ(ask(review(kReachable)).warnings, 0u);
  EXPECT_EQ(ask(review(kOutOfReach)).body, fresh);
}

}  // namespace
}  // namespace dynamo

#include "emit/planner_config.h"

#include <gmock/gmock.h>

#include "dynamo/profiler/document_io.h"
#include "emit/runtime.h"
#include "unit/emit/emit_fixture.h"

namespace dynamo::emit {
namespace {

using namespace dynamo::testing;
using ::testing::IsEmpty;
using ::testing::SizeIs;

ValidatedRequest planned(std::string_view planner) {
  ValidatedRequest request = request_for(dense_model());
  request.planner = read_json(planner, "test").value();
  return request;
}

struct Built {
  Value config;
  std::vector<std::string> warned;
};

Built build(std::string_view planner, PlannerContext context, PickReport report = disaggregated(Backend::kTrtllm)) {
  Diagnostics warnings;
  auto config = planner_config(planned(planner), report, context, warnings);
  EXPECT_TRUE(config.has_value());
  Built built{config.value_or(Value()), {}};
  for (const Diagnostic& finding : warnings.items()) built.warned.push_back(finding.rule + " " + finding.path);
  return built;
}

Value at(const Built& built, std::string_view key) {
  const Value* value = built.config.find(key);
  return value == nullptr ? Value("absent") : *value;
}

TEST(PlannerConfig, IsWholeInEveryLine) {
  EXPECT_THAT(*build("{}", {.line = PlannerLine::k1_0}).config.as_object(), SizeIs(37));
  // 63 fields, of which the planner finds 8 in its environment.
  EXPECT_THAT(*build("{}", {.line = PlannerLine::kNewest}).config.as_object(), SizeIs(55));
  EXPECT_THAT(*build("{}", {.line = PlannerLine::k1_1}).config.as_object(), SizeIs(38));
}

TEST(PlannerConfig, FollowsFromPickAndTargets) {
  const Built old = build("{}", {.line = PlannerLine::k1_0});
  EXPECT_EQ(at(old, "backend"), Value("trtllm"));
  EXPECT_EQ(at(old, "mode"), Value("disagg"));
  EXPECT_EQ(at(old, "ttft"), Value(2000.0));
  EXPECT_EQ(at(old, "itl"), Value(30.0));
  EXPECT_EQ(at(old, "max_gpu_budget"), Value(8));
  EXPECT_EQ(at(old, "profile_results_dir"), Value("/workspace/profiling_results"));
  EXPECT_EQ(at(old, "optimization_target"), Value("absent"));
  const PickReport report = disaggregated(Backend::kTrtllm);
  EXPECT_EQ(at(old, "prefill_engine_num_gpu"), Value(report.chosen->unit.prefill.parallel.gpus()));
  EXPECT_EQ(at(old, "decode_engine_num_gpu"), Value(report.chosen->unit.decode.parallel.gpus()));
}

TEST(PlannerConfig, NewPlannersScaleByThroughputOnlyForTheSla) {
  const Built wanted = build("{}", {});
  EXPECT_EQ(at(wanted, "optimization_target"), Value("sla"));
  EXPECT_EQ(at(wanted, "enable_throughput_scaling"), Value(true));
  EXPECT_EQ(at(wanted, "ttft_ms"), Value(2000.0));
  const Built not_wanted = build(R"({"enable_throughput_scaling":false,"enable_load_scaling":true})", {});
  EXPECT_EQ(at(not_wanted, "optimization_target"), Value("throughput"));
}

TEST(PlannerConfig, WhatTheUserWroteStandsUnderTheNameOfTheLine) {
  const char* written = R"({"ttft":300,"itl_ms":20.5,"min_endpoint":2,"throughput_adjustment_interval":60,"no_operation":true})";
  const Built old = build(written, {.line = PlannerLine::k1_0});
  EXPECT_EQ(at(old, "ttft"), Value(300.0));
  EXPECT_EQ(at(old, "itl"), Value(20.5));
  EXPECT_EQ(at(old, "no_operation"), Value(true));
  const Built newest = build(written, {});
  EXPECT_EQ(at(newest, "ttft_ms"), Value(300.0));
  EXPECT_EQ(at(newest, "min_endpoint"), Value(2));
  EXPECT_EQ(at(newest, "throughput_adjustment_interval_seconds"), Value(60));
  EXPECT_EQ(at(newest, "advisory"), Value(true));
  EXPECT_EQ(at(newest, "ttft"), Value("absent"));
  EXPECT_THAT(newest.warned, IsEmpty());
}

TEST(PlannerConfig, WhatTheLineDoesNotReadIsLeftOutWithAWarning) {
  const Built old = build(R"({"live_dashboard_port":9000})", {.line = PlannerLine::k1_0});
  EXPECT_EQ(at(old, "live_dashboard_port"), Value("absent"));
  EXPECT_THAT(old.warned, ::testing::ElementsAre("planner.key.line spec.features.planner.live_dashboard_port"));
  const Built newest = build(R"({"load_learning_window":10})", {});
  EXPECT_EQ(at(newest, "load_learning_window"), Value("absent"));
  EXPECT_THAT(newest.warned, SizeIs(1));
}

TEST(PlannerConfig, EnvironmentFieldsAreWrittenWhenGiven) {
  EXPECT_EQ(at(build("{}", {}), "metric_pulling_prometheus_endpoint"), Value("absent"));
  EXPECT_EQ(at(build(R"({"metric_pulling_prometheus_endpoint":"http://p:9090"})", {}), "metric_pulling_prometheus_endpoint"),
            Value("http://p:9090"));
}

TEST(PlannerConfig, AWordThePlannerRefusesGivesWayToItsDefault) {
  EXPECT_EQ(at(build(R"({"load_predictor":"linear"})", {}), "load_predictor"), Value("arima"));
  EXPECT_EQ(at(build(R"({"load_predictor":"kalman"})", {}), "load_predictor"), Value("kalman"));
}

TEST(PlannerConfig, TicksMeetEveryInterval) {
  const auto interval = [](const char* planner) {
    return *build(planner, {}).config.find_path({"scheduling", "scale_interval_seconds"});
  };
  EXPECT_EQ(interval("{}"), Value(5.0));
  EXPECT_EQ(interval(R"({"load_adjustment_interval":12,"throughput_adjustment_interval":90,"enable_load_scaling":true})"), Value(6.0));
  EXPECT_EQ(interval(R"({"scheduling":{"scale_interval_seconds":2.5}})"), Value(2.5));
}

TEST(PlannerConfig, PartialObjectsKeepTheOtherMembers) {
  const Built built = build(R"({"scheduling":{"tick_max_duration_seconds":10.0}})", {});
  EXPECT_EQ(*built.config.find_path({"scheduling", "tick_max_duration_seconds"}), Value(10.0));
  EXPECT_NE(built.config.find_path({"scheduling", "gateway"}), nullptr);
}

TEST(PlannerConfig, MissedTargetsAreThoseThatAreReached) {
  PickReport report = disaggregated(Backend::kTrtllm);
  report.best_ttft_ms = 2500.5;
  EXPECT_EQ(at(build("{}", {.line = PlannerLine::k1_0}, report), "ttft"), Value(2500.5));
}

TEST(PlannerConfig, MockersAreScaledAsMockers) {
  const Built built = build(R"({"backend":"trtllm"})", {.line = PlannerLine::k1_0, .mocker = true});
  EXPECT_EQ(at(built, "backend"), Value("mocker"));
  EXPECT_THAT(built.warned, SizeIs(1));
}

TEST(PlannerConfig, WithoutASweepSaysSo) {
  const Built built = build(R"({"enable_throughput_scaling":false,"enable_load_scaling":true})",
                            {.line = PlannerLine::k1_0, .swept = false}, aggregated(Backend::kVllm));
  EXPECT_EQ(at(built, "pre_deployment_sweeping_mode"), Value("none"));
  EXPECT_EQ(at(built, "mode"), Value("agg"));
  EXPECT_EQ(at(built, "prefill_engine_num_gpu"), Value());
}

TEST(PlannerConfig, OldLoadScalingOutsideAClusterNeedsTheRouter) {
  Diagnostics warnings;
  const auto request = planned(R"({"enable_load_scaling":true,"environment":"virtual"})");
  EXPECT_FALSE(planner_config(request, disaggregated(Backend::kVllm), {.line = PlannerLine::k1_0}, warnings).has_value());
  EXPECT_TRUE(planner_config(request, disaggregated(Backend::kVllm), {}, warnings).has_value());
}

TEST(Runtime, ComesFromFlagThenRequestThenTag) {
  ValidatedRequest request = request_for(dense_model());
  const auto line = [&](std::string_view asked, std::string_view image) { return planner_line(runtime_of(request, asked, image)); };
  EXPECT_EQ(line("", "r:5000/dynamo-frontend:1.0.1"), PlannerLine::k1_0);
  EXPECT_EQ(line("1.6.1", "r:5000/dynamo-frontend:1.0.1"), PlannerLine::kNewest);
  EXPECT_EQ(line("", "dynamo-frontend:v1.1.2"), PlannerLine::k1_1);
  EXPECT_EQ(line("", "dynamo-frontend:latest"), PlannerLine::kNewest);
  EXPECT_EQ(line("", "r:5000/dynamo-frontend@sha256:ab"), PlannerLine::kNewest);
  request.runtime_version_override = "1.0.0";
  EXPECT_EQ(line("", "dynamo-frontend:1.6.1"), PlannerLine::k1_0);
}

}  // namespace
}  // namespace dynamo::emit

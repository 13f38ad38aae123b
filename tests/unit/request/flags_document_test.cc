#include <string>

#include <gtest/gtest.h>

#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/request.h"
#include "dynamo/profiler/request_flags.h"

namespace dynamo {
namespace {

Document document(const std::string& yaml) {
  ReadResult read = read_yaml(yaml, "file.yaml");
  EXPECT_EQ(read.documents.size(), 1u);
  return read.documents.at(0);
}

std::string merged(const std::string& yaml, const FlagValues& flags) {
  return write_json(merge_flags(document(yaml), flags).root);
}

TEST(Flags, MakeAFullRequest) {
  FlagValues flags;
  flags.model = "Qwen/Qwen3-32B";
  flags.gpu = "h200_sxm";
  flags.gpus = 8;
  flags.gpus_per_node = 8;
  flags.backend = "trtllm";
  flags.image = "x/y:1";
  flags.isl = 3000;
  flags.osl = 500;
  flags.ttft = 500;
  flags.itl = 50;
  flags.request_rate = 2;
  flags.strategy = "rapid";
  flags.name = "q";
  flags.namespace_name = "team";
  const Document made = request_from_flags(flags);
  EXPECT_EQ(made.source, "<flags>");
  Diagnostics diagnostics;
  const RequestSpec spec = decode_request(made, diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_EQ(spec.name, "q");
  EXPECT_EQ(spec.namespace_name, "team");
  EXPECT_EQ(spec.model.value, "Qwen/Qwen3-32B");
  EXPECT_EQ(spec.hardware.gpu_sku.value, "h200_sxm");
  EXPECT_EQ(spec.hardware.total_gpus.value, 8);
  EXPECT_EQ(spec.hardware.gpus_per_node.value, 8);
  EXPECT_EQ(spec.backend.value, "trtllm");
  EXPECT_EQ(spec.image.value, "x/y:1");
  EXPECT_EQ(spec.workload.isl.value, 3000);
  EXPECT_EQ(spec.workload.osl.value, 500);
  EXPECT_EQ(spec.sla.ttft.value, 500);
  EXPECT_EQ(spec.sla.itl.value, 50);
  EXPECT_EQ(spec.workload.request_rate.value, 2);
  EXPECT_FALSE(spec.workload.concurrency.set());
  EXPECT_EQ(spec.search_strategy.value, "rapid");
}

TEST(Flags, WithoutAnyAreAnEmptyNamedRequest) {
  EXPECT_EQ(write_json(request_from_flags({}).root),
            R"({"apiVersion":"nvidia.com/v1beta1","kind":"DynamoGraphDeploymentRequest","metadata":{"name":"dynamo"},)"
            R"("spec":{}})");
}

TEST(Flags, EndToEndBringsItsNulls) {
  FlagValues flags;
  flags.e2e_latency = 8000;
  EXPECT_EQ(merged("model: m\n", flags), R"({"model":"m","sla":{"ttft":null,"itl":null,"e2eLatency":8000.0}})");
  EXPECT_EQ(merged("sla: {ttft: 5, itl: 6}\n", flags), R"({"sla":{"ttft":null,"itl":null,"e2eLatency":8000.0}})");
}

TEST(Flags, BothKindsOfGoalAreKeptForTheRulesToReject) {
  FlagValues flags;
  flags.e2e_latency = 8000;
  flags.ttft = 5;
  EXPECT_EQ(merged("model: m\n", flags), R"({"model":"m","sla":{"ttft":5.0,"e2eLatency":8000.0}})");
}

TEST(Flags, TokenLatencyReplacesEndToEnd) {
  FlagValues flags;
  flags.itl = 20;
  EXPECT_EQ(merged("sla: {e2eLatency: 9, ttft: null, itl: null}\n", flags), R"({"sla":{"itl":20.0}})");
  EXPECT_EQ(merged("sla: {ttft: 100, itl: 30}\n", flags), R"({"sla":{"ttft":100,"itl":20.0}})");
}

TEST(Flags, OneLoadReplacesTheOther) {
  FlagValues rate;
  rate.request_rate = 2;
  EXPECT_EQ(merged("workload: {concurrency: 4}\n", rate), R"({"workload":{"requestRate":2.0}})");
  FlagValues concurrency;
  concurrency.concurrency = 3;
  EXPECT_EQ(merged("workload: {isl: 1, requestRate: 4}\n", concurrency), R"({"workload":{"isl":1,"concurrency":3.0}})");
  rate.concurrency = 3;
  EXPECT_EQ(merged("workload: {concurrency: 4}\n", rate), R"({"workload":{"concurrency":3.0,"requestRate":2.0}})");
}

TEST(Flags, ANameMakesABareSpecAResource) {
  FlagValues flags;
  flags.namespace_name = "team";
  EXPECT_EQ(merged("model: m\n", flags),
            R"({"apiVersion":"nvidia.com/v1beta1","kind":"DynamoGraphDeploymentRequest",)"
            R"("metadata":{"name":"dynamo","namespace":"team"},"spec":{"model":"m"}})");
}

TEST(Flags, LeaveWhatTheyCannotMergeAsItIs) {
  FlagValues flags;
  flags.ttft = 5;
  flags.e2e_latency = 9;
  flags.concurrency = 1;
  flags.gpu = "h200_sxm";
  flags.name = "n";
  EXPECT_EQ(merged("[1]\n", flags), "[1]");
  EXPECT_EQ(merged("spec: 5\nmetadata: x\n", flags), R"({"spec":5,"metadata":"x"})");
  EXPECT_EQ(merged("spec: {sla: x, workload: [], hardware: 3}\nmetadata: {}\n", flags),
            R"({"spec":{"sla":"x","workload":[],"hardware":3},"metadata":{"name":"n"}})");
}

TEST(Flags, KeepTheFilesName) {
  FlagValues flags;
  flags.model = "b";
  const Document result = merge_flags(document("spec: {model: a}\n"), flags);
  EXPECT_EQ(result.source, "file.yaml");
  EXPECT_EQ(write_json(result.root), R"({"spec":{"model":"b"}})");
}

}  // namespace
}  // namespace dynamo

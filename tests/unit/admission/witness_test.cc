#include <cstdlib>
#include <initializer_list>
#include <random>
#include <string>

#include <gmock/gmock.h>

#include "admission/feasibility.h"
#include "dynamo/profiler/document_io.h"
#include "unit/decide/random_requests.h"

// Where one layout is taken for proof that there is nothing to say, a decision says nothing either.

namespace dynamo {
namespace {

std::string text(const Diagnostics& findings) {
  std::string lines;
  for (const Diagnostic& finding : findings.items()) lines += finding.rule + ' ' + finding.path + ": " + finding.reason + '\n';
  return lines;
}

struct Tally {
  int asked = 0;
  int silent = 0;      ///< a decision had nothing to say
  int witnessed = 0;   ///< of these, seen without a decision
};

void compare(const ValidatedRequest& request, const TableStore& tables, Tally& tally) {
  const ProfileOptions alone{.validate = {}, .threads = 1};
  const ProfileOptions after{.validate = {}, .threads = 1, .memory = make_search_memory()};
  const auto expected = admission::findings_of_decision(request, alone, tables);
  ASSERT_TRUE(expected.has_value());
  const bool witnessed = admission::nothing_to_find(request, after, tables);
  if (witnessed) {
    EXPECT_EQ(text(*expected), "");
  } else {
    // What was looked at in vain is remembered, and changes nothing.
    EXPECT_EQ(text(*admission::findings_of_decision(request, after, tables)), text(*expected));
  }
  ++tally.asked;
  tally.silent += expected->items().empty() ? 1 : 0;
  tally.witnessed += witnessed ? 1 : 0;
}

TEST(Witness, SaysWhatADecisionSays) {
  toy::Packs packs;
  toy::add_packs_for_random_requests(packs);
  toy::RandomRequests requests(toy::setting("DYNAMO_PROPERTY_SEED", 20241124));
  const int count = static_cast<int>(toy::setting("DYNAMO_PROPERTY_REQUESTS", 220));
  std::mt19937 random(1);
  Tally tally;
  while (tally.asked < count && !testing::Test::HasFailure()) {
    ValidatedRequest request = requests.next();
    request.name = std::string(random() % 48, 'n');
    request.mocker = random() % 8 == 0;
    if (random() % 2 == 0) {   // targets that are easily met are what most requests have
      for (std::optional<double>* target : {&request.ttft_ms, &request.itl_ms, &request.e2e_ms}) {
        if (*target) **target *= 20;
      }
    }
    SCOPED_TRACE("request " + std::to_string(tally.asked) + ": " + toy::description(request) + ", name of " + std::to_string(request.name.size()));
    compare(request, packs.store(), tally);
  }
  EXPECT_GT(tally.asked - tally.silent, tally.asked / 10);
  EXPECT_GT(tally.witnessed, tally.asked / 10);
  RecordProperty("silent", tally.silent);
  RecordProperty("witnessed", tally.witnessed);
}

/// A request over measured models and GPUs as a document.
std::string random_spec(std::mt19937& random) {
  const auto one_of = [&](std::initializer_list<const char*> list) { return std::string(list.begin()[random() % list.size()]); };
  const std::string load = one_of({"", "", "", R"(,"requestRate":)" "5", R"(,"requestRate":)" "60", R"(,"concurrency":)" "64"});
  const std::string sla = one_of({R"({"ttft":500,"itl":50})", R"({"ttft":2000,"itl":20})", R"({"ttft":300,"itl":7})",
                                  R"({"ttft":60,"itl":33.5})", R"({"ttft":null,"itl":null,"e2eLatency":20000})", R"({"ttft":null,"itl":null,"e2eLatency":1500})",
                                  R"({"ttft":500,"itl":1})", R"({"ttft":2,"itl":50})"});
  return R"({"apiVersion":"nvidia.com/v1beta1","kind":"DynamoGraphDeploymentRequest","metadata":{"name":"x"},"spec":{"model":")" +
         one_of({"Qwen/Qwen3-8B", "Qwen/Qwen3-32B", "Qwen/Qwen3-30B-A3B", "meta-llama/Llama-3.1-70B-Instruct"}) + R"(","backend":")" +
         one_of({"auto", "trtllm", "vllm", "sglang"}) + R"(","hardware":{"gpuSku":")" + one_of({"h200_sxm", "h100_sxm", "b200_sxm", "l40s"}) +
         R"(","totalGpus":)" + one_of({"1", "2", "4", "8", "16", "32"}) + R"(,"numGpusPerNode":8},"workload":{"isl":)" +
         one_of({"300", "3000", "8000"}) + R"(,"osl":)" + one_of({"100", "500", "1500"}) + load + R"(},"sla":)" + sla + "}}";
}

TEST(Witness, SaysWhatADecisionSaysOfMeasuredModels) {
  const char* directory = std::getenv("DYNAMO_TABLES");
  const TableStore tables(directory == nullptr ? "" : directory);
  if (tables.empty()) GTEST_SKIP() << "no measured tables: set DYNAMO_TABLES";
  std::mt19937 random(toy::setting("DYNAMO_PROPERTY_SEED", 7));
  const int count = static_cast<int>(toy::setting("DYNAMO_PROPERTY_REQUESTS", 100));
  Tally tally;
  while (tally.asked < count && !testing::Test::HasFailure()) {
    const std::string spec = random_spec(random);
    SCOPED_TRACE(spec);
    const Document document{"spec", *read_json(spec, "spec")};
    const ValidateResult checked = check_document(document);
    ASSERT_TRUE(checked.request.has_value()) << text(checked.diagnostics);
    compare(*checked.request, tables, tally);
  }
  EXPECT_GT(tally.witnessed, tally.asked / 10);
  RecordProperty("silent", tally.silent);
  RecordProperty("witnessed", tally.witnessed);
}

}  // namespace
}  // namespace dynamo

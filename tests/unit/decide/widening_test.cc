#include "decide/widening.h"

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

#include <gmock/gmock.h>

#include "decide/plan.h"
#include "dynamo/profiler/document_io.h"
#include "search/layouts.h"
#include "search/widening.h"
#include "text/number_text.h"
#include "unit/decide/random_requests.h"

// Wider limits are answered from what one search evaluated. Here they are searched anew, each of them, and the answers compared.

namespace dynamo::decision {
namespace {

std::vector<Searched> searched_anew(const Plan& plan, const TableStore& tables) {
  std::vector<Searched> best = run_searches(plan, tables);
  double distance = closest(best, plan.target);
  if (std::isinf(distance) && !limits_are_what_fails(best)) return best;
  for (const double factor : search::kWidening) {
    if (distance == 0) break;
    Plan wider = plan;
    if (wider.scenario.ttft_ms) *wider.scenario.ttft_ms *= factor;
    if (wider.scenario.request_latency_ms) *wider.scenario.request_latency_ms *= factor;
    std::vector<Searched> found = run_searches(wider, tables);
    if (const double reached = closest(found, plan.target); reached < distance) {
      distance = reached;
      for (std::size_t i = 0; i < found.size(); ++i) {
        found[i].outcome.summary = best[i].outcome.summary;
        found[i].widening = factor;
      }
      best = std::move(found);
    }
    if (distance <= factor - 1) break;
  }
  return best;
}

std::string text(std::initializer_list<double> numbers) {
  std::string out;
  for (const double number : numbers) out += shortest(number) + ' ';
  return out;
}

std::string text(const Estimate& row) {
  return search::reference_label(row.prefill.parallel) + '*' + std::to_string(row.prefill_workers) + ' ' +
         search::reference_label(row.decode.parallel) + '*' + std::to_string(row.decode_workers) + ' ' +
         text({static_cast<double>(row.prefill.batch), static_cast<double>(row.decode.batch), static_cast<double>(row.ctx_tokens),
               static_cast<double>(row.gpus), row.ttft_ms, row.tpot_ms, row.request_latency_ms, row.concurrency, row.seq_per_s,
               row.tokens_per_s_gpu, row.tokens_per_s_user, row.decode.memory_gib}) + '\n';
}

std::string text(const std::vector<Searched>& searches) {
  std::string out;
  for (const Searched& s : searches) {
    out += std::string(name_of(s.mode)) + ' ' + std::string(name_of(s.backend)) + ' ' + text({s.widening, s.ranking.best_throughput});
    out += std::to_string(s.ranking.exceeded) + std::to_string(s.ranking.capped) + s.outcome.summary.error + '\n';
    out += text({static_cast<double>(s.outcome.summary.enumerated), static_cast<double>(s.outcome.summary.feasible)}) + '\n';
    for (const Infeasible& drop : s.outcome.summary.dropped) {
      out += drop.role + ' ' + search::reference_label(drop.parallel) + ' ' + std::string(name_of(drop.reason)) + ' ' + drop.detail +
             text({drop.value, drop.limit, static_cast<double>(drop.count)}) + '\n';
    }
    for (const Estimate& row : s.outcome.rows) out += text(row);
    for (const Pick& pick : s.ranking.picks) out += "pick " + std::to_string(pick.replicas) + ' ' + pick.why_not + ' ' + text(pick.unit);
  }
  return out;
}

struct Tally {
  int asked = 0, widened = 0, missed = 0;
};

void compare(const ValidatedRequest& request, const TableStore& tables, DatabaseMode database, Tally& tally) {
  const ProfileOptions options{.validate = {}, .database = database, .threads = 1};
  const Plan plan = plan_of(request, options);
  const std::vector<Searched> expected = searched_anew(plan, tables), found = run_widening(plan, tables);
  EXPECT_EQ(text(found), text(expected));
  ++tally.asked;
  tally.widened += std::ranges::any_of(found, [](const Searched& s) { return s.widening > 1; }) ? 1 : 0;
  tally.missed += closest(found, plan.target) > 0 ? 1 : 0;
}

/// Most of these requests cannot be met, by a little or by far.
void tighten(ValidatedRequest& request, std::mt19937& random) {
  for (std::optional<double>* target : {&request.ttft_ms, &request.itl_ms, &request.e2e_ms}) {
    if (*target && random() % 4 != 0) **target *= std::pow(0.01, static_cast<double>(random() % 1000) / 1000);
  }
}

TEST(Widening, AnswersAsSearchingAnew) {
  toy::Packs packs;
  toy::add_packs_for_random_requests(packs);
  toy::RandomRequests requests(toy::setting("DYNAMO_PROPERTY_SEED", 20251));
  std::mt19937 random(3);
  const int count = static_cast<int>(toy::setting("DYNAMO_PROPERTY_REQUESTS", 300));
  Tally tally;
  while (tally.asked < count && !testing::Test::HasFailure()) {
    ValidatedRequest request = requests.next();
    if (request.picking == PickingMode::kAutoscale) continue;
    tighten(request, random);
    SCOPED_TRACE("request " + std::to_string(tally.asked) + ": " + toy::description(request));
    compare(request, packs.store(), DatabaseMode::kSilicon, tally);
  }
  EXPECT_GT(tally.missed, tally.asked / 4);
  EXPECT_GT(tally.widened, tally.asked / 10);
  RecordProperty("missed", tally.missed);
  RecordProperty("widened", tally.widened);
}

TEST(Widening, AnswersAsSearchingAnewOfMeasuredModels) {
  const char* directory = std::getenv("DYNAMO_TABLES");
  const TableStore tables(directory == nullptr ? "" : directory);
  if (tables.empty()) GTEST_SKIP() << "no measured tables: set DYNAMO_TABLES";
  std::mt19937 random(toy::setting("DYNAMO_PROPERTY_SEED", 11));
  const auto one_of = [&](std::initializer_list<const char*> list) { return std::string(list.begin()[random() % list.size()]); };
  const int count = static_cast<int>(toy::setting("DYNAMO_PROPERTY_REQUESTS", 24));
  Tally tally;
  while (tally.asked < count && !testing::Test::HasFailure()) {
    const std::string spec =
        R"({"apiVersion":"nvidia.com/v1beta1","kind":"DynamoGraphDeploymentRequest","metadata":{"name":"x"},"spec":{"model":")" +
        one_of({"Qwen/Qwen3-8B", "Qwen/Qwen3-32B", "Qwen/Qwen3-30B-A3B", "meta-llama/Llama-3.1-70B-Instruct"}) + R"(","backend":")" +
        one_of({"trtllm", "vllm", "sglang"}) + R"(","hardware":{"gpuSku":")" + one_of({"h200_sxm", "h100_sxm", "b200_sxm"}) +
        R"(","totalGpus":)" + one_of({"1", "4", "8", "32"}) + R"(,"numGpusPerNode":8},"workload":{"isl":)" + one_of({"300", "4000"}) +
        R"(,"osl":)" + one_of({"100", "1500"}) + one_of({"", "", R"(,"requestRate":30)", R"(,"concurrency":64)"}) + R"(},"sla":)" +
        one_of({R"({"ttft":500,"itl":1})", R"({"ttft":5,"itl":20})", R"({"ttft":1,"itl":1})", R"({"ttft":40,"itl":6})",
                R"({"ttft":null,"itl":null,"e2eLatency":300})", R"({"ttft":null,"itl":null,"e2eLatency":2000})"}) + "}}";
    SCOPED_TRACE(spec);
    const Document document{"spec", *read_json(spec, "spec")};
    const ValidateResult checked = check_document(document);
    ASSERT_TRUE(checked.request.has_value());
    compare(*checked.request, tables, random() % 4 == 0 ? DatabaseMode::kAuto : DatabaseMode::kSilicon, tally);
  }
  EXPECT_GT(tally.missed, tally.asked / 4);
  RecordProperty("widened", tally.widened);
}

}  // namespace
}  // namespace dynamo::decision

#include <cmath>

#include <gmock/gmock.h>

#include "dynamo/profiler/cost.h"
#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/request_flags.h"
#include "dynamo/profiler/what_if.h"
#include "unit/decide/requests.h"

namespace dynamo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Document document(const std::string& yaml) { return read_yaml(yaml, "file.yaml").documents.at(0); }

std::string with(const std::string& yaml, std::string_view path, std::string_view text) {
  const auto changed = with_field(document(yaml), path, text);
  return changed ? write_json(changed->root) : changed.error().items().front().reason + " | " + changed.error().items().front().hint;
}

TEST(SetField, ReplacesOneFieldAndKeepsTheRest) {
  EXPECT_EQ(with("{model: m, sla: {ttft: 500, itl: 50}}", "sla.itl", "15"), R"({"model":"m","sla":{"ttft":500,"itl":15}})");
  EXPECT_EQ(with("{model: m}", "spec.hardware.totalGpus", "16"), R"({"model":"m","hardware":{"totalGpus":16}})");
}

TEST(SetField, EitherOrPairsAreReplacedAsAWhole) {
  EXPECT_EQ(with("{workload: {concurrency: 4}}", "workload.requestRate", "2.5"), R"({"workload":{"requestRate":2.5}})");
  EXPECT_EQ(with("{sla: {e2eLatency: 9, ttft: null, itl: null}}", "sla.itl", "20"), R"({"sla":{"itl":20}})");
  EXPECT_EQ(with("{sla: {ttft: 1, itl: 2}}", "sla.e2eLatency", "9000"), R"({"sla":{"ttft":null,"itl":null,"e2eLatency":9000}})");
}

TEST(SetField, UnknownFieldsNameTheNearest) {
  EXPECT_THAT(with("{}", "sla.itll", "1"), HasSubstr("sla.itl"));
  EXPECT_THAT(with("{}", "itl", "1"), HasSubstr("did you mean sla.itl?"));
  EXPECT_THAT(with("{}", "hardware.totalGpu", "1"), HasSubstr("hardware.totalGpus"));
  EXPECT_THAT(with("{}", "a..b", "1"), HasSubstr("no path"));
}

TEST(SetField, ValuesOfAnotherTypeAreRefused) {
  EXPECT_THAT(with("{}", "sla.itl", "fast"), HasSubstr("must be a number, not a string"));
  EXPECT_THAT(with("{}", "hardware.totalGpus", "{a: 1}"), HasSubstr("must be"));
  EXPECT_THAT(with("{}", "autoApply", "3"), HasSubstr("must be true or false"));
}

TEST(SetField, EveryListedPathIsKnown) {
  for (const std::string& path : field_paths()) {
    const auto set = with_field(document("{}"), path, "null");
    // Fields that cannot be null say so; none is unknown.
    if (!set.has_value()) {
      EXPECT_NE(set.error().items().at(0).code, DiagnosticCode::kUnknownField) << path;
    }
  }
  EXPECT_THAT(field_paths(), testing::Contains("hardware.totalGpus"));
}

TEST(Sweep, CountsInDecimalsAndIncludesTheEnd) {
  const auto sweep = parse_sweep("sla.itl=0.1:0.5:0.1");
  ASSERT_TRUE(sweep.has_value());
  EXPECT_EQ(sweep->path, "sla.itl");
  EXPECT_THAT(sweep->values, ElementsAre("0.1", "0.2", "0.3", "0.4", "0.5"));
  EXPECT_THAT(parse_sweep("a=5:9:3")->values, ElementsAre("5", "8"));
}

TEST(Sweep, RefusesWhatIsNoRange) {
  for (const char* text : {"sla.itl", "=1:2:1", "sla.itl=1:2", "sla.itl=1:2:0", "sla.itl=5:1:1", "sla.itl=a:b:c", "sla.itl=1:1e9:1"}) {
    EXPECT_FALSE(parse_sweep(text).has_value()) << text;
  }
}

TEST(Variation, SplitsAtCommas) {
  EXPECT_THAT(parse_variation("sla.itl=15,20")->values, ElementsAre("15", "20"));
  for (const char* text : {"sla.itl", "=3", "sla.itl=", "sla.itl=1,,2"}) EXPECT_FALSE(parse_variation(text).has_value()) << text;
}

TEST(Price, ReadsWhatPeopleWrite) {
  GpuPrices prices;
  EXPECT_TRUE(prices.empty());
  EXPECT_TRUE(add_gpu_price("2.49/h", prices).has_value());
  EXPECT_TRUE(add_gpu_price("H100-SXM5-80GB=$3", prices).has_value());
  EXPECT_EQ(prices.of("h200_sxm"), 2.49);
  EXPECT_EQ(prices.of("h100_sxm"), 3.0);
  for (const char* text : {"", "free", "-1", "2.49/day", "nan", "nothing=2"}) {
    EXPECT_FALSE(add_gpu_price(text, prices).has_value()) << text;
  }
}

TEST(Price, IsGpusTimesHoursOverTokens) {
  const Cost cost = cost_of(2.0, 8, 4000);
  EXPECT_DOUBLE_EQ(cost.per_hour, 16);
  EXPECT_DOUBLE_EQ(cost.per_million_tokens, 16 / (4000 * 3600.0) * 1e6);
  EXPECT_TRUE(std::isinf(cost_of(2.0, 8, 0).per_million_tokens));
}

TEST(Price, OfAGivenLoadPaysForTheTokensOfThatLoad) {
  ValidatedRequest request = toy::request({Backend::kTrtllm}, 8);
  Pick pick;
  pick.gpus_used = 4;
  pick.replicas = 2;
  pick.unit.tokens_per_s = 500;
  EXPECT_DOUBLE_EQ(cost_of(1, pick, request).per_million_tokens, 4 / (1000 * 3600.0) * 1e6);
  request.request_rate = 2;   // of 128 tokens
  EXPECT_DOUBLE_EQ(cost_of(1, pick, request).per_million_tokens, 4 / (256 * 3600.0) * 1e6);
}

/// The toy GPU is not in the catalogue, so these ask the search below the request.
class SharedSearch : public testing::Test {
 protected:
  SharedSearch() {
    for (const Backend backend : toy::all_backends()) packs_.add(backend, "1.0.0", toy::whole_set("lane", 0.5));
  }

  [[nodiscard]] std::string decided(const ValidatedRequest& request, const ProfileOptions& options) const {
    const auto report = decide(request, packs_.store(), options);
    if (!report || !report->chosen) return "none";
    std::string text;
    for (const Pick& pick : report->ranked) {
      text += layout_text(pick, false) + " " + std::to_string(pick.unit.tokens_per_s_gpu) + " " + std::to_string(pick.unit.ttft_ms) +
              " " + std::to_string(pick.unit.tpot_ms) + "\n";
    }
    for (const SearchSummary& search : report->searches) {
      text += std::to_string(search.enumerated) + " " + std::to_string(search.feasible) + "\n";
      for (const Infeasible& drop : search.dropped) text += std::string(name_of(drop.reason)) + std::to_string(drop.count) + drop.detail;
    }
    return text;
  }

  toy::Packs packs_;
};

TEST_F(SharedSearch, AnswersTheSameWithAndWithoutMemory) {
  ProfileOptions shared;
  shared.threads = 1;
  shared.memory = make_search_memory();
  ProfileOptions alone;
  alone.threads = 1;
  for (const int gpus : {2, 4, 8}) {
    for (const double itl : {1.0, 5.0, 20.0, 50.0}) {
      for (const int isl : {256, 1024}) {
        ValidatedRequest request = toy::request({Backend::kTrtllm, Backend::kVllm}, gpus);
        request.itl_ms = itl;
        request.isl = isl;
        EXPECT_EQ(decided(request, shared), decided(request, alone)) << gpus << ' ' << itl << ' ' << isl;
      }
    }
  }
}

TEST_F(SharedSearch, KeepsToTheSizesAskedFor) {
  ProfileOptions options;
  options.threads = 1;
  options.sizes.tp = {2};
  const auto report = decide(toy::request({Backend::kTrtllm}, 8), packs_.store(), options);
  ASSERT_TRUE(report.has_value());
  ASSERT_FALSE(report->ranked.empty());
  for (const Pick& pick : report->ranked) {
    EXPECT_EQ(pick.unit.decode.parallel.tp, 2);
    if (pick.unit.mode == ServingMode::kDisaggregated) {
      EXPECT_EQ(pick.unit.prefill.parallel.tp, 2);
    }
  }
}

TEST_F(SharedSearch, AnyNumberOfUnitsCarriesTheLoad) {
  ProfileOptions options;
  options.threads = 1;
  options.any_number_of_units = true;
  ValidatedRequest request = toy::request({Backend::kTrtllm}, 2);
  request.picking = PickingMode::kLoadMatch;
  request.request_rate = 1;
  const auto one = decide(request, packs_.store(), options);
  ASSERT_TRUE(one.has_value() && one->chosen.has_value());
  request.request_rate = one->chosen->unit.seq_per_s * 50;
  const auto many = decide(request, packs_.store(), options);
  ASSERT_TRUE(many.has_value() && many->chosen.has_value());
  EXPECT_GT(many->chosen->gpus_used, 2);
  EXPECT_GE(many->chosen->unit.seq_per_s * many->chosen->replicas, *request.request_rate * (1 - 1e-9));
}

}  // namespace
}  // namespace dynamo

#include <gmock/gmock.h>

#include <algorithm>

#include "dynamo/profiler/document_io.h"
#include "unit/decide/requests.h"

namespace dynamo {
namespace {

using testing::HasSubstr;

class ExplanationTest : public testing::Test {
 protected:
  ExplanationTest() { packs_.add(Backend::kTrtllm, "1.0.0", toy::whole_set("lane", 0.5)); }

  [[nodiscard]] Decision explained(const ValidatedRequest& request, std::vector<std::string> candidates = {}, unsigned threads = 1) const {
    ProfileOptions options{.validate = {}, .threads = threads};
    options.explain = ExplainOptions{std::move(candidates)};
    auto decision = decide_and_explain(request, packs_.store(), options);
    EXPECT_TRUE(decision.has_value());
    return decision.has_value() ? std::move(*decision) : Decision{};
  }

  [[nodiscard]] std::string answer(const std::string& candidate) const {
    const Decision decision = explained(toy::request({Backend::kTrtllm}, 4), {candidate});
    return *decision.explanation.find("candidates")->as_array()->front().find("sentence")->as_string();
  }

  static std::int64_t integer(const Value& value, std::string_view key) { return *value.find(key)->as_int(); }

  toy::Packs packs_;
};

TEST_F(ExplanationTest, FunnelAddsUp) {
  for (const int gpus : {1, 2, 4, 8}) {
    const Decision decision = explained(toy::request({Backend::kTrtllm}, gpus));
    const Array& stages = *decision.explanation.find_path({"funnel", "stages"})->as_array();
    std::int64_t before = integer(stages.front(), "remaining");
    std::int64_t enumerated = 0;
    for (const SearchSummary& search : decision.report.searches) enumerated += search.enumerated;
    EXPECT_EQ(before, enumerated);
    EXPECT_GT(before, 0);
    for (const Value& stage : stages) {
      EXPECT_GE(integer(stage, "remaining"), 0);
      EXPECT_EQ(integer(stage, "remaining"), before - integer(stage, "dropped")) << *stage.find("name")->as_string();
      before = integer(stage, "remaining");
    }
    EXPECT_EQ(before, 1);
  }
}

TEST_F(ExplanationTest, TheDecisionIsThatWithoutReasons) {
  const ValidatedRequest request = toy::request({Backend::kTrtllm}, 8);
  const Decision with = explained(request);
  const auto without = decide(request, packs_.store(), {.validate = {}, .threads = 1});
  ASSERT_TRUE(without.has_value());
  EXPECT_EQ(layout_text(*with.report.chosen, false), layout_text(*without->chosen, false));
  EXPECT_EQ(with.report.chosen->unit.tokens_per_s, without->chosen->unit.tokens_per_s);
  EXPECT_TRUE(without->searches.front().rejected.empty());
}

TEST_F(ExplanationTest, DoesNotDependOnThreads) {
  const ValidatedRequest request = toy::request({Backend::kTrtllm}, 8);
  EXPECT_EQ(write_json(explained(request, {"agg tp2"}, 1).explanation), write_json(explained(request, {"agg tp2"}, 4).explanation));
}

TEST_F(ExplanationTest, LedgersAddUp) {
  const Value document = explained(toy::request({Backend::kTrtllm}, 4)).explanation;
  for (const Value& worker : *document.find("memory")->as_array()) {
    double sum = 0;
    for (const char* part : {"weightsGiB", "kvCacheGiB", "activationsGiB", "ncclGiB", "othersGiB"}) sum += worker.find(part)->number_or(0);
    EXPECT_NEAR(sum, worker.find("totalGiB")->number_or(0), 1e-9);
    EXPECT_NEAR(sum + worker.find("freeGiB")->number_or(0), worker.find("capacityGiB")->number_or(0), 1e-9);
  }
  ASSERT_FALSE(document.find("time")->as_array()->empty());
  for (const Value& phase : *document.find("time")->as_array()) {
    double ms = 0, percent = 0, parts = 0;
    for (const Value& one : *phase.find("operators")->as_array()) {
      ms += one.find("ms")->number_or(0);
      percent += one.find("percent")->number_or(0);
      for (const char* part : {"lookedUpMs", "interpolatedMs", "extrapolatedMs", "modelledMs"}) parts += one.find(part)->number_or(0);
    }
    EXPECT_GT(ms, 0);
    EXPECT_NEAR(ms, phase.find("ms")->number_or(0), 1e-9);
    EXPECT_NEAR(ms, parts, 1e-9);
    EXPECT_NEAR(percent, 100, 1e-6);
  }
}

TEST_F(ExplanationTest, EveryLayoutHasAFate) {
  const Decision decision = explained(toy::request({Backend::kTrtllm}, 4));
  const Array& layouts = *decision.explanation.find("layouts")->as_array();
  ASSERT_FALSE(layouts.empty());
  for (const Value& layout : layouts) EXPECT_FALSE(layout.find("sentence")->as_string()->empty());
}

TEST_F(ExplanationTest, AnswersWhyNotThisOne) {
  EXPECT_THAT(answer("agg tp8"), HasSubstr("needs 8 GPUs of 4"));
  EXPECT_THAT(answer("prefill tp1 x1 + decode tp1 x2"), HasSubstr("disagg 1 x (1P tp1 + 2D tp1)"));
  EXPECT_THAT(answer("disagg 1 x (1P tp1 + 2D tp1)"), HasSubstr("disagg 1 x (1P tp1 + 2D tp1)"));
  EXPECT_THAT(answer("Decode TP1 x2 + Prefill TP1"), HasSubstr("2D tp1"));
  EXPECT_THAT(answer("prefill tp4 + decode tp4"), HasSubstr("cannot form a unit on 4 GPUs"));
  EXPECT_THAT(answer("prefill tp4 x1 + decode tp4 x1"), HasSubstr("needs 8 GPUs of 4"));
  EXPECT_THAT(answer("prefill tp1"), HasSubstr("do not serve alone"));
}

TEST_F(ExplanationTest, ThePickIsRecognised) {
  const Decision decision = explained(toy::request({Backend::kTrtllm}, 4));
  const std::string name = *decision.explanation.find("pickName")->as_string();
  EXPECT_THAT(answer(name), HasSubstr("is the pick")) << name;
}

TEST_F(ExplanationTest, UnknownCandidatesAreReportedWithTheNearest) {
  for (const char* odd : {"agg tp3", "nonsense", "", "agg tp4 tp2", "prefill tp1 + decode tp1 + decode tp2", "agg tp2 batch 7777", "+", "x2"}) {
    const Decision decision = explained(toy::request({Backend::kTrtllm}, 4), {odd});
    ASSERT_TRUE(decision.findings.has_errors()) << odd;
    EXPECT_EQ(decision.findings.items().front().rule, "explain.candidate") << odd;
    EXPECT_EQ(*decision.explanation.find("candidates")->as_array()->front().find("verdict")->as_string(), "unknown") << odd;
  }
  const Decision decision = explained(toy::request({Backend::kTrtllm}, 4), {"agg tp3"});
  EXPECT_THAT(decision.findings.items().front().hint, HasSubstr("tp2"));
}

TEST_F(ExplanationTest, InputsSayWhereTheyComeFrom) {
  ValidatedRequest request = toy::request({Backend::kTrtllm}, 4);
  request.origins = {{"spec.workload.isl", "1024", "default"}, {"spec.hardware.gpuSku", "toy", "normalised from \"Toy\""}};
  const Value document = explained(request).explanation;
  std::map<std::string, std::string> origin;
  for (const Value& input : *document.find("inputs")->as_array()) origin[*input.find("path")->as_string()] = *input.find("origin")->as_string();
  EXPECT_EQ(origin["spec.workload.isl"], "default");
  EXPECT_EQ(origin["spec.workload.osl"], "spec");
  EXPECT_EQ(origin["spec.hardware.gpuSku"], "normalised");
}

TEST_F(ExplanationTest, UnmetTargetsSayWhatWouldMeetThem) {
  ValidatedRequest request = toy::request({Backend::kTrtllm}, 4);
  request.itl_ms = 0.001;
  const Decision decision = explained(request);
  EXPECT_EQ(*decision.explanation.find("status")->as_string(), "missed");
  const Array& relax = *decision.explanation.find_path({"sensitivity", "relax"})->as_array();
  ASSERT_FALSE(relax.empty());
  EXPECT_EQ(*relax.front().find("effect")->as_string(), "meets");
  const std::string& sentence = *relax.front().find("sentence")->as_string();
  EXPECT_THAT(sentence, HasSubstr("then meets the targets"));
  // Where the pick itself would do, its throughput is not held against its own.
  const bool same = *relax.front().find_path({"pick", "name"}) == *decision.explanation.find("pickName");
  EXPECT_EQ(sentence.find("throughput") == std::string::npos, same) << sentence;
}

TEST_F(ExplanationTest, DamageIsNamed) {
  const Value whole = explained(toy::request({Backend::kTrtllm}, 4)).explanation;
  const auto broken = [](Value document) {
    std::string out;
    const Diagnostics found = check_explanation(document, "a.json");
    for (const Diagnostic& item : found.items()) out += item.path + " " + item.reason + "\n";
    return out;
  };
  EXPECT_EQ(broken(whole), "");
  Value document = whole;
  document.set("targets", "none");
  document.find("funnel")->set("stages", Array{Value(7)});
  document.find("provenance")->set("lookedUp", "much");
  document.find("modes")->set("aggregated", true);
  document.find("pick")->set("workers", 2);
  EXPECT_EQ(broken(document), "targets must be a list in a.json\npick.workers must be a list in a.json\nmodes.aggregated must be an object in a.json\n"
                              "funnel.stages[0] must be an object in a.json\nprovenance.lookedUp must be a number in a.json\n");
  Value header;
  for (const char* name : {"apiVersion", "kind", "schemaVersion"}) header.set(name, *whole.find(name));
  const std::string missing = broken(header);
  EXPECT_THAT(missing, HasSubstr("pickName is missing"));
  EXPECT_EQ(std::ranges::count(missing, '\n'), 10);
}

TEST_F(ExplanationTest, RefusesWhatItCannotRead) {
  Value document = explained(toy::request({Backend::kTrtllm}, 4)).explanation;
  EXPECT_FALSE(check_explanation(document, "a.json").has_errors());
  document.set("schemaVersion", kExplanationSchema + 1);
  const Diagnostics newer = check_explanation(document, "a.json");
  ASSERT_TRUE(newer.has_errors());
  EXPECT_EQ(newer.items().front().rule, "explanation.schema");
  EXPECT_THAT(newer.items().front().reason, HasSubstr("this program reads"));
  document.set("schemaVersion", "one");
  EXPECT_TRUE(check_explanation(document, "a.json").has_errors());
  document.set("kind", "ProfileReport");
  EXPECT_EQ(check_explanation(document, "a.json").items().front().rule, "explanation.kind");
  EXPECT_TRUE(check_explanation(Value(), "a.json").has_errors());
}

}  // namespace
}  // namespace dynamo

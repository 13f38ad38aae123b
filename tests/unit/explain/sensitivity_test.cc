#include <cmath>
#include <random>

#include <gmock/gmock.h>

#include "dynamo/profiler/document_io.h"
#include "unit/decide/requests.h"

// What an explanation says about other targets is held against decisions made anew under them.

namespace dynamo {
namespace {

std::string identity(const Pick& pick) {
  const Estimate& u = pick.unit;
  return std::string(name_of(u.mode)) + '/' + std::string(name_of(u.decode.backend)) + '/' + u.prefill.parallel.label(false) + '/' +
         u.decode.parallel.label(false) + '/' + std::to_string(u.decode.batch) + '/' + std::to_string(u.ctx_tokens) + '/' +
         std::to_string(u.prefill_workers) + '/' + std::to_string(u.decode_workers) + '/' + std::to_string(pick.replicas);
}

double number(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* found = value.find_path(path);
  return found == nullptr ? NAN : found->number_or(NAN);
}

std::string word(const Value& value, std::string_view key) {
  const Value* found = value.find(key);
  return found != nullptr && found->as_string() != nullptr ? *found->as_string() : "";
}

class SensitivityTest : public testing::Test {
 protected:
  SensitivityTest() {
    for (const Backend backend : toy::all_backends()) packs_.add(backend, "1.0.0", toy::whole_set("lane", 0.5));
  }

  [[nodiscard]] std::optional<Decision> explained(const ValidatedRequest& request) const {
    ProfileOptions options{.validate = {}, .threads = 1};
    options.explain = ExplainOptions{};
    auto decision = decide_and_explain(request, packs_.store(), options);
    if (!decision.has_value()) return std::nullopt;
    return std::move(*decision);
  }

  [[nodiscard]] PickReport decided(const ValidatedRequest& request) const {
    auto report = decide(request, packs_.store(), {.validate = {}, .threads = 1});
    EXPECT_TRUE(report.has_value());
    return report.has_value() ? std::move(*report) : PickReport{};
  }

  static std::optional<double>& target_of(ValidatedRequest& request, const std::string& name) {
    return name == "itl" ? request.itl_ms : name == "ttft" ? request.ttft_ms : request.e2e_ms;
  }

  static bool satisfied(const PickReport& report) { return report.sla_met && report.chosen->load_served_percent >= 100; }

  /// With the value the answer is the one foretold; a hundredth of the way back it is the old one.
  void check_relaxation(const ValidatedRequest& request, const Decision& decision, const Value& change) {
    const std::string target = word(change, "target");
    const double from = number(change, {"from"}), to = number(change, {"to"});
    ASSERT_GT(to, from);
    ValidatedRequest with = request, almost = request;
    target_of(with, target) = to;
    target_of(almost, target) = std::min(from + 0.99 * (to - from), to - 0.001);   // targets have three decimals
    const PickReport changed = decided(with), before = decided(almost);
    if (word(change, "effect") == "meets") {
      EXPECT_TRUE(changed.sla_met) << target << ' ' << to;
      EXPECT_FALSE(before.sla_met) << target << ' ' << to;
    } else {
      EXPECT_NE(identity(*changed.chosen), identity(*decision.report.chosen)) << target << ' ' << from << " -> " << to;
      EXPECT_EQ(identity(*before.chosen), identity(*decision.report.chosen)) << target << ' ' << from << " -> " << to;
    }
    EXPECT_NEAR(number(change, {"pick", "itlMs"}), changed.chosen->unit.tpot_ms, 1e-9);
    EXPECT_NEAR(number(change, {"pick", "tokensPerSecond"}), changed.chosen->unit.tokens_per_s * changed.chosen->replicas, 1e-6);
    ++relaxations_;
  }

  void check_tightening(const ValidatedRequest& request, const Decision& decision, const Value& change) {
    const std::string target = word(change, "target"), effect = word(change, "effect");
    const double to = number(change, {"to"});
    ValidatedRequest with = request;
    target_of(with, target) = to;
    const PickReport changed = decided(with);
    EXPECT_TRUE(satisfied(changed)) << target << ' ' << to;
    EXPECT_NEAR(number(change, {"pick", "ttftMs"}), changed.chosen->unit.ttft_ms, 1e-9) << target << ' ' << effect << ' ' << to;
    if (effect == "tightest") {
      target_of(with, target) = to * 0.99;
      EXPECT_FALSE(satisfied(decided(with))) << target << ' ' << to;
    } else {
      EXPECT_NE(identity(*changed.chosen), identity(*decision.report.chosen)) << target << ' ' << to;
    }
    if (effect == "layoutChanges") {
      target_of(with, target) = std::nearbyint((to + 0.001) * 1000) / 1000;
      EXPECT_EQ(decided(with).chosen->unit.decode.parallel, decision.report.chosen->unit.decode.parallel);
    }
    ++tightenings_;
  }

  void check_gpus(const ValidatedRequest& request, const Decision& decision, const Value& change) {
    if (word(change, "effect") == "none") return;
    const int to = static_cast<int>(number(change, {"to"}));
    ValidatedRequest with = request;
    with.total_gpus = to;
    const PickReport changed = decided(with);
    EXPECT_NE(identity(*changed.chosen), identity(*decision.report.chosen)) << to;
    const bool exact = *change.find("exact")->as_bool();
    if (exact) {
      EXPECT_NEAR(number(change, {"pick", "tokensPerSecond"}), changed.chosen->unit.tokens_per_s * changed.chosen->replicas, 1e-6);
    }
    if (exact && word(change, "effect") == "pickChanges" && to - 1 > request.total_gpus) {
      with.total_gpus = to - 1;
      EXPECT_EQ(identity(*decided(with).chosen), identity(*decision.report.chosen)) << to - 1;
    }
    ++budgets_;
  }

  toy::Packs packs_;
  int relaxations_ = 0, tightenings_ = 0, budgets_ = 0;
};

ValidatedRequest random_request(std::mt19937& random) {
  const auto pick = [&](std::initializer_list<int> choices) {
    return *(choices.begin() + static_cast<std::ptrdiff_t>(random() % choices.size()));
  };
  const auto between = [&](double low, double high) {
    const double share = static_cast<double>(random() % 1000) / 1000.0;
    return std::nearbyint(low * std::pow(high / low, share) * 1000) / 1000;
  };
  const Backend backend = toy::all_backends()[random() % 3];
  ValidatedRequest request = toy::request({backend}, pick({2, 3, 4, 6, 8, 12, 16}));
  if (random() % 5 == 0) request.backends = toy::all_backends();
  request.isl = pick({256, 1000, 2048, 4000});
  request.osl = pick({32, 128, 500});
  request.ttft_ms = between(4, 300);
  request.itl_ms = random() % 2 == 0 ? pick({1, 2, 5, 10, 20}) : between(0.3, 20);
  switch (random() % 6) {
    case 0:
      request.picking = PickingMode::kLoadMatch;
      request.request_rate = between(1, 400);
      break;
    case 1:
      request.picking = PickingMode::kLoadMatch;
      request.concurrency = between(2, 800);
      break;
    case 2:
      request.ttft_ms.reset();
      request.itl_ms.reset();
      request.e2e_ms = between(50, 3000);
      break;
    default: break;
  }
  return request;
}

TEST_F(SensitivityTest, HoldsForRandomRequests) {
  constexpr int kRequests = 125;
  std::mt19937 random(20241124);
  int explained_requests = 0, failures = 0;
  for (int i = 0; i < kRequests; ++i) {
    const ValidatedRequest request = random_request(random);
    SCOPED_TRACE("request " + std::to_string(i) + ": " + std::to_string(request.total_gpus) + " GPUs, isl " + std::to_string(request.isl) +
                 ", osl " + std::to_string(request.osl) + ", ttft " + std::to_string(request.ttft_ms.value_or(0)) + ", itl " +
                 std::to_string(request.itl_ms.value_or(0)) + ", e2e " + std::to_string(request.e2e_ms.value_or(0)) + ", rate " +
                 std::to_string(request.request_rate.value_or(0)) + ", concurrency " + std::to_string(request.concurrency.value_or(0)));
    const auto decision = explained(request);
    ASSERT_TRUE(decision.has_value());
    ++explained_requests;
    const Value& sensitivity = *decision->explanation.find("sensitivity");
    for (const Value& change : *sensitivity.find("relax")->as_array()) check_relaxation(request, *decision, change);
    for (const Value& change : *sensitivity.find("tighten")->as_array()) check_tightening(request, *decision, change);
    if (const Value& gpus = *sensitivity.find("gpus"); !gpus.is_null()) check_gpus(request, *decision, gpus);
    if (HasFailure() && ++failures > 6) break;
  }
  EXPECT_EQ(explained_requests, kRequests);
  EXPECT_GT(relaxations_, 100);
  EXPECT_GT(tightenings_, 200);
  EXPECT_GT(budgets_, 50);
  RecordProperty("relaxations", relaxations_);
  RecordProperty("tightenings", tightenings_);
}

}  // namespace
}  // namespace dynamo

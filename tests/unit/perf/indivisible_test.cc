#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "dynamo/profiler/facts.h"
#include "dynamo/profiler/tables.h"
#include "perf/engine.h"

/// Layouts over which the parts of a model cannot be spread evenly, for one model of every family. Without tables, so that no
/// missing row refuses them first.
namespace dynamo::perf {
namespace {

std::map<Family, const ModelSpec*> one_of_each_family() {
  std::map<Family, const ModelSpec*> models;
  for (const std::string& id : known_models()) {
    const ModelSpec* model = find_model(id);
    const ModelSpec*& kept = models[model->family];
    if (kept == nullptr || (model->is_moe() && !kept->is_moe())) kept = model;
  }
  return models;
}

Result<Engine> build(const ModelSpec& model, Backend backend, const Parallelism& parallel) {
  const auto database = Database::open(TableStore(""), *find_system("h200_sxm"), backend, "current", DatabaseMode::kAuto);
  if (!database.has_value()) return std::unexpected(database.error());
  const auto quant = database->resolve_quant(model, Role::kAggregated, {});
  if (!quant.has_value()) return std::unexpected(quant.error());
  return Engine::build(*database, model, *quant, parallel, 0, 0.0, {});
}

/// The smallest width above 1 that does not divide `parts`.
int indivisible(int parts) {
  int width = 2;
  while (parts % width == 0) ++width;
  return width;
}

void expect_refused(const Result<Engine>& engine, const std::string& of_what, const std::string& why) {
  ASSERT_FALSE(engine.has_value()) << of_what;
  EXPECT_EQ(engine.error().kind, ErrorKind::kInvalidConfig) << of_what << ": " << engine.error().message;
  EXPECT_NE(engine.error().message.find(why), std::string::npos) << of_what << ": " << engine.error().message;
}

constexpr Backend kBackends[] = {Backend::kTrtllm, Backend::kVllm, Backend::kSglang};

TEST(Indivisible, EveryFamilyIsTried) {
  for (int family = 0; family <= static_cast<int>(Family::kGemma4Mix); ++family) {
    EXPECT_TRUE(one_of_each_family().contains(static_cast<Family>(family))) << name_of(static_cast<Family>(family));
  }
}

TEST(Indivisible, EvenLayoutsAreBuilt) {
  for (const auto& [family, model] : one_of_each_family()) {
    for (const Backend backend : kBackends) {
      const Parallelism even{.tp = 2, .moe_ep = model->states_expert_layout() && model->is_moe() ? 2 : 1};
      const auto engine = build(*model, backend, even);
      EXPECT_TRUE(engine.has_value()) << model->id << " on " << name_of(backend) << ": " << engine.error().message;
    }
  }
}

TEST(Indivisible, AttentionHeads) {
  for (const auto& [family, model] : one_of_each_family()) {
    const int tp = indivisible(model->heads);
    for (const Backend backend : kBackends) {
      const Parallelism layout{.tp = tp, .moe_tp = model->is_moe() ? tp : 1};
      expect_refused(build(*model, backend, layout), model->id + " on " + std::string(name_of(backend)),
                     "cannot be divided by tp " + std::to_string(tp));
    }
  }
}

TEST(Indivisible, Experts) {
  for (const auto& [family, model] : one_of_each_family()) {
    if (!model->is_moe()) continue;
    for (const int ep : {indivisible(model->experts), model->experts + 1, 2 * model->experts}) {
      for (const Backend backend : kBackends) {
        const Parallelism layout{.tp = 1, .dp = ep, .moe_ep = ep};
        expect_refused(build(*model, backend, layout), model->id + " on " + std::string(name_of(backend)),
                       "experts cannot be divided by moe_ep " + std::to_string(ep));
      }
    }
  }
}

TEST(Indivisible, ExpertWidth) {
  for (const auto& [family, model] : one_of_each_family()) {
    if (!model->is_moe()) continue;
    const int width = indivisible(model->moe_intermediate);
    for (const Backend backend : kBackends) {
      const Parallelism layout{.tp = 1, .dp = width, .moe_tp = width};
      expect_refused(build(*model, backend, layout), model->id + " on " + std::string(name_of(backend)), "expert width");
    }
  }
}

TEST(Indivisible, SizesBelowOne) {
  for (const auto& [family, model] : one_of_each_family()) {
    for (const Parallelism layout : {Parallelism{.tp = 0}, Parallelism{.tp = -2}, Parallelism{.tp = 1, .pp = 0}, Parallelism{.tp = 1, .dp = 0}}) {
      expect_refused(build(*model, Backend::kSglang, layout), model->id, "parallel sizes must be at least 1");
    }
  }
}

}  // namespace
}  // namespace dynamo::perf

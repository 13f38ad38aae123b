#include "perf/database_impl.h"
#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

TEST(Database, WithoutAPackThereIsNone) {
  const toy::Packs packs;
  const auto database =
      Database::open(packs.store(), toy::system(), Backend::kTrtllm, "current", DatabaseMode::kSilicon);
  ASSERT_FALSE(database.has_value());
  EXPECT_EQ(database.error().kind, ErrorKind::kNoTables);
  EXPECT_NE(database.error().message.find("toy"), std::string::npos);
}

TEST(Database, TheRooflineNeedsNoPack) {
  const toy::Packs packs;
  const auto database = Database::open(packs.store(), toy::system(), Backend::kTrtllm, "current", DatabaseMode::kSol);
  ASSERT_TRUE(database.has_value());
  EXPECT_EQ(database->version(), "estimate");
  const auto engine = Engine::build(*database, toy::model(), {}, {});
  ASSERT_TRUE(engine.has_value());
  EXPECT_GT(engine->run_static(toy::load(1024, 64), 4, StaticMode::kBoth)->request_latency_ms, 0);
}

TEST(Database, ResolvesSlotsAndRefusesUnknownVersions) {
  toy::Packs packs;
  packs.add(Backend::kTrtllm, "1.2.3", toy::whole_set("torch_flow", 0.5));
  EXPECT_EQ(packs.open(Backend::kTrtllm).version(), "1.2.3");
  const auto unknown = Database::open(packs.store(), toy::system(), Backend::kTrtllm, "9.9.9", DatabaseMode::kSilicon);
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().kind, ErrorKind::kInvalidConfig);
}

TEST(Database, ModelledModesReadOnlyTheVersionsOwnRows) {
  toy::Packs packs;
  packs.add(Backend::kTrtllm, "1.2.3", toy::whole_set("torch_flow", 0.5), false);
  EXPECT_NE(*packs.open(Backend::kTrtllm, DatabaseMode::kSilicon).impl().table("gemm"), nullptr);
  EXPECT_NE(*packs.open(Backend::kTrtllm, DatabaseMode::kHybrid).impl().table("gemm"), nullptr);
  EXPECT_EQ(*packs.open(Backend::kTrtllm, DatabaseMode::kEmpirical).impl().table("gemm"), nullptr);
  EXPECT_EQ(*packs.open(Backend::kTrtllm, DatabaseMode::kSol).impl().table("gemm"), nullptr);
}

TEST(Database, FormatsComeFromTheCheckpointUnlessFixed) {
  toy::Packs packs;
  packs.add(Backend::kTrtllm, "1.2.3", toy::whole_set("torch_flow", 0.5));
  const Database database = packs.open(Backend::kTrtllm);
  EXPECT_EQ(*database.resolve_quant(toy::model(), Role::kAggregated, {}), QuantModes{});
  QuantOverrides fixed;
  fixed.gemm = GemmQuant::kFp8Block;
  fixed.kv = KvQuant::kFp8;
  const auto modes = database.resolve_quant(toy::model(), Role::kAggregated, fixed);
  EXPECT_EQ(modes->gemm, GemmQuant::kFp8Block);
  EXPECT_EQ(modes->kv, KvQuant::kFp8);
}

TEST(Database, Fp4IsUnpackedWhereTheGpuCannotMultiplyIt) {
  toy::Packs packs;
  packs.add(Backend::kTrtllm, "1.2.3", toy::whole_set("torch_flow", 0.5));
  QuantOverrides fixed;
  fixed.gemm = GemmQuant::kNvfp4;
  EXPECT_EQ(packs.open(Backend::kTrtllm).resolve_quant(toy::model(), Role::kAggregated, fixed)->gemm,
            GemmQuant::kNvfp4Wo);
  SystemSpec blackwell = toy::system();
  blackwell.sm_version = 100;
  EXPECT_EQ(packs.open(Backend::kTrtllm, DatabaseMode::kSilicon, blackwell)
                .resolve_quant(toy::model(), Role::kAggregated, fixed)
                ->gemm,
            GemmQuant::kNvfp4);
}

TEST(Database, ASearchNeedsEveryFormatMeasured) {
  toy::Packs packs;
  packs.add(Backend::kTrtllm, "1.2.3", toy::whole_set("torch_flow", 0.5));
  const Database database = packs.open(Backend::kTrtllm);
  QuantModes modes;
  EXPECT_TRUE(database.check_quant(modes, toy::model(), Role::kAggregated).has_value());
  modes.kv = KvQuant::kFp8;
  for (const Role role : {Role::kAggregated, Role::kPrefill, Role::kDecode}) {
    const auto checked = database.check_quant(modes, toy::model(), role);
    ASSERT_FALSE(checked.has_value());
    EXPECT_EQ(checked.error().kind, ErrorKind::kUnsupportedQuant);
  }
  modes = {};
  modes.gemm = GemmQuant::kFp8;
  EXPECT_FALSE(database.check_quant(modes, toy::model(), Role::kDecode).has_value());
  EXPECT_TRUE(
      packs.open(Backend::kTrtllm, DatabaseMode::kHybrid).check_quant(modes, toy::model(), Role::kDecode).has_value());
}

TEST(Engine, LayoutsThatCannotHoldTheModelAreRefused) {
  toy::Packs packs;
  packs.add(Backend::kTrtllm, "1.2.3", toy::whole_set("torch_flow", 0.5));
  const Database database = packs.open(Backend::kTrtllm);
  const auto build = [&](Parallelism p) { return Engine::build(database, toy::model(), {}, p); };
  EXPECT_TRUE(build({.tp = 8}).has_value());
  EXPECT_EQ(build({.tp = 3}).error().kind, ErrorKind::kInvalidConfig);
  EXPECT_EQ(build({.tp = 0}).error().kind, ErrorKind::kInvalidConfig);
  EXPECT_EQ(build({.cp = 2}).error().kind, ErrorKind::kInvalidConfig);  // an SGLang feature
}

}  // namespace
}  // namespace dynamo::perf

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "args/args.h"
#include "config/config_file.h"
#include "config/settings.h"

namespace dynamo::webhook {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> apply(std::string_view text, Config& config) { return apply_config_text(text, "w.yaml", config); }

TEST(Settings, EveryOneReadsWhatItWrites) {
  const Config defaults;
  std::set<std::string_view> flags, keys;
  for (const Setting& setting : settings()) {
    Config other;
    const std::string text = setting.get(defaults);
    EXPECT_TRUE(setting.set(other, text)) << setting.flag;
    EXPECT_EQ(setting.get(other), text) << setting.flag;
    EXPECT_TRUE(flags.insert(setting.flag).second) << setting.flag;
    EXPECT_TRUE(keys.insert(setting.key).second) << setting.key;
  }
}

TEST(Settings, DurationsAndSizesHaveUnits) {
  Duration time{};
  EXPECT_TRUE(parse("2m", time));
  EXPECT_EQ(time, Duration(120000));
  EXPECT_EQ(format(Duration(1500)), "1500ms");
  EXPECT_EQ(format(Duration(0)), "0ms");
  Bytes bytes;
  EXPECT_TRUE(parse("7Mi", bytes));
  EXPECT_EQ(bytes.count, 7u << 20);
  EXPECT_EQ(format(Bytes{1536}), "1536");
  for (const char* bad : {"", "5", "s", "-1s", "1.5s", "5 s", "99999999999999999999s", "9999999999h"}) {
    EXPECT_FALSE(parse(bad, time)) << bad;
  }
  for (const char* bad : {"", "Mi", "-1", "7MB", "18446744073709551615Gi"}) EXPECT_FALSE(parse(bad, bytes)) << bad;
}

TEST(ConfigFile, SetsWhatItNames) {
  Config config;
  EXPECT_THAT(apply("port: 9000\nidleTimeout: 3m\nmaxBody: 1Mi\ngpuDiscovery: false\nclientNames: [a, b]\n"
                    "tlsMinVersion: \"1.3\"\nfeasibility: deny\nlogLevel: error\n",
                    config),
              IsEmpty());
  EXPECT_EQ(config.port, 9000);
  EXPECT_EQ(config.idle_timeout, Duration(180000));
  EXPECT_EQ(config.max_body.count, 1u << 20);
  EXPECT_FALSE(config.gpu_discovery);
  EXPECT_THAT(config.client_names, ElementsAre("a", "b"));
  EXPECT_EQ(config.tls_min_version, TlsVersion::k13);
  EXPECT_EQ(config.feasibility, Feasibility::kDeny);
  EXPECT_EQ(config.log_level, LogLevel::kError);
}

TEST(ConfigFile, UnquotedVersionsMeanWhatTheySay) {
  Config config;
  EXPECT_THAT(apply("tlsMinVersion: 1.3\n", config), IsEmpty());
  EXPECT_EQ(config.tls_min_version, TlsVersion::k13);
}

TEST(ConfigFile, OffNeedsNoQuotes) {
  Config config;
  EXPECT_THAT(apply("feasibility: off\n", config), IsEmpty());
  EXPECT_EQ(config.feasibility, Feasibility::kOff);
}

TEST(ConfigFile, OppositeSettingsAreAMistake) {
  for (const char* text : {"enforce: feasibility\nfeasibility: off\n", "feasibility: off\nenforce: feasibility\n"}) {
    Config config;
    EXPECT_THAT(apply(text, config), ElementsAre("w.yaml: enforce: feasibility means feasibility: deny, but feasibility: off is given "
                                                 "too; leave one of them out"));
  }
  Config config;
  EXPECT_THAT(apply("feasibility: warn\nenforce: \"\"\n", config), IsEmpty());
  EXPECT_EQ(config.feasibility, Feasibility::kWarn);
  EXPECT_THAT(apply("feasibility: deny\nenforce: feasibility\n", config), IsEmpty());
  EXPECT_EQ(config.feasibility, Feasibility::kDeny);
}

TEST(ConfigFile, EveryMistakeAtOnceWithItsLine) {
  Config config;
  EXPECT_THAT(apply("port: 99999\nidleTimeOut: 3m\nworkers: {a: 1}\nmaxBody:\n", config),
              ElementsAre(AllOf(HasSubstr("w.yaml:1: port: \"99999\""), HasSubstr("65535")),
                          HasSubstr("w.yaml:2: idleTimeOut is no setting"), HasSubstr("w.yaml:3: workers must be a value"),
                          HasSubstr("w.yaml:4: maxBody must be a value")));
}

TEST(ConfigFile, OtherShapesAreRefused) {
  Config config;
  EXPECT_THAT(apply("", config), ElementsAre(HasSubstr("holds no document")));
  EXPECT_THAT(apply("- a\n", config), ElementsAre(HasSubstr("must be a mapping")));
  EXPECT_THAT(apply("port: 1\n---\nport: 2\n", config), ElementsAre(HasSubstr("more than one document")));
  EXPECT_THAT(apply("port: [\n", config), ElementsAre(HasSubstr("w.yaml:")));
  EXPECT_THAT(apply_config_file("/nonexistent/w.yaml", config), ElementsAre(HasSubstr("cannot be read")));
}

TEST(Config, CombinationsAreChecked) {
  Config config;
  EXPECT_THAT(check(config), IsEmpty());
  config.max_buffered.count = config.max_body.count - 1;
  config.queue_depth = 0;
  config.idle_timeout = Duration(0);
  config.client_names = {"kube-apiserver"};
  EXPECT_THAT(check(config), testing::SizeIs(4));
}

TEST(Config, AnAuthorityOutlastsItsCertificatesAndItsSuccessorsOverlap) {
  Config config;
  config.authority_life = std::chrono::minutes(30);
  EXPECT_THAT(check(config), ElementsAre(HasSubstr("--certificate-life"), HasSubstr("--authority-overlap")));
  config.certificate_life = config.authority_life / 3;
  config.authority_overlap = config.authority_life / 6;
  EXPECT_THAT(check(config), IsEmpty());
  config.certificate_life = Duration(0);
  EXPECT_THAT(check(config), ElementsAre(HasSubstr("at least 5s")));
}

TEST(Arguments, FlagsAreSettings) {
  const Command command = parse_arguments({"--port=9000", "--gpu-discovery", "false", "--immutability", "phase"});
  const auto* serve = std::get_if<ServeCommand>(&command);
  ASSERT_NE(serve, nullptr);
  EXPECT_EQ(serve->config.port, 9000);
  EXPECT_FALSE(serve->config.gpu_discovery);
  EXPECT_EQ(serve->config.immutability, ImmutabilityMode::kPhase);
}

TEST(Arguments, EnforcingFeasibilityDeniesIt) {
  const Command command = parse_arguments({"--enforce=feasibility"});
  const auto* serve = std::get_if<ServeCommand>(&command);
  ASSERT_NE(serve, nullptr);
  EXPECT_EQ(serve->config.feasibility, Feasibility::kDeny);
  const Command mistake = parse_arguments({"--enforce=all"});
  EXPECT_THAT(std::get<PrintAndExit>(mistake).text, HasSubstr("expected feasibility"));
}

TEST(Arguments, OppositeFlagsAreAMistake) {
  for (const char* mode : {"off", "warn"}) {
    const Command command = parse_arguments({"--enforce", "feasibility", "--feasibility", mode});
    const auto* answer = std::get_if<PrintAndExit>(&command);
    ASSERT_NE(answer, nullptr) << mode;
    EXPECT_TRUE(answer->usage_error);
    EXPECT_EQ(answer->text, "error: --enforce feasibility means --feasibility deny, but --feasibility " + std::string(mode) +
                                " is given too; leave one of them out\n");
  }
  const Command agreed = parse_arguments({"--enforce=feasibility", "--feasibility=deny"});
  ASSERT_NE(std::get_if<ServeCommand>(&agreed), nullptr);
  EXPECT_EQ(std::get<ServeCommand>(agreed).config.feasibility, Feasibility::kDeny);
}

TEST(Arguments, AFlagIsNoContradictionOfTheFile) {
  const std::string path = testing::TempDir() + "dynamo-enforced.yaml";
  std::ofstream(path) << "enforce: feasibility\n";
  const Command command = parse_arguments({"--config", path, "--feasibility", "off"});
  ASSERT_NE(std::get_if<ServeCommand>(&command), nullptr);
  EXPECT_EQ(std::get<ServeCommand>(command).config.feasibility, Feasibility::kOff);
}

TEST(Arguments, MistakesAreReportedTogether) {
  const Command command = parse_arguments({"--port=x", "--idle-timeout=5", "--config=/nonexistent/w.yaml"});
  const auto* answer = std::get_if<PrintAndExit>(&command);
  ASSERT_NE(answer, nullptr);
  EXPECT_TRUE(answer->usage_error);
  EXPECT_THAT(answer->text, AllOf(HasSubstr("--port: \"x\""), HasSubstr("--idle-timeout: \"5\""), HasSubstr("cannot be read")));
}

TEST(Arguments, HelpNamesEverySetting) {
  const Command command = parse_arguments({"--help"});
  const auto* answer = std::get_if<PrintAndExit>(&command);
  ASSERT_NE(answer, nullptr);
  EXPECT_FALSE(answer->usage_error);
  for (const Setting& setting : settings()) EXPECT_THAT(answer->text, HasSubstr("--" + std::string(setting.flag)));
}

}  // namespace
}  // namespace dynamo::webhook

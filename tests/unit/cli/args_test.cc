#include "args/args.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::cli {
namespace {

using testing::HasSubstr;

template <typename Expected>
Expected parsed(const std::vector<std::string>& arguments) {
  const Command command = parse_arguments(arguments);
  if (const auto* message = std::get_if<PrintAndExit>(&command)) ADD_FAILURE() << message->text;
  return std::get<Expected>(command);
}

std::string usage_error(const std::vector<std::string>& arguments) {
  const Command command = parse_arguments(arguments);
  const auto* message = std::get_if<PrintAndExit>(&command);
  if (message == nullptr || !message->usage_error) return "not a usage error";
  return message->text;
}

TEST(Args, ProfileTakesFilesAndFields) {
  const auto command = parsed<ProfileCommand>({"profile", "-f", "a.yaml", "-f", "b.yaml", "-R", "--gpus", "16",
                                               "--ttft=500.5", "-n", "team", "-o", "wide", "--strict-sla"});
  EXPECT_THAT(command.source.files, testing::ElementsAre("a.yaml", "b.yaml"));
  EXPECT_TRUE(command.source.recursive);
  EXPECT_TRUE(command.strict_sla);
  EXPECT_EQ(command.source.fields.gpus, 16);
  EXPECT_EQ(command.source.fields.ttft, 500.5);
  EXPECT_EQ(command.source.fields.namespace_name, "team");
  EXPECT_EQ(command.source.fields.model, std::nullopt);
  EXPECT_EQ(command.output, OutputFormat::kWide);
}

TEST(Args, TheLastOfARepeatedFlagCounts) {
  EXPECT_EQ(parsed<ProfileCommand>({"profile", "--gpus", "4", "--gpus", "8"}).source.fields.gpus, 8);
}

TEST(Args, StdinIsAFile) {
  EXPECT_THAT(parsed<ProfileCommand>({"profile", "-f", "-"}).source.files, testing::ElementsAre("-"));
  EXPECT_EQ(parsed<EstimateCommand>({"estimate", "--cases", "-"}).cases, "-");
}

TEST(Args, TheRepeatedCommandLeavesOutTheOutputAndQuotes) {
  const auto command = parsed<ProfileCommand>({"profile", "-f", "my file.yaml", "-o", "json", "--output-dir=x"});
  EXPECT_EQ(command.repeat, "kubectl dynamo profile -f 'my file.yaml'");
  EXPECT_EQ(command.explain, "kubectl dynamo explain -f 'my file.yaml'");
}

TEST(Args, WhyIsAskedWithWhatDecides) {
  const auto command = parsed<ProfileCommand>({"profile", "--model", "m", "--gpus=8", "--gpu", "h200_sxm", "--objective", "cost", "--report", "page.html",
                                               "--strict-sla", "--dgd-api-version", "v1beta1", "--show-overrides", "--gpu-price=2"});
  EXPECT_EQ(command.explain, "kubectl dynamo explain --model m --gpus=8 --gpu h200_sxm --objective cost --gpu-price=2");
  EXPECT_EQ(command.repeat, "kubectl dynamo profile --model m --gpus=8 --gpu h200_sxm --objective cost --dgd-api-version v1beta1 --show-overrides "
                            "--gpu-price=2");
}

TEST(Args, TablesHasThreeActions) {
  EXPECT_EQ(parsed<TablesCommand>({"tables", "import", "x.whl", "--tables", "d"}).action, TablesAction::kImport);
  EXPECT_EQ(parsed<TablesCommand>({"tables", "list"}).action, TablesAction::kList);
  EXPECT_EQ(parsed<TablesCommand>({"tables", "verify"}).action, TablesAction::kVerify);
}

TEST(Args, UsageErrorsSayWhatIsWrong) {
  EXPECT_THAT(usage_error({"profile"}), HasSubstr("needs a request"));
  EXPECT_THAT(usage_error({"profile", "-f", "a", "-o", "xml"}), HasSubstr("table|wide|json|yaml|name"));
  EXPECT_THAT(usage_error({"profile", "--gpus", "eight"}), HasSubstr("eight"));
  EXPECT_THAT(usage_error({"profile", "--cases", "-", "--gpus", "8"}), HasSubstr("whole request"));
  EXPECT_THAT(usage_error({"frobnicate"}), HasSubstr("frobnicate"));
  EXPECT_THAT(usage_error({"estimate"}), HasSubstr("--cases"));
  EXPECT_THAT(usage_error({"tables"}), HasSubstr("See 'kubectl dynamo tables --help'"));
  EXPECT_THAT(usage_error({"help", "nothing"}), HasSubstr("nothing"));
}

TEST(Args, HelpIsNoError) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{}, {"help"}, {"profile", "--help"},
                                                {"help", "profile"}, {"help", "tables", "import"}}) {
    const Command command = parse_arguments(words);
    const auto* message = std::get_if<PrintAndExit>(&command);
    ASSERT_NE(message, nullptr);
    EXPECT_FALSE(message->usage_error);
    EXPECT_THAT(message->text, HasSubstr("kubectl dynamo"));
  }
}

bool offers(const Completion& completion, const std::string& word) {
  return std::any_of(completion.suggestions.begin(), completion.suggestions.end(),
                     [&](const Suggestion& suggestion) { return suggestion.word == word; });
}

TEST(Completion, KnowsCommandsFlagsAndValues) {
  EXPECT_TRUE(offers(complete_arguments({""}), "profile"));
  EXPECT_TRUE(offers(complete_arguments({"tables", ""}), "import"));
  EXPECT_TRUE(offers(complete_arguments({"profile", "--"}), "--strict-sla"));
  EXPECT_EQ(complete_arguments({"profile", "--backend", "v"}).option, "--backend");
  EXPECT_EQ(complete_arguments({"profile", "-o", ""}).option, "--output");
  EXPECT_EQ(complete_arguments({"profile", "--strict-sla", ""}).option, "");
}

}  // namespace
}  // namespace dynamo::cli

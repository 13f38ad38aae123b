#include "args/invocation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Invocation, ThePluginTakesItsArgumentsAsTheyAre) {
  EXPECT_THAT(arguments_of({"kubectl-dynamo", "profile", "-f", "x"}), ElementsAre("profile", "-f", "x"));
  EXPECT_THAT(arguments_of({}), IsEmpty());
  EXPECT_THAT(arguments_of({"kubectl-dynamo", "-m", "dynamo.profiler"}), ElementsAre("-m", "dynamo.profiler"));
}

TEST(Invocation, AsPythonItIsTheProfiler) {
  EXPECT_THAT(arguments_of({"/usr/bin/python3", "-m", "dynamo.profiler", "--config", "a.json"}), ElementsAre("profile", "--config", "a.json"));
  EXPECT_THAT(arguments_of({"python", "-m", "dynamo.planner"}), ElementsAre("-m", "dynamo.planner"));
}

}  // namespace
}  // namespace dynamo::cli

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynamo/profiler/diagnostic.h"

namespace dynamo {
namespace {

Diagnostic at(std::string source, int line, std::string path, std::string rule = "r") {
  Diagnostic item;
  item.source = std::move(source);
  item.mark.line = line;
  item.path = std::move(path);
  item.rule = std::move(rule);
  return item;
}

std::vector<std::string> paths(const Diagnostics& diagnostics) {
  std::vector<std::string> result;
  for (const Diagnostic& item : diagnostics.items()) {
    result.push_back(item.path);
  }
  return result;
}

TEST(Diagnostics, CountsBySeverity) {
  Diagnostics list = one_error(DiagnosticCode::kIo, "io.read", "cannot be read", "check the name");
  EXPECT_TRUE(list.has_errors());
  EXPECT_EQ(list.items().front().hint, "check the name");
  Diagnostic warning;
  warning.severity = Severity::kWarning;
  list.add(warning);
  EXPECT_EQ(list.error_count(), 1U);
  EXPECT_EQ(list.warning_count(), 1U);
}

TEST(Diagnostics, WarningsAloneAreNoErrors) {
  Diagnostics list;
  EXPECT_FALSE(list.has_errors());
  Diagnostic warning;
  warning.severity = Severity::kWarning;
  list.add(warning);
  EXPECT_FALSE(list.has_errors());
}

TEST(Diagnostics, SortsBySourceThenPositionWithUnknownPositionsLast) {
  Diagnostics list;
  list.add(at("b", 1, "five"));
  list.add(at("a", 0, "four"));
  list.add(at("a", 9, "three"));
  list.add(at("a", 2, "two", "z"));
  list.add(at("a", 2, "one", "a"));
  list.sort();
  EXPECT_THAT(paths(list), testing::ElementsAre("one", "two", "three", "four", "five"));
}

TEST(Diagnostics, SortDoesNotDependOnTheOrderOfInsertion) {
  Diagnostics forward;
  Diagnostics backward;
  Diagnostic a = at("s", 1, "p");
  a.reason = "a";
  Diagnostic b = at("s", 1, "p");
  b.reason = "b";
  forward.add(a);
  forward.add(b);
  backward.add(b);
  backward.add(a);
  forward.sort();
  backward.sort();
  EXPECT_EQ(forward.items().front().reason, "a");
  EXPECT_EQ(backward.items().front().reason, "a");
}

}  // namespace
}  // namespace dynamo

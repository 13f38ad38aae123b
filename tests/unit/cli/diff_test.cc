#include "render/diff.h"

#include <gtest/gtest.h>

namespace dynamo::cli {
namespace {

const Style kPlain(false);

TEST(UnifiedDiff, EqualTextsHaveNone) { EXPECT_EQ(unified_diff("a\nb\n", "a\nb\n", "x", "y", kPlain), ""); }

TEST(UnifiedDiff, AChangeIsShownWithThreeLinesAround) {
  const std::string before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  const std::string after = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";
  EXPECT_EQ(unified_diff(before, after, "x", "y", kPlain),
            "--- x\n+++ y\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(UnifiedDiff, FarChangesAreHunksOfTheirOwn) {
  std::string before, after;
  for (int i = 0; i < 30; ++i) {
    before += std::to_string(i) + "\n";
    after += (i == 2 || i == 27 ? "x" : "") + std::to_string(i) + "\n";
  }
  const std::string diff = unified_diff(before, after, "x", "y", kPlain);
  EXPECT_NE(diff.find("@@ -1,6 +1,6 @@"), std::string::npos) << diff;
  EXPECT_NE(diff.find("@@ -25,6 +25,6 @@"), std::string::npos) << diff;
}

TEST(UnifiedDiff, AnEmptyTextIsAllAdded) { EXPECT_EQ(unified_diff("", "a\n", "x", "y", kPlain), "--- x\n+++ y\n@@ -1,0 +1,1 @@\n+a\n"); }

}  // namespace
}  // namespace dynamo::cli

#include "io/input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/cli/temporary_directory.h"

namespace dynamo::cli {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> texts(const InputSet& set) {
  std::vector<std::string> out;
  for (const Input& input : set.inputs) out.push_back(input.text);
  return out;
}

TEST(ReadInputs, ADirectoryGivesItsManifestsSorted) {
  const TemporaryDirectory temporary;
  temporary.write("b.yaml", "b");
  temporary.write("a.yml", "a");
  temporary.write("c.json", "c");
  temporary.write("notes.txt", "no");
  temporary.write("below/d.yaml", "d");
  const std::string directory = temporary.path().string();
  EXPECT_THAT(texts(read_inputs({directory}, false, 100)), ElementsAre("a", "b", "c"));
  EXPECT_THAT(texts(read_inputs({directory}, true, 100)), ElementsAre("a", "b", "d", "c"));
}

TEST(ReadInputs, OneBadFileDoesNotHideTheOthers) {
  const TemporaryDirectory temporary;
  const std::string good = temporary.write("good.yaml", "text").string();
  const InputSet set = read_inputs({"/nonexistent/x.yaml", good}, false, 100);
  EXPECT_THAT(texts(set), ElementsAre("text"));
  ASSERT_EQ(set.diagnostics.error_count(), 1u);
  EXPECT_THAT(set.diagnostics.items().front().reason, HasSubstr("/nonexistent/x.yaml"));
}

TEST(ReadInputs, ADirectoryWithoutManifestsIsAnError) {
  const TemporaryDirectory temporary;
  temporary.write("below/d.yaml", "d");
  const InputSet set = read_inputs({temporary.path().string()}, false, 100);
  ASSERT_EQ(set.diagnostics.error_count(), 1u);
  EXPECT_THAT(set.diagnostics.items().front().hint, HasSubstr("-R"));
}

TEST(ReadFile, RefusesWhatIsTooLargeWithoutReadingIt) {
  const TemporaryDirectory temporary;
  const fs::path large = temporary.write("large.yaml", "");
  fs::resize_file(large, 1ull << 40);   // sparse: a terabyte that nobody could load
  const auto text = read_file(large, 4u << 20);
  ASSERT_FALSE(text.has_value());
  EXPECT_EQ(text.error().items().front().code, DiagnosticCode::kTooLarge);
  EXPECT_THAT(text.error().items().front().reason, HasSubstr("4 MiB"));
}

TEST(ReadFile, AnEndlessDeviceIsCutOff) {
  const auto text = read_file("/dev/zero", 1u << 20);
  ASSERT_FALSE(text.has_value());
  EXPECT_EQ(text.error().items().front().code, DiagnosticCode::kTooLarge);
}

TEST(ReadFile, ADirectoryIsNoFile) {
  const TemporaryDirectory temporary;
  const auto text = read_file(temporary.path(), 100);
  ASSERT_FALSE(text.has_value());
  EXPECT_EQ(text.error().items().front().code, DiagnosticCode::kIo);
}

}  // namespace
}  // namespace dynamo::cli

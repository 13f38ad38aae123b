#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "recorded_case.h"

namespace dynamo {
namespace {

namespace fs = std::filesystem;

/// One row of the table in tests/golden/admission/README.md.
struct Row {
  std::string id, answer, strict, here;
};

std::string readme() {
  std::ifstream file(fs::path(ADMISSION_CASES) / "README.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::smatch> matches(const std::string& text, const std::regex& pattern) {
  return {std::sregex_iterator(text.begin(), text.end(), pattern), {}};
}

std::vector<Row> rows() {
  static const std::string text = readme();
  static const std::regex row(R"(\| ([VDE]\d\d) \| [^|]+ \| (\w+) \| (\w+) \| ([^|]+) \|)");
  std::vector<Row> found;
  for (const std::smatch& match : matches(text, row)) found.push_back({match[1], match[2], match[3], match[4]});
  return found;
}

std::vector<std::string> quoted(const std::string& text) {
  static const std::regex name("`([^`]+)`");
  std::vector<std::string> found;
  for (const std::smatch& match : matches(text, name)) found.push_back(match[1]);
  return found;
}

std::vector<std::string> ids() {
  std::vector<std::string> all;
  for (const auto& [letter, count] : {std::pair{'V', 17}, {'D', 12}, {'E', 39}}) {
    for (int i = 1; i <= count; ++i) {
      all.push_back(letter + std::string(i < 10 ? "0" : "") + std::to_string(i));
    }
  }
  return all;
}

/// In the words of the table.
std::string verdict(const Value& recorded, const AdmissionOptions& options) {
  const AdmissionAnswer answer = recorded::answer(recorded, options);
  if (answer.http_status != 200) return "unreadable";
  if (recorded::text_of(recorded, "path") == "mutate") {
    return answer.body.find("\"patch\"") == std::string::npos ? "unchanged" : "patched";
  }
  return answer.allowed ? "allowed" : "denied";
}

TEST(OperatorsCases, NoneIsMissing) {
  std::vector<std::string> found;
  for (const Row& row : rows()) found.push_back(row.id);
  EXPECT_EQ(found, ids());
}

TEST(OperatorsCases, AreAnsweredAsTheTableSays) {
  for (const Row& row : rows()) {
    const Value recorded = recorded::load(quoted(row.here).front());
    AdmissionOptions options = recorded::options_of(recorded);
    options.immutability = Immutability::kPhase;
    EXPECT_EQ(verdict(recorded, options), row.answer) << row.id;
    options.immutability = Immutability::kStrict;
    EXPECT_EQ(verdict(recorded, options), row.strict == "same" ? row.answer : row.strict) << row.id;
  }
}

TEST(OperatorsCases, TheTestsOnTheApiServerExist) {
  static const std::regex test(R"(`(test_\w+\.py)` (test_\w+))");
  std::size_t count = 0;
  for (const Row& row : rows()) {
    for (const std::smatch& match : matches(row.here, test)) {
      std::ifstream file(fs::path(CLUSTER_TESTS) / match[1].str());
      const std::string source(std::istreambuf_iterator<char>(file), {});
      EXPECT_NE(source.find("def " + match[2].str() + "("), std::string::npos) << row.id;
      ++count;
    }
  }
  EXPECT_GT(count, 0u);
}

TEST(RecordedCases, AreListedAndExist) {
  const std::vector<std::string> names = recorded::names();
  std::set<std::string> listed;
  static const std::regex record(R"([a-z]\d\d[a-z0-9-]*|typical-create)");
  for (const std::string& name : quoted(readme())) {
    if (std::regex_match(name, record)) listed.insert(name);
  }
  EXPECT_EQ(std::vector<std::string>(listed.begin(), listed.end()), names);
}

}  // namespace
}  // namespace dynamo

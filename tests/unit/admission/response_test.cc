#include "admission/response.h"

#include <gtest/gtest.h>

#include "text/utf8.h"

namespace dynamo::admission {
namespace {

Diagnostic finding(std::string path, std::string reason, std::string hint = {}) {
  Diagnostic diagnostic;
  diagnostic.severity = Severity::kWarning;
  diagnostic.path = std::move(path);
  diagnostic.reason = std::move(reason);
  diagnostic.hint = std::move(hint);
  return diagnostic;
}

TEST(Base64, MatchesTheRfcVectors) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) EXPECT_EQ(base64(plain), coded);
  EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

TEST(Warning, DropsTheHintBeforeItIsCut) {
  EXPECT_EQ(warning_text(finding("spec.sla", "is odd", "mend it")), "spec.sla: is odd; mend it");
  EXPECT_EQ(warning_text(finding("spec.sla", "is odd", std::string(120, 'x'))), "spec.sla: is odd");
}

TEST(Warning, IsCutBetweenWordsAndCharacters) {
  const std::string words = warning_text(finding("", std::string(100, 'a') + " " + std::string(60, 'b')));
  EXPECT_EQ(words, std::string(100, 'a') + "...");
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\xc3\xa4";
  const std::string cut = warning_text(finding("", umlauts));
  EXPECT_EQ(utf8_length(cut), 120u);
  EXPECT_FALSE(first_invalid_utf8(cut).has_value());
}

TEST(Warning, IsOneLine) { EXPECT_EQ(warning_text(finding("", "a\r\nb")), "a  b"); }

TEST(Warning, OnceEach) {
  Diagnostics findings;
  for (int i = 0; i < 3; ++i) findings.add(finding("spec", "is odd"));
  AdmissionAnswer answer;
  allow(answer, findings);
  EXPECT_EQ(answer.warnings, 1u);
}

TEST(Warning, TheRestIsCounted) {
  Diagnostics findings;
  for (int i = 0; i < 60; ++i) findings.add(finding("spec", "is odd " + std::to_string(i)));
  AdmissionAnswer answer;
  allow(answer, findings);
  EXPECT_EQ(answer.warnings, 25u);
  EXPECT_NE(answer.body.find("36 more warnings"), std::string::npos);
}

TEST(Cause, QuotesNoListsAndObjects) {
  Diagnostic error = finding("spec.model", "must be a string");
  for (const char* value : {"[1]", "{\"a\":1}"}) {
    error.bad_value = value;
    EXPECT_EQ(cause_text(error), "Invalid value: must be a string");
  }
}

TEST(Cause, QuotesTheValueOnceAndNotBelowOverrides) {
  Diagnostic error = finding("spec.workload.isl", "must be at least 1");
  error.bad_value = "-5";
  EXPECT_EQ(cause_text(error), "Invalid value: \"-5\": must be at least 1");
  error.reason = "-5 is too small";
  EXPECT_EQ(cause_text(error), "Invalid value: -5 is too small");
  error.reason = "is wrong";
  error.path = "spec.overrides.dgd.spec";
  EXPECT_EQ(cause_text(error), "Invalid value: is wrong");
}

}  // namespace
}  // namespace dynamo::admission

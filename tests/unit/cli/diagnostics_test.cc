#include "render/diagnostics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "exit_code.h"
#include "render/findings.h"

namespace dynamo::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

Diagnostic sample() {
  Diagnostic diagnostic;
  diagnostic.code = DiagnosticCode::kForbidden;
  diagnostic.rule = "strategy.thorough.backend";
  diagnostic.path = "spec.searchStrategy";
  diagnostic.reason = "thorough cannot use backend \"auto\"";
  diagnostic.hint = "name one backend: vllm, sglang or trtllm";
  diagnostic.source = "bad.yaml";
  diagnostic.mark = {2, 19, 8};
  return diagnostic;
}

Diagnostics list(std::vector<Diagnostic> items) {
  Diagnostics diagnostics;
  for (Diagnostic& item : items) diagnostics.add(std::move(item));
  return diagnostics;
}

std::string render(const Diagnostic& diagnostic, std::string_view text) {
  return render_diagnostics(list({diagnostic}), {{"bad.yaml", text}}, Style(false));
}

TEST(RenderDiagnostics, ShowsTheLineACaretAndTheHint) {
  EXPECT_EQ(render(sample(), "spec:\n  searchStrategy: thorough\n"),
            "error: spec.searchStrategy: thorough cannot use backend \"auto\"  [strategy.thorough.backend]\n"
            "   2 |   searchStrategy: thorough\n"
            "     |                   ^^^^^^^^\n"
            "       hint: name one backend: vllm, sglang or trtllm\n");
}

TEST(RenderDiagnostics, ANearWordStandsInTheHeadline) {
  Diagnostic diagnostic = sample();
  diagnostic.hint = "did you mean rapid?";
  const std::string text = render(diagnostic, "");
  EXPECT_THAT(text, HasSubstr("\"auto\"; did you mean rapid?"));
  EXPECT_THAT(text, Not(HasSubstr("hint:")));
}

TEST(RenderDiagnostics, UserTextCannotDriveTheTerminal) {
  Diagnostic diagnostic = sample();
  diagnostic.reason = "bad \x1b[2J value \xff";
  const std::string text = render(diagnostic, "spec:\n  x\x1b]0;title\a: \xc2\x9b 1\n");
  EXPECT_THAT(text, HasSubstr("bad ?[2J value ?"));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\xc2'), std::string::npos);
}

TEST(RenderDiagnostics, ALongLineIsCutAroundTheCaret) {
  Diagnostic diagnostic = sample();
  diagnostic.mark = {1, 5001, 3};
  const std::string line = std::string(5000, 'a') + "bad" + std::string(5000, 'z');
  const std::string text = render(diagnostic, line);
  EXPECT_LT(text.size(), 400u);
  EXPECT_THAT(text, HasSubstr("aaabadzzz"));
  EXPECT_THAT(text, HasSubstr("^^^\n"));
}

TEST(RenderDiagnostics, MarksOutsideTheTextAreNoTrouble) {
  for (const SourceMark mark : {SourceMark{99, 1, 1}, SourceMark{1, 99, 5}, SourceMark{1, 0, 0}, SourceMark{2, 1, 1000}}) {
    Diagnostic diagnostic = sample();
    diagnostic.mark = mark;
    EXPECT_THAT(render(diagnostic, "ab: 1\nc"), HasSubstr("error: spec.searchStrategy"));
  }
}

TEST(RenderDiagnostics, SeveralSourcesAreNamed) {
  const std::string text =
      render_diagnostics(list({sample()}), {{"bad.yaml", "a\nb"}, {"good.yaml", "a"}}, Style(false));
  EXPECT_TRUE(text.starts_with("bad.yaml:\n")) << text;
}

TEST(RenderDiagnostics, WhatTheyAreAboutStandsAboveOnce) {
  Diagnostic elsewhere = sample();
  elsewhere.source = "models/config.json";
  Findings findings;
  findings.append(list({sample(), sample()}), "bad.yaml, document 2 (qwen)");
  findings.append(list({elsewhere, sample()}), "bad.yaml, document 3");
  const std::string text = findings.text({{"bad.yaml", "a\nb"}}, Style(false));
  std::vector<std::string> headings;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with(":")) headings.push_back(line);
  }
  EXPECT_THAT(headings, testing::ElementsAre("bad.yaml, document 2 (qwen):", "models/config.json:", "bad.yaml, document 3:"));
  EXPECT_TRUE(text.ends_with("4 errors\n")) << text;
}

TEST(RenderCounts, CountsWithTheRightPlural) {
  Diagnostic warning = sample();
  warning.severity = Severity::kWarning;
  EXPECT_EQ(render_counts(list({sample(), sample(), warning})), "2 errors, 1 warning\n");
  EXPECT_EQ(render_counts(list({warning, warning})), "2 warnings\n");
  EXPECT_EQ(render_counts({}), "");
}

TEST(ExitCodes, TheGravestFindingDecides) {
  Diagnostic unsupported = sample(), io = sample(), warning = sample();
  unsupported.code = DiagnosticCode::kUnsupported;
  io.code = DiagnosticCode::kIo;
  warning.severity = Severity::kWarning;
  EXPECT_EQ(exit_code_of(list({warning})), ExitCode::kOk);
  EXPECT_EQ(exit_code_of(list({unsupported})), ExitCode::kUnsupported);
  EXPECT_EQ(exit_code_of(list({unsupported, sample()})), ExitCode::kInvalidRequest);
  EXPECT_EQ(exit_code_of(list({io, sample(), unsupported})), ExitCode::kError);
  EXPECT_EQ(worse_of(ExitCode::kSlaUnmet, ExitCode::kOk), ExitCode::kSlaUnmet);
  EXPECT_EQ(worse_of(ExitCode::kSlaUnmet, ExitCode::kUnsupported), ExitCode::kUnsupported);
}

}  // namespace
}  // namespace dynamo::cli

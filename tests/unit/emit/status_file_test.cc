#include "dynamo/profiler/status_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo {
namespace {

using namespace std::chrono;

constexpr sys_seconds kNow = sys_days{2026y / November / 24} + 3h + 9min + 4s;

TEST(StatusFile, SuccessIsWhatTheOperatorKnows) {
  EXPECT_EQ(status_file_text(success_status(kNow)),
            "status: success\n"
            "timestamp: '2026-11-24T03:09:04Z'\n"
            "message: Profiler completed successfully\n"
            "outputs:\n"
            "  final_config: final_config.yaml\n"
            "phase: Done\n");
}

TEST(StatusFile, FailureKeepsEveryValueOnItsLine) {
  const auto text = status_file_text(
      failed_status(kNow, "the request is not valid", "sla: \"ttft\"\nand e2eLatency: C:\\x\t\x01", "Initializing"));
  EXPECT_EQ(text,
            "status: failed\n"
            "timestamp: '2026-11-24T03:09:04Z'\n"
            "message: the request is not valid\n"
            "error: \"sla: \\\"ttft\\\"\\nand e2eLatency: C:\\\\x\\t\\x01\"\n"
            "phase: Initializing\n");
}

TEST(StatusFile, EmptyFieldsAreLeftOut) {
  ProfilerStatus status;
  status.timestamp = kNow;
  EXPECT_EQ(status_file_text(status), "status: running\ntimestamp: '2026-11-24T03:09:04Z'\n");
}

TEST(StatusFile, WordsAnotherReaderWouldTakeForBooleansAreQuoted) {
  ProfilerStatus status;
  status.timestamp = kNow;
  for (const auto* word : {"yes", "True", "null", "1.5", "- a", "trailing ", "a: b", "# c"}) {
    status.message = word;
    EXPECT_THAT(status_file_text(status), ::testing::HasSubstr("message: \"" + std::string(word) + "\"\n"));
  }
}

}  // namespace
}  // namespace dynamo

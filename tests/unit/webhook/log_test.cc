#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <thread>
#include <vector>

#include "dynamo/profiler/document_io.h"
#include "ops/log.h"

namespace dynamo::webhook {
namespace {

std::string line(std::string_view message, std::initializer_list<LogField> fields) {
  std::string out;
  Log::append_line(out, LogLevel::kInfo, "now", message, fields);
  return out;
}

TEST(Log, OneJsonObjectPerLine) {
  EXPECT_EQ(line("served", {{"uid", "a-b"}, {"code", 200}, {"allowed", true}, {"seconds", 0.5}}),
            "{\"time\":\"now\",\"level\":\"info\",\"msg\":\"served\",\"uid\":\"a-b\",\"code\":200,\"allowed\":true,\"seconds\":0.5}\n");
}

TEST(Log, NothingBreaksOutOfALine) {
  const std::string text = line("x", {{"uid", "a\"b\\c\nd\x01\x7f\xff\xc3\xa9\xed\xa0\x80"}});
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  const auto value = read_json(text, "log");
  ASSERT_TRUE(value);
  EXPECT_EQ(*value->find("uid")->as_string(), "a\"b\\c\nd\x01\x7f\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Log, LinesOfManyThreadsStayWholeInAFullPipe) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  constexpr int kThreads = 4, kLines = 40;
  const std::string wide(Log::kMaxValueBytes, '\x01');   // escaped to six bytes each, so that a line is more than one page
  {
    const Log log(ends[1]);
    std::vector<std::jthread> writers;
    for (int i = 0; i < kThreads; ++i) {
      writers.emplace_back([&] {
        for (int line = 0; line < kLines; ++line) log.info("wide", {{"a", wide}, {"b", wide}, {"c", wide}, {"d", wide}});
      });
    }
    std::string text;
    char piece[1000];
    const auto lines = [&] { return std::count(text.begin(), text.end(), '\n'); };
    while (lines() < kThreads * kLines) {
      const ssize_t got = read(ends[0], piece, sizeof piece);
      ASSERT_GT(got, 0);
      text.append(piece, static_cast<std::size_t>(got));
    }
    std::istringstream all(text);
    int whole = 0;
    for (std::string one; std::getline(all, one);) whole += read_json(one, "log").has_value() ? 1 : 0;
    EXPECT_EQ(whole, kThreads * kLines);
  }
  close(ends[0]);
  close(ends[1]);
}

TEST(Log, LongValuesAreCut) {
  EXPECT_LT(line("x", {{"uid", std::string(1u << 20, 'a')}}).size(), 700u);
}

}  // namespace
}  // namespace dynamo::webhook

#include <fcntl.h>
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

/// What can be read of a pipe at once; nothing where it is empty.
std::string arrived(int pipe) {
  std::string text(65536, '\0');
  const ssize_t count = read(pipe, text.data(), text.size());
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return text;
}

TEST(Log, KeptLinesComeInOrderAndWhole) {
  int pipe[2] = {};
  ASSERT_EQ(pipe2(pipe, O_NONBLOCK), 0);
  const Log log(pipe[1]);
  log.keep(LogLevel::kInfo, "first");
  EXPECT_EQ(arrived(pipe[0]), "");
  log.info("second");
  const std::string both = arrived(pipe[0]);
  EXPECT_LT(both.find("first"), both.find("second"));
  EXPECT_TRUE(both.ends_with("}\n"));
  log.keep(LogLevel::kInfo, "third");
  log.flush();
  EXPECT_NE(arrived(pipe[0]).find("third"), std::string::npos);
  // More than a pipe takes in one piece is written in several, each of whole lines.
  for (int i = 0; i < 40; ++i) log.keep(LogLevel::kInfo, std::string(400, 'x'));
  const std::string some = arrived(pipe[0]);
  EXPECT_TRUE(some.starts_with("{") && some.ends_with("}\n"));
  log.flush();
  const std::string all = some + arrived(pipe[0]);
  EXPECT_EQ(std::ranges::count(all, '\n'), 40);
  close(pipe[0]);
  close(pipe[1]);
}

}  // namespace
}  // namespace dynamo::webhook

#include <gtest/gtest.h>

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

TEST(Log, LongValuesAreCut) {
  EXPECT_LT(line("x", {{"uid", std::string(1u << 20, 'a')}}).size(), 700u);
}

}  // namespace
}  // namespace dynamo::webhook

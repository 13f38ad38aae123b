#include "io/case_lines.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <thread>

namespace dynamo::cli {
namespace {

/// A pipe whose write end the test holds.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(ends_.data()), 0); }
  ~Pipe() {
    ::close(ends_[0]);
    if (open_) ::close(ends_[1]);
  }
  [[nodiscard]] int reader() const { return ends_[0]; }
  void write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = ::write(ends_[1], text.data(), text.size());
      ASSERT_GT(written, 0);
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void end() {
    ::close(ends_[1]);
    open_ = false;
  }

 private:
  std::array<int, 2> ends_{};
  bool open_ = true;
};

TEST(LineReader, AnswersDoNotWaitForLaterLines) {
  Pipe pipe;
  LineReader reader(pipe.reader(), 100);
  pipe.write("one\r\n\ntwo\npart");
  const auto first = reader.next();
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].text, "one");
  EXPECT_EQ(first[1].text, "two");
  EXPECT_EQ(first[1].number, 3u);
  pipe.write("ial");
  pipe.end();
  const auto second = reader.next();
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].text, "partial");
  EXPECT_EQ(second[0].number, 4u);
  EXPECT_TRUE(reader.next().empty());
  EXPECT_EQ(reader.error(), 0);
}

TEST(LineReader, AnOverlongLineIsCutAndTheNextOneRead) {
  Pipe pipe;
  LineReader reader(pipe.reader(), 1000);
  std::jthread writer([&] {
    pipe.write(std::string(300000, 'x') + "\nnext\n");
    pipe.end();
  });
  std::vector<LineReader::Line> all;
  for (auto lines = reader.next(); !lines.empty(); lines = reader.next()) {
    all.insert(all.end(), lines.begin(), lines.end());
  }
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].text, std::string(1000, 'x'));
  EXPECT_EQ(all[1].text, "next");
  EXPECT_EQ(all[1].number, 2u);
}

TEST(LineReader, BinaryLinesArriveUnchanged) {
  Pipe pipe;
  LineReader reader(pipe.reader(), 100);
  using std::string_view_literals::operator""sv;
  pipe.write("a\0b\xff\n"sv);
  pipe.end();
  const auto lines = reader.next();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].text, std::string("a\0b\xff", 4));
}

TEST(LineReader, AnUnreadableStreamSaysSo) {
  LineReader reader(-1, 100);
  EXPECT_TRUE(reader.next().empty());
  EXPECT_EQ(reader.error(), EBADF);
}

}  // namespace
}  // namespace dynamo::cli

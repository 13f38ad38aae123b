#include "io/atomic_write.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include "unit/cli/temporary_directory.h"

namespace dynamo::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::size_t entries(const fs::path& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

/// Files may not grow beyond `bytes` while this lives: what a full disk does, without filling one.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = SIG_DFL;
};

TEST(WriteFiles, CreatesTheDirectoryAndReplacesWhatWasThere) {
  const TemporaryDirectory temporary;
  const fs::path directory = temporary.path() / "a" / "b";
  ASSERT_TRUE(write_files(directory, {{"x", "old"}}).has_value());
  ASSERT_TRUE(write_files(directory, {{"x", "new"}, {"y", std::string(100000, 'y')}}).has_value());
  EXPECT_EQ(temporary.read("a/b/x"), "new");
  EXPECT_EQ(temporary.read("a/b/y").size(), 100000u);
  EXPECT_EQ(entries(directory), 2u);
}

TEST(WriteFiles, AFullDiskLeavesEverythingAsItWas) {
  const TemporaryDirectory temporary;
  temporary.write("x", "old");
  std::expected<void, Diagnostics> written;
  {
    const FileSizeLimit limit(4096);
    written = write_files(temporary.path(), {{"x", "new"}, {"y", std::string(10000, 'y')}});
  }
  ASSERT_FALSE(written.has_value());
  EXPECT_THAT(written.error().items().front().reason, HasSubstr("File too large"));
  EXPECT_EQ(temporary.read("x"), "old");
  EXPECT_EQ(entries(temporary.path()), 1u);
}

TEST(WriteFiles, APathThroughAFileIsAnError) {
  const TemporaryDirectory temporary;
  temporary.write("file", "");
  const std::expected<void, Diagnostics> written = write_files(temporary.path() / "file" / "below", {{"x", "text"}});
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().items().front().code, DiagnosticCode::kIo);
}

}  // namespace
}  // namespace dynamo::cli

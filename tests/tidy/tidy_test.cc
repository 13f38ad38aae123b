#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tidy/layer_table.h"

namespace dynamo::tidy {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const fs::path kRoot = DYNAMO_SOURCE_DIR;

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::set<std::string> source_files() {
  std::set<std::string> files;
  for (const char* folder : {"libprofiler", "kubectl-dynamo", "webhook"}) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(kRoot / folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension == ".h" || extension == ".cc") {
        files.insert(entry.path().lexically_relative(kRoot).generic_string());
      }
    }
  }
  return files;
}

LayerTable table() { return LayerTable(text_of(kRoot / "tests/tidy/layers.txt")); }

TEST(Layers, EveryIncludeKeepsThem) {
  const LayerTable rules = table();
  const std::set<std::string> files = source_files();
  ASSERT_GT(files.size(), 20u);
  std::vector<std::string> broken;
  for (const std::string& file : files) {
    const std::vector<std::string> found = rules.judge(file, includes_of(text_of(kRoot / file)), files);
    broken.insert(broken.end(), found.begin(), found.end());
  }
  EXPECT_THAT(broken, IsEmpty());
}

std::vector<std::string> verdict(const std::string& file, const std::string& header) {
  const std::set<std::string> files = {file, "libprofiler/src/perf/engine.h", "libprofiler/src/doc/source_text.h",
                                       "libprofiler/include/dynamo/profiler/profile.h"};
  return table().judge(file, includes_of("#include \"" + header + "\"\n"), files);
}

TEST(Layers, ALowerLayerMayNotSeeAHigherOne) {
  EXPECT_THAT(verdict("libprofiler/src/doc/value.cc", "perf/engine.h"),
              ElementsAre(HasSubstr("layer doc may not see layer perf")));
  EXPECT_THAT(verdict("libprofiler/src/perf/phase.cc", "doc/source_text.h"), IsEmpty());
}

TEST(Layers, AnEdgeSeesPublicHeadersOnly) {
  EXPECT_THAT(verdict("kubectl-dynamo/src/main.cc", "perf/engine.h"), ElementsAre(HasSubstr("only the public headers")));
  EXPECT_THAT(verdict("kubectl-dynamo/src/main.cc", "dynamo/profiler/profile.h"), IsEmpty());
}

TEST(Layers, ThirdPartyHeadersStayInTheirAdapter) {
  EXPECT_THAT(verdict("kubectl-dynamo/src/main.cc", "CLI/CLI.hpp"), ElementsAre(HasSubstr("not allowed here")));
  EXPECT_THAT(verdict("kubectl-dynamo/src/args/args.cc", "CLI/CLI.hpp"), IsEmpty());
  EXPECT_THAT(verdict("kubectl-dynamo/src/main.cc", "boost/any.hpp"), ElementsAre(HasSubstr("in no rule")));
}

TEST(Layers, APublicHeaderShowsNoPrivateOne) {
  EXPECT_THAT(verdict("libprofiler/include/dynamo/profiler/estimate.h", "doc/source_text.h"),
              ElementsAre(HasSubstr("shows a private one")));
}

TEST(Includes, AreFoundInEveryUsualSpelling) {
  const std::vector<Include> found = includes_of("#include <a>\n  #  include \"b/c.h\"\n// #include <no>\n#include MACRO\n");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].header, "a");
  EXPECT_TRUE(found[0].angled);
  EXPECT_EQ(found[1].header, "b/c.h");
  EXPECT_EQ(found[1].line, 2);
}

}  // namespace
}  // namespace dynamo::tidy

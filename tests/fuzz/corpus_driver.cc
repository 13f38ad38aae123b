#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "targets.h"

/// `fuzz_corpus yaml|json|review|http FOLDER`: every file of the folder once, and every prefix of the short ones.
int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: fuzz_corpus yaml|json|review|http FOLDER\n");
    return 2;
  }
  constexpr std::size_t kShort = 300;
  const std::string format = argv[1];
  const auto check = format == "json"     ? dynamo::fuzz::check_json
                     : format == "review" ? dynamo::fuzz::check_review
                     : format == "http"   ? dynamo::fuzz::check_http
                                          : dynamo::fuzz::check_yaml;
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[2])) {
    std::ifstream stream(entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(stream)), {});
    check(text);
    for (std::size_t length = 0; text.size() <= kShort && length < text.size(); ++length) {
      check(std::string_view(text).substr(0, length));
    }
    ++files;
  }
  std::printf("%zu inputs\n", files);
  return files == 0 ? 1 : 0;
}

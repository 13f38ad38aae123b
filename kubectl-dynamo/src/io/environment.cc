#include "io/environment.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace dynamo::cli {
namespace {

namespace fs = std::filesystem;

/// The package release whose tables this program was made for.
constexpr const char* kTablesRelease = "aiconfigurator-core-0.12.0";

fs::path cache_home() {
  const std::string xdg = environment("XDG_CACHE_HOME");
  // The XDG specification says to ignore relative paths.
  return fs::path(xdg).is_absolute() ? fs::path(xdg) : fs::path(environment("HOME")) / ".cache";
}

}  // namespace

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

fs::path tables_directory(const std::string& flag) {
  if (!flag.empty()) return flag;
  if (const std::string variable = environment("DYNAMO_TABLES"); !variable.empty()) return variable;
  return cache_home() / "kubectl-dynamo" / "tables" / kTablesRelease;
}

fs::path hugging_face_hub() {
  if (const std::string cache = environment("HF_HUB_CACHE"); !cache.empty()) return cache;
  if (const std::string home = environment("HF_HOME"); !home.empty()) return fs::path(home) / "hub";
  return cache_home() / "huggingface" / "hub";
}

bool unicode_allowed() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {   // in the order in which POSIX lets them win
    std::string locale = environment(name);
    if (locale.empty()) continue;
    std::ranges::transform(locale, locale.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  }
  return true;
}

bool colour_allowed(int descriptor) {
  return environment("NO_COLOR").empty() && environment("TERM") != "dumb" && ::isatty(descriptor) == 1;
}

}  // namespace dynamo::cli

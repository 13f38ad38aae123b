#include "io/input.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "io/file_handle.h"
#include "io/finding.h"

namespace dynamo::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStdin = "<stdin>";

Diagnostics too_large(std::string_view name, std::size_t limit) {
  return findings(finding(DiagnosticCode::kTooLarge, "document.size",
                 std::string(name) + " is larger than " + std::to_string(limit >> 20) + " MiB",
                 "a request is a few KiB; is this the right file?", std::string(name)));
}

std::expected<std::string, Diagnostics> read_all(int descriptor, std::string_view name, std::size_t limit) {
  std::string text;
  char chunk[64 * 1024];
  for (;;) {
    const ssize_t got = ::read(descriptor, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return std::unexpected(findings(finding(DiagnosticCode::kIo, "file.read",
                                     "cannot read " + std::string(name) + ": " + std::strerror(errno), "",
                                     std::string(name))));
    }
    if (got == 0) return text;
    text.append(chunk, static_cast<std::size_t>(got));
    if (text.size() > limit) return std::unexpected(too_large(name, limit));
  }
}

bool is_manifest(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

template <typename Iterator>
std::error_code collect(const fs::path& directory, std::vector<fs::path>& found) {
  std::error_code error;
  for (Iterator it(directory, error); !error && it != Iterator(); it.increment(error)) {
    std::error_code ignored;
    if (is_manifest(it->path()) && !it->is_directory(ignored)) found.push_back(it->path());
  }
  return error;
}

/// The manifests of a directory, sorted by path so that every run reads them in the same order.
std::expected<std::vector<fs::path>, Diagnostics> manifests_in(const std::string& name, bool recursive) {
  std::vector<fs::path> found;
  const std::error_code error = recursive ? collect<fs::recursive_directory_iterator>(name, found)
                                          : collect<fs::directory_iterator>(name, found);
  if (error) {
    return std::unexpected(findings(finding(DiagnosticCode::kIo, "file.read", "cannot list " + name + ": " + error.message(),
                                   "", name)));
  }
  if (found.empty()) {
    return std::unexpected(findings(finding(DiagnosticCode::kIo, "file.none",
                                   "no *.yaml, *.yml or *.json in directory " + name,
                                   recursive ? "" : "-R also looks in the directories below it", name)));
  }
  std::sort(found.begin(), found.end());
  return found;
}

void add_file(const fs::path& path, std::size_t limit, InputSet& set) {
  std::expected<std::string, Diagnostics> text = read_file(path, limit);
  if (text) {
    set.inputs.push_back({path.string(), std::move(*text)});
  } else {
    set.diagnostics.append(text.error());
  }
}

void add_stdin(std::size_t limit, InputSet& set) {
  std::expected<std::string, Diagnostics> text = read_all(STDIN_FILENO, kStdin, limit);
  if (text) {
    set.inputs.push_back({std::string(kStdin), std::move(*text)});
  } else {
    set.diagnostics.append(text.error());
  }
}

}  // namespace

std::expected<std::string, Diagnostics> read_file(const fs::path& path, std::size_t limit_bytes) {
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status = {};
  if (!file.valid() || ::fstat(file.get(), &status) != 0) {
    return std::unexpected(findings(finding(DiagnosticCode::kIo, "file.read",
                                   "cannot open " + path.string() + ": " + std::strerror(errno), "", path.string())));
  }
  if (S_ISREG(status.st_mode) && static_cast<std::size_t>(status.st_size) > limit_bytes) {
    return std::unexpected(too_large(path.string(), limit_bytes));
  }
  return read_all(file.get(), path.string(), limit_bytes);
}

InputSet read_inputs(const std::vector<std::string>& names, bool recursive, std::size_t limit_bytes) {
  InputSet set;
  for (const std::string& name : names) {
    if (name == "-") {
      add_stdin(limit_bytes, set);
      continue;
    }
    std::error_code ignored;
    if (!fs::is_directory(name, ignored)) {
      add_file(name, limit_bytes, set);
      continue;
    }
    const std::expected<std::vector<fs::path>, Diagnostics> files = manifests_in(name, recursive);
    if (!files) {
      set.diagnostics.append(files.error());
      continue;
    }
    for (const fs::path& file : *files) add_file(file, limit_bytes, set);
  }
  return set;
}

}  // namespace dynamo::cli

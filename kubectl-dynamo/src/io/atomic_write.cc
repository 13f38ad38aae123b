#include "io/atomic_write.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file_handle.h"

namespace dynamo::cli {
namespace {

namespace fs = std::filesystem;

Diagnostics cannot(const std::string& what, const fs::path& path, const std::string& why) {
  Diagnostics diagnostics = one_error(DiagnosticCode::kIo, "output.write", "cannot " + what + " " + path.string() + ": " + why,
                                      "nothing was changed; give another --output-dir or free some space");
  return diagnostics;
}

/// A temporary file beside its destination; removed unless it was renamed.
class PendingFile {
 public:
  explicit PendingFile(fs::path target) : target_(std::move(target)) {}
  PendingFile(PendingFile&& other) noexcept
      : target_(std::move(other.target_)), temporary_(std::exchange(other.temporary_, {})) {}
  PendingFile& operator=(PendingFile&&) = delete;
  ~PendingFile() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  /// False on an error, which errno keeps.
  [[nodiscard]] bool write(std::string_view text) {
    std::string pattern = target_.string() + ".XXXXXX";
    FileHandle file(::mkostemp(pattern.data(), O_CLOEXEC));
    if (!file.valid()) return false;
    temporary_ = pattern;
    // mkostemp makes the file private; the operator's sidecar may run as another user.
    return ::fchmod(file.get(), 0644) == 0 && write_all(file.get(), text) && ::fsync(file.get()) == 0 && file.close();
  }

  [[nodiscard]] bool publish() {
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) return false;
    temporary_.clear();
    return true;
  }

  [[nodiscard]] const fs::path& target() const { return target_; }

 private:
  fs::path target_;
  std::string temporary_;
};

/// Directories made on the way; removed again, where they stayed empty, unless they are kept.
class NewDirectories {
 public:
  NewDirectories() = default;
  NewDirectories(const NewDirectories&) = delete;
  NewDirectories& operator=(const NewDirectories&) = delete;
  ~NewDirectories() {
    std::error_code ignored;
    for (auto made = made_.rbegin(); made != made_.rend(); ++made) fs::remove(*made, ignored);
  }

  [[nodiscard]] std::error_code make(const fs::path& directory) {
    std::error_code error;
    if (directory.empty() || fs::is_directory(directory, error)) return {};
    if (const std::error_code above = make(directory.parent_path())) return above;
    error.clear();
    if (fs::create_directory(directory, error)) made_.push_back(directory);
    return error;
  }

  void keep() { made_.clear(); }

 private:
  std::vector<fs::path> made_;
};

}  // namespace

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::expected<void, Diagnostics> write_files(const fs::path& directory, const std::vector<OutputFile>& files) {
  NewDirectories directories;   // outlives the files in them
  std::vector<PendingFile> pending;
  if (const auto error = directories.make(directory)) return std::unexpected(cannot("create directory", directory, error.message()));
  for (const OutputFile& file : files) {
    const fs::path target = directory / file.name;
    if (const auto error = directories.make(target.parent_path())) {
      return std::unexpected(cannot("create directory", target.parent_path(), error.message()));
    }
    pending.emplace_back(target);
    if (!pending.back().write(file.text)) {
      return std::unexpected(cannot("write", pending.back().target(), std::strerror(errno)));
    }
  }
  for (PendingFile& file : pending) {
    if (!file.publish()) return std::unexpected(cannot("replace", file.target(), std::strerror(errno)));
  }
  directories.keep();
  return {};
}

bool rewrite_in_place(const fs::path& path, std::string_view text) {
  FileHandle file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file.valid() && write_all(file.get(), text) && ::ftruncate(file.get(), static_cast<off_t>(text.size())) == 0 && file.close();
}

}  // namespace dynamo::cli

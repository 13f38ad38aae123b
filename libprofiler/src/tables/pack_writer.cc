#include "tables/pack_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "tables/format.h"
#include "tables/hash.h"

namespace dynamo::tables {
namespace {

/// A file that disappears again unless it is committed.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::filesystem::path final_name) : final_name_(std::move(final_name)) {
    name_ = final_name_.string() + ".XXXXXX";
    handle_ = ::mkostemp(name_.data(), O_CLOEXEC);
    if (handle_ < 0) note("cannot create a file");
  }
  ~TemporaryFile() {
    if (handle_ >= 0) ::close(handle_);
    if (created() && !committed_) ::unlink(name_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(std::span<const std::byte> bytes) {
    while (error_.empty() && !bytes.empty()) {
      const ssize_t done = ::write(handle_, bytes.data(), bytes.size());
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) note("cannot write");
      else bytes = bytes.subspan(static_cast<std::size_t>(done));
    }
  }

  /// Empty on success, else the reason.
  std::string commit() {
    if (error_.empty() && ::fchmod(handle_, 0644) != 0) note("cannot set the permissions");
    if (error_.empty() && ::fsync(handle_) != 0) note("cannot flush to disk");
    if (created() && ::close(handle_) != 0 && error_.empty()) note("cannot close");
    handle_ = -1;
    if (error_.empty() && ::rename(name_.c_str(), final_name_.c_str()) != 0) note("cannot rename");
    committed_ = error_.empty();
    if (committed_) flush_folder();
    return error_;
  }

 private:
  [[nodiscard]] bool created() const { return !name_.ends_with("XXXXXX"); }
  void note(const char* what) { error_ = std::string(what) + ": " + std::generic_category().message(errno); }

  // Makes the new name itself durable; a file system that cannot do so is no reason to fail.
  void flush_folder() const {
    const std::filesystem::path parent = final_name_.parent_path();
    const int folder = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    (void)::fsync(folder);
    ::close(folder);
  }

  std::filesystem::path final_name_;
  std::string name_;
  std::string error_;
  int handle_ = -1;
  bool committed_ = false;
};

PackHeader header_for(std::span<const std::byte> directory, std::uint64_t offset) {
  PackHeader header;
  header.directory_offset = offset;
  header.directory_bytes = directory.size();
  header.directory_checksum = checksum(directory);
  header.file_bytes = offset + directory.size();
  const auto bytes = std::as_bytes(std::span(&header, 1));
  header.header_checksum = checksum(bytes.first(offsetof(PackHeader, header_checksum)));
  return header;
}

}  // namespace

PackWriter::PackWriter(std::string system, std::string backend, std::string release, VersionSlots slots) {
  directory_.system = std::move(system);
  directory_.backend = std::move(backend);
  directory_.release = std::move(release);
  directory_.slots = std::move(slots);
}

std::uint32_t PackWriter::add_table(const TableData& table) {
  std::vector<std::byte> bytes = encode(table);
  const std::uint64_t sum = checksum(bytes);
  const auto [first, last] = by_checksum_.equal_range(sum);
  for (auto at = first; at != last; ++at) {
    if (tables_[at->second] == bytes) return at->second;
  }
  const auto number = static_cast<std::uint32_t>(tables_.size());
  directory_.blobs.push_back({0, bytes.size(), sum, table.rows()});
  tables_.push_back(std::move(bytes));
  by_checksum_.emplace(sum, number);
  return number;
}

void PackWriter::add_entry(std::string version, std::string name, Sources sources, std::uint32_t table) {
  directory_.entries.push_back({std::move(version), std::move(name), sources, table});
}

std::expected<std::filesystem::path, Diagnostics> PackWriter::write(const std::filesystem::path& directory) {
  const std::filesystem::path path =
      directory / (directory_.system + "-" + directory_.backend + std::string(kPackSuffix));
  std::uint64_t offset = sizeof(PackHeader);
  for (auto& blob : directory_.blobs) {
    blob.offset = offset;
    offset += blob.bytes;
  }
  const std::vector<std::byte> tail = encode_directory(directory_);
  const PackHeader header = header_for(tail, offset);
  TemporaryFile file(path);
  file.write(std::as_bytes(std::span(&header, 1)));
  for (const auto& table : tables_) file.write(table);
  file.write(tail);
  if (const std::string error = file.commit(); !error.empty()) {
    return std::unexpected(one_error(DiagnosticCode::kIo, "tables.import.write", path.string() + ": " + error,
                                     "free some space or choose another directory; the previous pack, if any, is unchanged"));
  }
  return path;
}

}  // namespace dynamo::tables

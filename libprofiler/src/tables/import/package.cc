#include "tables/import/package.h"

#include <algorithm>
#include <fstream>

#include "tables/import/wheel.h"

namespace dynamo::tables {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRule = "tables.import.source";
constexpr std::string_view kHint =
    "give the wheel aiconfigurator_core-*.whl or the directory of the unpacked package aiconfigurator_core";

std::expected<std::vector<std::byte>, std::string> read_all(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in) return std::unexpected(std::string("the file cannot be read"));
  std::vector<std::byte> bytes(size);
  if (!in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size))) {
    return std::unexpected(std::string("the file cannot be read to its end"));
  }
  return bytes;
}

class Directory final : public Package {
 public:
  explicit Directory(fs::path systems) : systems_(std::move(systems)) {}

  bool scan(std::error_code& error) {
    for (fs::recursive_directory_iterator at(systems_, error), end; !error && at != end; at.increment(error)) {
      if (at->is_regular_file(error)) files_.emplace(at->path().lexically_relative(systems_).generic_string(), 0);
    }
    return !error;
  }

  void find_release() {
    const fs::path site = systems_.parent_path().parent_path();
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(site.empty() ? fs::path(".") : site, error)) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with("aiconfigurator_core-") || !name.ends_with(".dist-info")) continue;
      if (const auto bytes = read_all(entry.path() / "METADATA")) {
        release_ = release_from_metadata({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
      }
    }
    if (release_.empty()) release_ = "aiconfigurator-core (version unknown)";
  }

  std::expected<std::vector<std::byte>, std::string> read(const std::string& path) const override {
    return read_all(systems_ / path);
  }

 private:
  fs::path systems_;
};

std::string_view header_value(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty()) return {};  // the headers end here
    if (!line.starts_with(name)) continue;
    line.remove_prefix(name.size());
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    return line;
  }
  return {};
}

fs::path systems_folder(const fs::path& source) {
  std::error_code error;
  for (const char* below : {"systems", "aiconfigurator_core/systems", "."}) {
    fs::path folder = (source / below).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();
    if (fs::is_regular_file(folder / "query_versions.yaml", error)) return fs::absolute(folder, error);
  }
  return {};
}

}  // namespace

std::string release_from_metadata(std::string_view text) {
  std::string name(header_value(text, "Name:"));
  const std::string_view version = header_value(text, "Version:");
  if (name.empty() || version.empty()) return {};
  std::replace(name.begin(), name.end(), '_', '-');
  return name + " " + std::string(version);
}

std::expected<std::unique_ptr<Package>, Diagnostics> Package::open(const fs::path& source) {
  const auto fail = [&](DiagnosticCode code, const std::string& why) {
    return std::unexpected(one_error(code, std::string(kRule), source.string() + ": " + why, std::string(kHint)));
  };
  std::error_code error;
  const fs::file_status status = fs::status(source, error);
  if (!fs::exists(status)) return fail(DiagnosticCode::kIo, "there is no such file or directory");
  if (!fs::is_directory(status)) {
    auto wheel = open_wheel(source);
    if (!wheel) return fail(DiagnosticCode::kInvalid, wheel.error());
    return std::move(*wheel);
  }
  const fs::path systems = systems_folder(source);
  if (systems.empty()) return fail(DiagnosticCode::kInvalid, "the directory holds no systems/query_versions.yaml");
  auto directory = std::make_unique<Directory>(systems);
  if (!directory->scan(error)) return fail(DiagnosticCode::kIo, error.message());
  directory->find_release();
  return directory;
}

}  // namespace dynamo::tables

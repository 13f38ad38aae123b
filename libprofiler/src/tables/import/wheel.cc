#include "tables/import/wheel.h"

#include <zip.h>

#include <mutex>

namespace dynamo::tables {
namespace {

constexpr std::string_view kSystems = "aiconfigurator_core/systems/";
// Several times the largest file of the pinned release; keeps a forged size from exhausting memory.
constexpr std::uint64_t kMaxFile = std::uint64_t{256} << 20;

class Wheel final : public Package {
 public:
  explicit Wheel(zip_t* archive) : archive_(archive) {}
  ~Wheel() override { zip_discard(archive_); }
  Wheel(const Wheel&) = delete;
  Wheel& operator=(const Wheel&) = delete;

  void scan() {
    const zip_int64_t count = zip_get_num_entries(archive_, 0);
    for (zip_int64_t i = 0; i < count; ++i) {
      const char* raw = zip_get_name(archive_, static_cast<zip_uint64_t>(i), 0);
      const std::string_view name = raw == nullptr ? std::string_view{} : std::string_view{raw};
      const bool metadata = name.starts_with("aiconfigurator_core-") && name.ends_with(".dist-info/METADATA");
      if (metadata) {
        if (const auto bytes = read_entry(static_cast<std::size_t>(i))) {
          release_ = release_from_metadata({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
        }
      } else if (name.starts_with(kSystems) && !name.ends_with('/')) {
        files_.emplace(name.substr(kSystems.size()), static_cast<std::size_t>(i));
      }
    }
    if (release_.empty()) release_ = "aiconfigurator-core (version unknown)";
  }

  std::expected<std::vector<std::byte>, std::string> read(const std::string& path) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return std::unexpected(std::string("the wheel does not hold this file"));
    const std::lock_guard lock(mutex_);  // libzip's archives are not thread-safe
    return read_entry(found->second);
  }

 private:
  std::expected<std::vector<std::byte>, std::string> read_entry(std::size_t index) const {
    zip_stat_t stat{};
    if (zip_stat_index(archive_, index, 0, &stat) != 0 || (stat.valid & ZIP_STAT_SIZE) == 0 || stat.size > kMaxFile) {
      return std::unexpected(std::string("the wheel's entry is damaged"));
    }
    zip_file_t* file = zip_fopen_index(archive_, index, 0);
    if (file == nullptr) return std::unexpected(std::string("the wheel's entry cannot be opened"));
    std::vector<std::byte> bytes(stat.size);
    const zip_int64_t got = zip_fread(file, bytes.data(), stat.size);
    // Closing checks the entry's CRC once all of it was read.
    const bool good = zip_fclose(file) == 0 && got == static_cast<zip_int64_t>(stat.size);
    if (!good) return std::unexpected(std::string("the wheel's entry is damaged"));
    return bytes;
  }

  zip_t* archive_;
  mutable std::mutex mutex_;
};

}  // namespace

std::expected<std::unique_ptr<Package>, std::string> open_wheel(const std::filesystem::path& file) {
  int code = 0;
  zip_t* archive = zip_open(file.c_str(), ZIP_RDONLY, &code);
  if (archive == nullptr) return std::unexpected(std::string("the file is no readable wheel (zip archive)"));
  auto wheel = std::make_unique<Wheel>(archive);
  wheel->scan();
  if (!wheel->has("query_versions.yaml")) {
    return std::unexpected(std::string("the wheel holds no aiconfigurator_core/systems/query_versions.yaml"));
  }
  return wheel;
}

}  // namespace dynamo::tables

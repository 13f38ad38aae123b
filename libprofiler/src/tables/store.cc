#include <algorithm>
#include <map>
#include <mutex>

#include "dynamo/profiler/tables.h"
#include "tables/format.h"
#include "tables/hash.h"
#include "tables/pack.h"
#include "tables/pack_file.h"
#include "tables/table_codec.h"

namespace dynamo {
namespace {

namespace fs = std::filesystem;

/// Sorted names of the packs; a directory that does not exist holds none.
std::expected<std::vector<fs::path>, Diagnostics> pack_names(const fs::path& directory) {
  std::vector<fs::path> names;
  std::error_code error;
  fs::directory_iterator at(directory, error);
  if (error == std::errc::no_such_file_or_directory) return names;
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    if (at->path().extension() == tables::kPackSuffix) names.push_back(at->path());
  }
  if (error) {
    return std::unexpected(one_error(DiagnosticCode::kIo, "tables.directory.unreadable",
                                     directory.string() + ": " + error.message(), "check the directory's permissions"));
  }
  std::sort(names.begin(), names.end());
  return names;
}

void verify(const fs::path& name, Diagnostics& out) {
  tables::MappedFile file;
  if (const auto mapped = file.open(name); !mapped) return out.append(tables::pack_error(name, mapped.error()));
  const auto directory = tables::read_directory(file.bytes());
  if (!directory) return out.append(tables::pack_error(name, directory.error()));
  for (std::uint32_t i = 0; i < directory->blobs.size(); ++i) {
    const auto& blob = directory->blobs[i];
    const auto bytes = file.bytes().subspan(static_cast<std::size_t>(blob.offset), static_cast<std::size_t>(blob.bytes));
    std::string reason;
    if (tables::checksum(bytes) != blob.checksum) reason = "its bytes are damaged (the checksum differs)";
    else if (const auto table = tables::decode(bytes); !table) reason = table.error();
    if (reason.empty()) continue;
    const auto entry = std::find_if(directory->entries.begin(), directory->entries.end(),
                                    [&](const auto& candidate) { return candidate.blob == i; });
    const std::string table = entry == directory->entries.end() ? "number " + std::to_string(i)
                                                                : "`" + entry->name + "` of " + entry->version;
    out.append(tables::pack_error(name, "table " + table + ": " + reason));
  }
}

}  // namespace

struct TableStore::Impl {
  struct Slot {
    std::once_flag once;
    std::expected<std::unique_ptr<Pack>, Diagnostics> pack;
  };
  fs::path directory;
  std::mutex mutex;                    ///< guards the map, not its slots
  std::map<std::string, Slot> slots;
};

TableStore::TableStore(fs::path directory) : impl_(std::make_unique<Impl>()) {
  impl_->directory = std::move(directory);
}
TableStore::~TableStore() = default;

const fs::path& TableStore::directory() const {
  return impl_->directory;
}

bool TableStore::empty() const {
  const auto names = pack_names(impl_->directory);
  return !names || names->empty();
}

std::expected<const Pack*, Diagnostics> TableStore::open(std::string_view system, Backend backend) const {
  const std::string name = std::string(system) + "-" + std::string(name_of(backend)) + std::string(tables::kPackSuffix);
  Impl::Slot* slot = nullptr;
  {
    const std::lock_guard lock(impl_->mutex);
    slot = &impl_->slots[name];
  }
  std::call_once(slot->once, [&] {
    const fs::path file = impl_->directory / name;
    std::error_code error;
    // Names come from requests; one with a folder in it must not leave the directory.
    const bool plain = name.find('/') == std::string::npos;
    if (!plain || !fs::exists(file, error)) return;
    slot->pack = Pack::open(file);
    if (slot->pack && ((*slot->pack)->system() != system || (*slot->pack)->backend() != name_of(backend))) {
      slot->pack = std::unexpected(tables::pack_error(
          file, "it holds the tables of " + (*slot->pack)->system() + " and " + (*slot->pack)->backend()));
    }
  });
  if (!slot->pack) return std::unexpected(slot->pack.error());
  return slot->pack->get();
}

std::expected<std::vector<PackInfo>, Diagnostics> list_packs(const fs::path& directory) {
  const auto names = pack_names(directory);
  if (!names) return std::unexpected(names.error());
  std::vector<PackInfo> out;
  Diagnostics problems;
  for (const fs::path& name : *names) {
    tables::MappedFile file;
    const auto mapped = file.open(name);
    const auto read = mapped ? tables::read_directory(file.bytes()) : std::unexpected(mapped.error());
    if (!read) {
      problems.append(tables::pack_error(name, read.error()));
      continue;
    }
    PackInfo info{name, read->system, read->backend, read->release, read->slots, file.bytes().size(), read->blobs.size(), 0};
    for (const auto& blob : read->blobs) info.rows += static_cast<std::size_t>(blob.rows);
    out.push_back(std::move(info));
  }
  if (problems.has_errors()) return std::unexpected(std::move(problems));
  return out;
}

Diagnostics verify_packs(const fs::path& directory) {
  Diagnostics out;
  const auto names = pack_names(directory);
  if (!names) return names.error();
  for (const fs::path& name : *names) verify(name, out);
  return out;
}

}  // namespace dynamo

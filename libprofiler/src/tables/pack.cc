#include "tables/pack.h"

#include <map>
#include <mutex>
#include <tuple>

#include "tables/hash.h"
#include "tables/pack_file.h"
#include "tables/table_codec.h"

namespace dynamo {
namespace {

struct LazyTable {
  std::once_flag once;
  std::expected<Table, Diagnostics> table;
};

std::expected<Table, Diagnostics> load(std::span<const std::byte> file,
                                       const tables::PackDirectory::Blob& blob,
                                       std::string_view name,
                                       const std::filesystem::path& path) {
  const auto bytes = file.subspan(static_cast<std::size_t>(blob.offset), static_cast<std::size_t>(blob.bytes));
  const std::string prefix = "table `" + std::string(name) + "`: ";
  if (tables::checksum(bytes) != blob.checksum) {
    return std::unexpected(tables::pack_error(path, prefix + "its bytes are damaged (the checksum differs)"));
  }
  auto table = tables::decode(bytes);
  if (!table) return std::unexpected(tables::pack_error(path, prefix + table.error()));
  return std::move(*table);
}

}  // namespace

struct Pack::Impl {
  std::filesystem::path path;
  tables::MappedFile file;
  tables::PackDirectory directory;
  std::map<std::tuple<std::string, std::string, Sources>, std::uint32_t, std::less<>> index;
  mutable std::vector<LazyTable> lazy;  ///< one per blob
};

Pack::Pack() : impl_(std::make_unique<Impl>()) {}
Pack::~Pack() = default;

std::expected<std::unique_ptr<Pack>, Diagnostics> Pack::open(const std::filesystem::path& file) {
  std::unique_ptr<Pack> pack(new Pack);
  Impl& impl = *pack->impl_;
  impl.path = file;
  if (const auto mapped = impl.file.open(file); !mapped) return std::unexpected(tables::pack_error(file, mapped.error()));
  auto directory = tables::read_directory(impl.file.bytes());
  if (!directory) return std::unexpected(tables::pack_error(file, directory.error()));
  impl.directory = std::move(*directory);
  impl.lazy = std::vector<LazyTable>(impl.directory.blobs.size());
  for (const auto& entry : impl.directory.entries) {
    impl.index.emplace(std::tuple(entry.version, entry.name, entry.sources), entry.blob);
  }
  return pack;
}

const std::string& Pack::system() const {
  return impl_->directory.system;
}

const std::string& Pack::backend() const {
  return impl_->directory.backend;
}

const std::string& Pack::release() const {
  return impl_->directory.release;
}

const VersionSlots& Pack::slots() const {
  return impl_->directory.slots;
}

std::expected<std::string, Diagnostics> Pack::resolve_version(std::string_view wanted) const {
  const VersionSlots& own = slots();
  const std::pair<std::string_view, const std::string*> named[] = {
      {"current", &own.current},
      {"previous", own.previous ? &*own.previous : nullptr},
      {"next", own.next ? &*own.next : nullptr}};
  std::string known;
  for (const auto& [alias, version] : named) {
    if (version == nullptr) continue;
    if (wanted == alias || wanted == *version) return *version;
    known += (known.empty() ? "" : ", ") + *version + " (" + std::string(alias) + ")";
  }
  Diagnostic problem;
  problem.code = DiagnosticCode::kNotSupported;
  problem.rule = "tables.version.unknown";
  problem.bad_value = wanted;
  problem.reason = "there are no tables of " + backend() + " version `" + std::string(wanted) + "` on " + system();
  problem.hint = "use one of: " + known;
  Diagnostics out;
  out.add(std::move(problem));
  return std::unexpected(std::move(out));
}

std::expected<const Table*, Diagnostics> Pack::table(std::string_view version,
                                                     std::string_view name,
                                                     Sources sources) const {
  const auto found = impl_->index.find(std::tuple(version, name, sources));
  if (found == impl_->index.end()) return nullptr;
  LazyTable& lazy = impl_->lazy[found->second];
  std::call_once(lazy.once, [&] {
    lazy.table = load(impl_->file.bytes(), impl_->directory.blobs[found->second], name, impl_->path);
  });
  if (!lazy.table) return std::unexpected(lazy.table.error());
  return &*lazy.table;
}

}  // namespace dynamo

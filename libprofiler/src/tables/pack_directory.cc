#include <cstring>

#include "tables/format.h"
#include "tables/hash.h"
#include "tables/pack_file.h"

namespace dynamo::tables {
namespace {

std::expected<PackHeader, std::string> read_header(std::span<const std::byte> file) {
  const auto fail = [](const char* why) { return std::unexpected(std::string(why)); };
  PackHeader header;
  if (file.size() < sizeof(header.magic) || std::memcmp(file.data(), kPackMagic.data(), kPackMagic.size()) != 0) {
    return fail("the file is no pack");
  }
  if (file.size() < sizeof(header)) return fail("the file is cut short");
  std::memcpy(&header, file.data(), sizeof(header));
  if (header.version > kPackVersion) {
    return std::unexpected("the pack has format " + std::to_string(header.version) + ", newer than format " +
                           std::to_string(kPackVersion) + " that this program reads");
  }
  if (header.version != kPackVersion) return fail("the pack has an unknown format");
  const auto guarded = file.first(offsetof(PackHeader, header_checksum));
  if (checksum(guarded) != header.header_checksum) return fail("the header is damaged (its checksum differs)");
  if (header.file_bytes != file.size()) {
    return std::unexpected("the file has " + std::to_string(file.size()) + " bytes, the pack says " +
                           std::to_string(header.file_bytes) + ": it is cut short or has grown");
  }
  const bool inside = header.directory_offset >= sizeof(header) && header.directory_offset <= file.size() &&
                      header.directory_bytes == file.size() - header.directory_offset;
  if (!inside) return fail("the directory is not where the header says");
  return header;
}

std::optional<std::string> optional_text(ByteReader& in) {
  const bool present = in.number<std::uint8_t>() != 0;
  std::string text(in.text());
  return present ? std::optional(std::move(text)) : std::nullopt;
}

void optional_text(ByteWriter& out, const std::optional<std::string>& text) {
  out.number(static_cast<std::uint8_t>(text ? 1 : 0));
  out.text(text.value_or(""));
}

bool read_lists(ByteReader& in, std::uint64_t tables_end, PackDirectory& out) {
  const auto blobs = in.number<std::uint32_t>();
  if (!in.ok() || blobs > in.left() / 32) return false;
  std::uint64_t expected = sizeof(PackHeader);
  for (std::uint32_t i = 0; i < blobs; ++i) {
    PackDirectory::Blob blob;
    blob.offset = in.number<std::uint64_t>();
    blob.bytes = in.number<std::uint64_t>();
    blob.checksum = in.number<std::uint64_t>();
    blob.rows = in.number<std::uint64_t>();
    // Tables stand without gaps, so every byte of the file is under some checksum.
    if (blob.offset != expected || blob.bytes > tables_end - blob.offset || blob.bytes % 8 != 0) return false;
    expected += blob.bytes;
    out.blobs.push_back(blob);
  }
  const auto entries = in.number<std::uint32_t>();
  if (expected != tables_end || !in.ok() || entries > in.left() / 13) return false;
  for (std::uint32_t i = 0; i < entries; ++i) {
    PackDirectory::Entry entry;
    entry.version = in.text();
    entry.name = in.text();
    const auto sources = in.number<std::uint8_t>();
    entry.sources = sources == 0 ? Sources::kMerged : Sources::kPrimary;
    entry.blob = in.number<std::uint32_t>();
    if (!in.ok() || sources > 1 || entry.blob >= blobs) return false;
    out.entries.push_back(std::move(entry));
  }
  return in.at_end();
}

}  // namespace

std::expected<PackDirectory, std::string> read_directory(std::span<const std::byte> file) {
  const auto header = read_header(file);
  if (!header) return std::unexpected(header.error());
  const auto bytes = file.subspan(static_cast<std::size_t>(header->directory_offset));
  if (checksum(bytes) != header->directory_checksum) {
    return std::unexpected(std::string("the directory is damaged (its checksum differs)"));
  }
  ByteReader in(bytes);
  PackDirectory out;
  out.system = in.text();
  out.backend = in.text();
  out.release = in.text();
  out.slots.current = in.text();
  out.slots.previous = optional_text(in);
  out.slots.next = optional_text(in);
  if (!read_lists(in, header->directory_offset, out)) return std::unexpected(std::string("the directory contradicts itself"));
  return out;
}

std::vector<std::byte> encode_directory(const PackDirectory& directory) {
  ByteWriter out;
  out.text(directory.system);
  out.text(directory.backend);
  out.text(directory.release);
  out.text(directory.slots.current);
  optional_text(out, directory.slots.previous);
  optional_text(out, directory.slots.next);
  out.number(static_cast<std::uint32_t>(directory.blobs.size()));
  for (const auto& blob : directory.blobs) {
    for (const std::uint64_t field : {blob.offset, blob.bytes, blob.checksum, blob.rows}) out.number(field);
  }
  out.number(static_cast<std::uint32_t>(directory.entries.size()));
  for (const auto& entry : directory.entries) {
    out.text(entry.version);
    out.text(entry.name);
    out.number(static_cast<std::uint8_t>(entry.sources == Sources::kPrimary ? 1 : 0));
    out.number(entry.blob);
  }
  out.align();
  return out.take();
}

Diagnostics pack_error(const std::filesystem::path& file, const std::string& reason) {
  return one_error(DiagnosticCode::kMissingData, "tables.pack.damaged", file.string() + ": " + reason,
                   "import the tables again with `tables import`");
}

}  // namespace dynamo::tables

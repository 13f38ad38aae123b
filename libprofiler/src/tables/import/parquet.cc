#include "tables/import/parquet.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "tables/import/page.h"
#include "tables/import/thrift.h"

namespace dynamo::tables {

std::size_t Column::size() const {
  switch (type) {
    case ParquetType::kDouble: return doubles.size();
    case ParquetType::kByteArray: return codes.size();
    default: return integers.size();
  }
}

/// Reads the footer's Thrift structs; field numbers are those of the Parquet format.
struct FooterReader {
  ThriftReader& reader;
  ParquetFile& file;
  std::int64_t rows = -1;

  template <typename Visit>
  void fields(Visit visit) {
    for (ThriftField f = reader.field(0); f.type != ThriftType::kStop; f = reader.field(f.id)) {
      if (!visit(f)) reader.skip(f.type);
    }
  }

  template <typename Visit>
  void items(const ThriftField& f, Visit visit) {
    if (f.type != ThriftType::kList) return reader.skip(f.type);
    const ThriftList list = reader.list();
    for (std::size_t i = 0; reader.ok() && i < list.size; ++i) visit(i);
  }

  void schema_element(std::size_t index) {
    ParquetFile::Leaf leaf;
    std::int64_t repetition = 0;
    fields([&](const ThriftField& f) {
      if (f.id == 3) repetition = reader.integer();
      else if (f.id == 4) leaf.name = reader.binary();
      else return false;
      return true;
    });
    leaf.optional = repetition == 1;
    if (index > 0) file.leaves_.push_back(std::move(leaf));  // element 0 is the root
  }

  void chunk_meta(ParquetFile::Chunk& chunk) {
    fields([&](const ThriftField& f) {
      switch (f.id) {
        case 1: chunk.type = static_cast<int>(reader.integer()); return true;
        case 4: chunk.codec = static_cast<Codec>(reader.integer()); return true;
        case 5: chunk.values = reader.integer(); return true;
        case 7: chunk.bytes = reader.integer(); return true;
        case 9: chunk.first_page = reader.integer(); return true;
        case 11: chunk.dictionary_page = reader.integer(); return true;
        default: return false;
      }
    });
  }

  void column_chunk(std::size_t index) {
    ParquetFile::Chunk chunk;
    fields([&](const ThriftField& f) {
      if (f.id != 3 || f.type != ThriftType::kStruct) return false;
      chunk_meta(chunk);
      return true;
    });
    if (index < file.leaves_.size()) file.leaves_[index].chunks.push_back(chunk);
  }

  void row_group() {
    fields([&](const ThriftField& f) {
      if (f.id != 1) return false;
      items(f, [&](std::size_t i) { column_chunk(i); });
      return true;
    });
  }

  void read() {
    fields([&](const ThriftField& f) {
      if (f.id == 2) items(f, [&](std::size_t i) { schema_element(i); });
      else if (f.id == 3) rows = reader.integer();
      else if (f.id == 4) items(f, [&](std::size_t) { row_group(); });
      else return false;
      return true;
    });
  }
};

std::expected<ParquetFile, std::string> ParquetFile::open(std::span<const std::byte> bytes) {
  constexpr std::size_t kTail = 8;  // length of the footer and the magic word
  const auto magic_at = [&](std::size_t at) { return std::memcmp(bytes.data() + at, "PAR1", 4) == 0; };
  if (bytes.size() < 4 + kTail || !magic_at(0) || !magic_at(bytes.size() - 4)) {
    return std::unexpected(std::string("this is no Parquet file"));
  }
  std::uint32_t footer = 0;
  std::memcpy(&footer, bytes.data() + bytes.size() - kTail, 4);
  if (footer > bytes.size() - 4 - kTail) return std::unexpected(std::string("the footer is longer than the file"));
  ParquetFile file;
  file.bytes_ = bytes;
  ThriftReader reader(bytes.subspan(bytes.size() - kTail - footer, footer));
  FooterReader footer_reader{reader, file};
  footer_reader.read();
  // A row takes at least a bit; the bound only keeps damaged counts from asking for absurd memory.
  constexpr std::int64_t kMaxRows = std::int64_t{1} << 28;
  if (!reader.ok() || footer_reader.rows < 0 || footer_reader.rows > kMaxRows || file.leaves_.empty()) {
    return std::unexpected(std::string("the footer is damaged"));
  }
  file.rows_ = static_cast<std::size_t>(footer_reader.rows);
  return file;
}

std::vector<std::string> ParquetFile::column_names() const {
  std::vector<std::string> names;
  for (const Leaf& leaf : leaves_) names.push_back(leaf.name);
  return names;
}

const ParquetFile::Leaf* ParquetFile::find(std::string_view name) const {
  const auto found = std::find_if(leaves_.begin(), leaves_.end(), [&](const Leaf& leaf) { return leaf.name == name; });
  return found == leaves_.end() ? nullptr : &*found;
}

bool ParquetFile::has(std::string_view name) const {
  return find(name) != nullptr;
}

ParquetType ParquetFile::type(std::string_view name) const {
  const Leaf* leaf = find(name);
  return leaf == nullptr || leaf->chunks.empty() ? ParquetType::kInt64 : static_cast<ParquetType>(leaf->chunks[0].type);
}

std::expected<Column, std::string> ParquetFile::read(std::string_view name) const {
  const auto fail = [&](std::string_view why) {
    return std::unexpected("column " + std::string(name) + ": " + std::string(why));
  };
  const Leaf* leaf = find(name);
  if (leaf == nullptr) return fail("it is absent");
  if (leaf->chunks.empty() && rows_ > 0) return fail("it has no data");
  Column column;
  std::optional<PageReader> pages;
  for (const Chunk& chunk : leaf->chunks) {
    const bool known = chunk.type == 0 || chunk.type == 2 || chunk.type == 5 || chunk.type == 6;
    if (!known || chunk.type != leaf->chunks[0].type) return fail("its type " + std::to_string(chunk.type) + " is not known");
    const std::int64_t start = chunk.dictionary_page > 0 ? std::min(chunk.dictionary_page, chunk.first_page) : chunk.first_page;
    const auto total = static_cast<std::int64_t>(bytes_.size());
    if (start < 4 || chunk.bytes < 0 || start > total || chunk.bytes > total - start || chunk.values < 0 ||
        static_cast<std::uint64_t>(chunk.values) > rows_) {
      return fail("its place in the file is out of range");
    }
    if (!pages) pages.emplace(static_cast<ParquetType>(chunk.type), leaf->optional, chunk.codec);
    const auto span = bytes_.subspan(static_cast<std::size_t>(start), static_cast<std::size_t>(chunk.bytes));
    if (const auto done = pages->read(span, static_cast<std::size_t>(chunk.values)); !done) return fail(done.error());
  }
  if (pages) column = pages->take();
  if (column.size() != rows_) return fail("it has another number of rows than the file");
  return column;
}

}  // namespace dynamo::tables

#include "tables/import/page.h"

#include <algorithm>
#include <cstring>

#include "tables/import/rle.h"
#include "tables/import/thrift.h"

namespace dynamo::tables {
namespace {

enum class PageType { kData = 0, kIndex = 1, kDictionary = 2, kDataV2 = 3 };
constexpr int kPlain = 0;
constexpr int kPlainDictionary = 2;
constexpr int kRle = 3;
constexpr int kRleDictionary = 8;

struct PageHeader {
  std::int64_t type = -1, packed = -1, unpacked = -1, values = -1, encoding = -1, levels = kRle;
};

void read_inner(ThriftReader& reader, PageHeader& header) {
  for (ThriftField f = reader.field(0); f.type != ThriftType::kStop; f = reader.field(f.id)) {
    if (f.id == 1) header.values = reader.integer();
    else if (f.id == 2) header.encoding = reader.integer();
    else if (f.id == 3 && f.type == ThriftType::kI32) header.levels = reader.integer();
    else reader.skip(f.type);
  }
}

PageHeader read_header(ThriftReader& reader) {
  PageHeader header;
  for (ThriftField f = reader.field(0); f.type != ThriftType::kStop; f = reader.field(f.id)) {
    if (f.id == 1) header.type = reader.integer();
    else if (f.id == 2) header.unpacked = reader.integer();
    else if (f.id == 3) header.packed = reader.integer();
    else if ((f.id == 5 || f.id == 7) && f.type == ThriftType::kStruct) read_inner(reader, header);
    else reader.skip(f.type);
  }
  return header;
}

bool read_u32(std::span<const std::byte> bytes, std::size_t at, std::uint32_t& value) {
  if (at > bytes.size() || bytes.size() - at < 4) return false;
  std::memcpy(&value, bytes.data() + at, 4);
  return true;
}

template <typename T>
bool plain_numbers(std::span<const std::byte> values, std::size_t count, std::vector<T>& into) {
  if (values.size() / sizeof(T) < count) return false;
  const std::size_t old = into.size();
  into.resize(old + count);
  if (count != 0) std::memcpy(into.data() + old, values.data(), count * sizeof(T));
  return true;
}

bool plain_words(std::span<const std::byte> values, std::size_t count, Column& into) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t size = 0;
    if (!read_u32(values, at, size) || size > values.size() - at - 4) return false;
    std::string word(reinterpret_cast<const char*>(values.data()) + at + 4, size);
    const auto found = std::find(into.words.begin(), into.words.end(), word);
    into.codes.push_back(static_cast<std::uint32_t>(found - into.words.begin()));
    if (found == into.words.end()) into.words.push_back(std::move(word));
    at += 4 + std::size_t{size};
  }
  return true;
}

bool plain_bits(std::span<const std::byte> values, std::size_t count, std::vector<std::int64_t>& into) {
  if (values.size() < (count + 7) / 8) return false;
  for (std::size_t i = 0; i < count; ++i) {
    into.push_back((std::to_integer<unsigned>(values[i / 8]) >> (i % 8)) & 1u);
  }
  return true;
}

template <typename T>
bool look_up(std::span<const std::uint32_t> codes, const std::vector<T>& dictionary, std::vector<T>& into) {
  into.reserve(into.size() + codes.size());
  for (const std::uint32_t code : codes) {
    if (code >= dictionary.size()) return false;
    into.push_back(dictionary[code]);
  }
  return true;
}

}  // namespace

bool PageReader::plain(std::span<const std::byte> values, std::size_t count, Column& into) {
  switch (into.type) {
    case ParquetType::kBoolean: return plain_bits(values, count, into.integers);
    case ParquetType::kInt64: return plain_numbers(values, count, into.integers);
    case ParquetType::kDouble: return plain_numbers(values, count, into.doubles);
    case ParquetType::kByteArray: return plain_words(values, count, into);
  }
  return false;
}

bool PageReader::coded(std::span<const std::byte> values, std::size_t count) {
  if (values.empty()) return count == 0;
  scratch_.resize(count);
  if (!decode_hybrid(values.subspan(1), std::to_integer<int>(values[0]), scratch_)) return false;
  switch (column_.type) {
    case ParquetType::kInt64: return look_up(scratch_, dictionary_.integers, column_.integers);
    case ParquetType::kDouble: return look_up(scratch_, dictionary_.doubles, column_.doubles);
    case ParquetType::kByteArray: return look_up(scratch_, word_of_, column_.codes);
    case ParquetType::kBoolean: return false;
  }
  return false;
}

std::expected<void, std::string> PageReader::dictionary(std::span<const std::byte> page, std::size_t count) {
  dictionary_ = Column{};
  dictionary_.type = column_.type;
  word_of_.clear();
  if (column_.type == ParquetType::kBoolean || !plain(page, count, dictionary_)) {
    return std::unexpected(std::string("a dictionary page is damaged"));
  }
  for (const std::uint32_t code : dictionary_.codes) {
    const std::string& word = dictionary_.words[code];
    const auto found = std::find(column_.words.begin(), column_.words.end(), word);
    word_of_.push_back(static_cast<std::uint32_t>(found - column_.words.begin()));
    if (found == column_.words.end()) column_.words.push_back(word);
  }
  return {};
}

std::expected<void, std::string> PageReader::data(std::span<const std::byte> page, std::size_t count, int encoding) {
  std::span<const std::byte> values = page;
  if (optional_) {
    std::uint32_t size = 0;
    if (!read_u32(page, 0, size) || size > page.size() - 4) return std::unexpected(std::string("a data page is cut short"));
    scratch_.resize(count);
    if (!decode_hybrid(page.subspan(4, size), 1, scratch_)) {
      return std::unexpected(std::string("the definition levels of a data page are damaged"));
    }
    if (std::find(scratch_.begin(), scratch_.end(), 0u) != scratch_.end()) {
      return std::unexpected(std::string("a value is missing (null)"));
    }
    values = page.subspan(4 + std::size_t{size});
  }
  const bool by_code = encoding == kRleDictionary || encoding == kPlainDictionary;
  if (!by_code && encoding != kPlain) return std::unexpected("encoding " + std::to_string(encoding) + " is not known");
  if (by_code ? !coded(values, count) : !plain(values, count, column_)) {
    return std::unexpected(std::string("the values of a data page are damaged"));
  }
  return {};
}

std::expected<void, std::string> PageReader::read(std::span<const std::byte> bytes, std::size_t values) {
  const std::size_t goal = column_.size() + values;
  dictionary_ = Column{};
  word_of_.clear();
  while (column_.size() < goal) {
    ThriftReader reader(bytes);
    const PageHeader header = read_header(reader);
    const bool sane = reader.ok() && header.packed >= 0 && header.unpacked >= 0 && header.values >= 0 &&
                      static_cast<std::uint64_t>(header.packed) <= bytes.size() - reader.position();
    if (!sane) return std::unexpected(std::string("a page header is damaged"));
    const auto packed = bytes.subspan(reader.position(), static_cast<std::size_t>(header.packed));
    bytes = bytes.subspan(reader.position() + packed.size());
    const auto count = static_cast<std::size_t>(header.values);
    const auto type = static_cast<PageType>(header.type);
    if (type != PageType::kData && type != PageType::kDictionary) {
      return std::unexpected("page type " + std::to_string(header.type) + " is not known");
    }
    if (type == PageType::kData && (count == 0 || count > goal - column_.size())) {
      return std::unexpected(std::string("a data page holds more rows than the chunk"));
    }
    const auto page = decompress(codec_, packed, static_cast<std::size_t>(header.unpacked));
    if (!page) return std::unexpected(page.error());
    const auto done = type == PageType::kDictionary ? dictionary(*page, count)
                                                    : data(*page, count, static_cast<int>(header.encoding));
    if (!done) return done;
  }
  return {};
}

}  // namespace dynamo::tables

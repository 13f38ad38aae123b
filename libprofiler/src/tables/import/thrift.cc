#include "tables/import/thrift.h"

namespace dynamo::tables {
namespace {

constexpr int kMaxDepth = 32;

ThriftType type_of(unsigned nibble) {
  return static_cast<ThriftType>(nibble);
}

}  // namespace

std::uint8_t ThriftReader::byte() {
  if (!ok_ || position_ >= bytes_.size()) {
    ok_ = false;
    return 0;
  }
  return std::to_integer<std::uint8_t>(bytes_[position_++]);
}

std::uint64_t ThriftReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t next = byte();
    value |= std::uint64_t{next & 0x7fu} << shift;
    if ((next & 0x80u) == 0) return ok_ ? value : 0;
  }
  ok_ = false;
  return 0;
}

std::int64_t ThriftReader::integer() {
  const std::uint64_t zigzag = varint();
  return static_cast<std::int64_t>(zigzag >> 1) ^ -static_cast<std::int64_t>(zigzag & 1);
}

ThriftField ThriftReader::field(int last) {
  const unsigned header = byte();
  if (!ok_ || header == 0) return {};
  const unsigned delta = header >> 4;
  const std::int64_t id = delta != 0 ? last + static_cast<int>(delta) : integer();
  if (!ok_ || id < 0 || id > 32767) {
    ok_ = false;
    return {};
  }
  return {type_of(header & 15u), static_cast<int>(id)};
}

ThriftList ThriftReader::list() {
  const unsigned header = byte();
  std::uint64_t size = header >> 4;
  if (size == 15) size = varint();
  // Every element takes at least one byte.
  if (!ok_ || size > bytes_.size() - position_) {
    ok_ = false;
    return {};
  }
  return {type_of(header & 15u), static_cast<std::size_t>(size)};
}

std::string_view ThriftReader::binary() {
  const std::uint64_t size = varint();
  if (!ok_ || size > bytes_.size() - position_) {
    ok_ = false;
    return {};
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes_.data()) + position_, static_cast<std::size_t>(size));
  position_ += static_cast<std::size_t>(size);
  return text;
}

void ThriftReader::skip_bytes(std::size_t count) {
  if (!ok_ || count > bytes_.size() - position_) {
    ok_ = false;
    return;
  }
  position_ += count;
}

void ThriftReader::skip_element(ThriftType type) {
  // In a container a boolean takes a byte; as a field its value is in the header.
  if (type == ThriftType::kTrue || type == ThriftType::kFalse) {
    byte();
  } else {
    skip(type);
  }
}

void ThriftReader::skip_struct() {
  for (ThriftField next = field(0); ok_ && next.type != ThriftType::kStop; next = field(next.id)) skip(next.type);
}

void ThriftReader::skip_map() {
  const std::uint64_t size = varint();
  if (size == 0) return;
  const unsigned types = byte();
  for (std::uint64_t i = 0; ok_ && i < size; ++i) {
    skip_element(type_of(types >> 4));
    skip_element(type_of(types & 15u));
  }
}

void ThriftReader::skip(ThriftType type) {
  if (++depth_ > kMaxDepth) ok_ = false;
  switch (ok_ ? type : ThriftType::kTrue) {
    case ThriftType::kTrue:
    case ThriftType::kFalse: break;
    case ThriftType::kByte: byte(); break;
    case ThriftType::kI16:
    case ThriftType::kI32:
    case ThriftType::kI64: varint(); break;
    case ThriftType::kDouble: skip_bytes(8); break;
    case ThriftType::kBinary: binary(); break;
    case ThriftType::kList:
    case ThriftType::kSet: {
      const ThriftList items = list();
      for (std::size_t i = 0; ok_ && i < items.size; ++i) skip_element(items.element);
      break;
    }
    case ThriftType::kMap: skip_map(); break;
    case ThriftType::kStruct: skip_struct(); break;
    default: ok_ = false;
  }
  --depth_;
}

}  // namespace dynamo::tables

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace dynamo::tables {

/// Types of the Thrift compact protocol as they stand in field and list headers.
enum class ThriftType : std::uint8_t {
  kStop = 0, kTrue = 1, kFalse = 2, kByte = 3, kI16 = 4, kI32 = 5, kI64 = 6, kDouble = 7, kBinary = 8, kList = 9, kSet = 10,
  kMap = 11, kStruct = 12,
};

struct ThriftField {
  ThriftType type = ThriftType::kStop;
  int id = 0;
};

struct ThriftList {
  ThriftType element = ThriftType::kStop;
  std::size_t size = 0;
};

/// Reads Thrift's compact protocol from bytes that may be anything. A mistake makes the reader fail for good: every later
/// read gives zero, so callers test `ok()` once at the end.
class ThriftReader {
 public:
  explicit ThriftReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t position() const { return position_; }

  /// The next field of the struct whose previous field had id `last`; kStop ends the struct and follows any failure.
  ThriftField field(int last);
  ThriftList list();
  std::int64_t integer();
  std::string_view binary();
  void skip(ThriftType type);

 private:
  std::uint64_t varint();
  std::uint8_t byte();
  void skip_bytes(std::size_t count);
  void skip_element(ThriftType type);
  void skip_struct();
  void skip_map();

  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
  int depth_ = 0;
  bool ok_ = true;
};

}  // namespace dynamo::tables

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace dynamo::tables {

static_assert(std::endian::native == std::endian::little, "packs are mapped as they are, in little-endian order");

constexpr std::array<char, 8> kPackMagic = {'D', 'Y', 'N', 'P', 'A', 'C', 'K', '\n'};
constexpr std::uint32_t kPackVersion = 1;
constexpr std::string_view kPackSuffix = ".pack";
constexpr std::size_t kMaxRank = 4;

/// The first bytes of a pack. Tables follow, each aligned to 8 bytes; the directory stands at the end.
struct PackHeader {
  std::array<char, 8> magic = kPackMagic;
  std::uint32_t version = kPackVersion;
  std::uint32_t header_bytes = 64;
  std::uint64_t file_bytes = 0;
  std::uint64_t directory_offset = 0;
  std::uint64_t directory_bytes = 0;
  std::uint64_t directory_checksum = 0;
  std::uint64_t reserved = 0;
  std::uint64_t header_checksum = 0;  ///< over the bytes before it
};
static_assert(sizeof(PackHeader) == 64 && std::is_trivially_copyable_v<PackHeader>);

/// Appends little-endian numbers, strings and aligned arrays.
class ByteWriter {
 public:
  template <typename T>
    requires std::is_arithmetic_v<T>
  void number(T value) {
    const auto* bytes = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), bytes, bytes + sizeof(T));
  }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    const auto* bytes = reinterpret_cast<const std::byte*>(value.data());
    bytes_.insert(bytes_.end(), bytes, bytes + value.size());
  }
  template <typename T>
  void array(std::span<const T> values) {
    align();
    const auto bytes = std::as_bytes(values);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void align() { bytes_.resize((bytes_.size() + 7) / 8 * 8); }
  [[nodiscard]] std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

/// Reads what ByteWriter wrote from bytes that may be anything. A mistake makes the reader fail for good; arrays point into
/// the bytes, whose start must be aligned to 8.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return ok_ && (position_ + 7) / 8 * 8 >= bytes_.size(); }
  [[nodiscard]] std::size_t left() const { return bytes_.size() - position_; }
  void fail() { ok_ = false; }

  template <typename T>
    requires std::is_arithmetic_v<T>
  T number() {
    T value{};
    if (!need(sizeof(T))) return value;
    std::copy_n(bytes_.data() + position_, sizeof(T), reinterpret_cast<std::byte*>(&value));
    position_ += sizeof(T);
    return value;
  }
  std::string_view text() {
    const auto size = number<std::uint32_t>();
    if (!need(size)) return {};
    const std::string_view value(reinterpret_cast<const char*>(bytes_.data()) + position_, size);
    position_ += size;
    return value;
  }
  template <typename T>
  std::span<const T> array(std::size_t count) {
    position_ = std::min((position_ + 7) / 8 * 8, bytes_.size());
    if (count > left() / sizeof(T)) ok_ = false;
    if (!ok_) return {};
    const std::span<const T> values(reinterpret_cast<const T*>(bytes_.data() + position_), count);
    position_ += count * sizeof(T);
    return values;
  }

 private:
  bool need(std::size_t count) {
    if (count > left()) ok_ = false;
    return ok_;
  }

  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace dynamo::tables

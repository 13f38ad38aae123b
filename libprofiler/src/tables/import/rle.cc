#include "tables/import/rle.h"

#include <algorithm>

namespace dynamo::tables {
namespace {

struct Cursor {
  std::span<const std::byte> bytes;
  std::size_t at = 0;

  bool byte(std::uint32_t& value) {
    if (at >= bytes.size()) return false;
    value = std::to_integer<std::uint32_t>(bytes[at++]);
    return true;
  }

  bool varint(std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
      std::uint32_t next = 0;
      if (!byte(next)) return false;
      value |= std::uint64_t{next & 0x7fu} << shift;
      if ((next & 0x80u) == 0) return true;
    }
    return false;
  }

  bool little_endian(unsigned count, std::uint32_t& value) {
    value = 0;
    for (unsigned i = 0; i < count; ++i) {
      std::uint32_t next = 0;
      if (!byte(next)) return false;
      value |= next << (8 * i);
    }
    return true;
  }
};

bool unpack(Cursor& cursor, unsigned width, std::uint64_t groups, std::span<std::uint32_t> out, std::size_t& filled) {
  const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
  const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(groups * 8, out.size() - filled));
  const std::size_t start = cursor.at;
  std::uint64_t buffer = 0;
  unsigned bits = 0;
  for (std::size_t i = 0; i < wanted; ++i) {
    while (bits < width) {
      std::uint32_t next = 0;
      if (!cursor.byte(next)) return false;
      buffer |= std::uint64_t{next} << bits;
      bits += 8;
    }
    out[filled++] = static_cast<std::uint32_t>(buffer & mask);
    buffer >>= width;
    bits -= width;
  }
  // Groups are whole; the last one may be cut short at the end of the page.
  cursor.at = static_cast<std::size_t>(std::min<std::uint64_t>(start + groups * width, cursor.bytes.size()));
  return true;
}

}  // namespace

bool decode_hybrid(std::span<const std::byte> bytes, int width, std::span<std::uint32_t> out) {
  if (width < 0 || width > 32) return false;
  Cursor cursor{bytes};
  const auto bits = static_cast<unsigned>(width);
  std::size_t filled = 0;
  while (filled < out.size()) {
    std::uint64_t header = 0;
    if (!cursor.varint(header)) return false;
    const std::uint64_t count = header >> 1;
    if (count == 0) return false;
    if ((header & 1) != 0) {
      if (!unpack(cursor, bits, count, out, filled)) return false;
      continue;
    }
    std::uint32_t value = 0;
    if (!cursor.little_endian((bits + 7) / 8, value)) return false;
    const std::size_t run = static_cast<std::size_t>(std::min<std::uint64_t>(count, out.size() - filled));
    std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(filled), run, value);
    filled += run;
  }
  return true;
}

}  // namespace dynamo::tables

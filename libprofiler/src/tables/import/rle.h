#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace dynamo::tables {

/// Decodes Parquet's hybrid of run lengths and bit packing into exactly `out.size()` numbers of `width` bits (0..32).
/// False when the bytes end early or are malformed.
[[nodiscard]] bool decode_hybrid(std::span<const std::byte> bytes, int width, std::span<std::uint32_t> out);

}  // namespace dynamo::tables

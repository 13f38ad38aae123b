#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

namespace dynamo::tables {

/// Codecs of Parquet column chunks that the measured tables use.
enum class Codec : std::uint8_t { kNone = 0, kSnappy = 1, kZstd = 6 };

/// Unpacks one page into exactly `size` bytes; the error is a reason without context.
[[nodiscard]] std::expected<std::vector<std::byte>, std::string> decompress(Codec codec,
                                                                            std::span<const std::byte> input,
                                                                            std::size_t size);

}  // namespace dynamo::tables

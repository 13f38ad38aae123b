#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace dynamo::tables {

/// A fast 64-bit checksum: any single changed byte changes it, other damage goes unseen with chance 2^-64. Not cryptographic.
[[nodiscard]] std::uint64_t checksum(std::span<const std::byte> bytes);

}  // namespace dynamo::tables

#include "tables/hash.h"

#include <bit>
#include <cstring>

namespace dynamo::tables {
namespace {

constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15u;
constexpr std::uint64_t kFinal = 0xd6e8feb86659fd93u;

// For a fixed state this is one-to-one in `word` and for a fixed word one-to-one in `state`.
std::uint64_t step(std::uint64_t state, std::uint64_t word) {
  return std::rotl((state ^ word) * kMultiplier, 29);
}

std::uint64_t finish(std::uint64_t state) {
  state ^= state >> 32;
  state *= kFinal;
  state ^= state >> 32;
  return state;
}

}  // namespace

std::uint64_t checksum(std::span<const std::byte> bytes) {
  std::uint64_t lanes[4] = {1, 2, 3, 4};
  const std::uint64_t size = bytes.size();
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 32; at += 32, left -= 32) {
    std::uint64_t words[4];
    std::memcpy(words, at, 32);
    for (int i = 0; i < 4; ++i) lanes[i] = step(lanes[i], words[i]);
  }
  std::uint64_t state = step(size, kFinal);
  for (const std::uint64_t lane : lanes) state = step(state, lane);
  while (left > 0) {
    const std::size_t take = left < 8 ? left : 8;
    std::uint64_t word = 0;
    std::memcpy(&word, at, take);
    state = step(state, word);
    at += take;
    left -= take;
  }
  return finish(state);
}

}  // namespace dynamo::tables

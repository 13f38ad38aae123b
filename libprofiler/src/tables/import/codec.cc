#include "tables/import/codec.h"

#include <snappy.h>
#include <zstd.h>

namespace dynamo::tables {
namespace {

// The largest page of the measured tables is about 1 MiB.
constexpr std::size_t kMaxPage = std::size_t{256} << 20;

bool unsnappy(std::span<const std::byte> input, std::vector<std::byte>& output) {
  const char* bytes = reinterpret_cast<const char*>(input.data());
  std::size_t size = 0;
  return snappy::GetUncompressedLength(bytes, input.size(), &size) && size == output.size() &&
         snappy::RawUncompress(bytes, input.size(), reinterpret_cast<char*>(output.data()));
}

bool unzstd(std::span<const std::byte> input, std::vector<std::byte>& output) {
  const std::size_t size = ZSTD_decompress(output.data(), output.size(), input.data(), input.size());
  return ZSTD_isError(size) == 0 && size == output.size();
}

}  // namespace

std::expected<std::vector<std::byte>, std::string> decompress(Codec codec,
                                                              std::span<const std::byte> input,
                                                              std::size_t size) {
  if (size > kMaxPage) return std::unexpected("a page claims " + std::to_string(size) + " bytes");
  std::vector<std::byte> output(size);
  bool good = false;
  switch (codec) {
    case Codec::kNone:
      good = input.size() == size;
      if (good) output.assign(input.begin(), input.end());
      break;
    case Codec::kSnappy: good = unsnappy(input, output); break;
    case Codec::kZstd: good = unzstd(input, output); break;
    default: return std::unexpected("compression codec " + std::to_string(static_cast<int>(codec)) + " is not known");
  }
  if (!good) return std::unexpected(std::string("a page cannot be decompressed"));
  return output;
}

}  // namespace dynamo::tables

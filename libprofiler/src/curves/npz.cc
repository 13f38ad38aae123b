#include "curves/npz.h"

#include <bit>
#include <concepts>

#include <zlib.h>

namespace dynamo::curves {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50, kCentralHeader = 0x02014b50, kEndOfDirectory = 0x06054b50;
constexpr std::uint16_t kZipVersion = 20;
constexpr std::uint16_t kZipEpochDate = 0x0021;   ///< 1 January 1980
constexpr std::size_t kNpyAlignment = 64;

template <std::unsigned_integral T>
void put(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
}

std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

/// The dictionary that describes an array, padded so that the values start on a multiple of 64 bytes.
std::string npy_header(std::string_view dtype, std::size_t count) {
  constexpr std::string_view kMagic("\x93NUMPY\x01\x00", 8);
  std::string text = "{'descr': '" + std::string(dtype) + "', 'fortran_order': False, 'shape': (" + std::to_string(count) + ",), }";
  const std::size_t used = kMagic.size() + sizeof(std::uint16_t) + text.size() + 1;
  text.append((kNpyAlignment - used % kNpyAlignment) % kNpyAlignment, ' ');
  text.push_back('\n');
  std::string header(kMagic);
  put(header, static_cast<std::uint16_t>(text.size()));
  return header + text;
}

template <typename T>
std::string npy(std::string_view dtype, std::span<const T> values) {
  std::string out = npy_header(dtype, values.size());
  for (const T value : values) put(out, std::bit_cast<std::uint64_t>(value));
  return out;
}

}  // namespace

void NpzWriter::add(std::string_view name, std::span<const double> values) {
  add_file(std::string(name) + ".npy", npy("<f8", values));
}

void NpzWriter::add(std::string_view name, std::span<const std::int64_t> values) {
  add_file(std::string(name) + ".npy", npy("<i8", values));
}

void NpzWriter::add_file(const std::string& name, const std::string& content) {
  std::string common;   // the part that local header and directory share
  put(common, kZipVersion);
  put(common, std::uint16_t{0});   // flags
  put(common, std::uint16_t{0});   // stored
  put(common, std::uint16_t{0});   // time
  put(common, kZipEpochDate);
  put(common, checksum(content));
  put(common, static_cast<std::uint32_t>(content.size()));
  put(common, static_cast<std::uint32_t>(content.size()));
  put(common, static_cast<std::uint16_t>(name.size()));
  put(common, std::uint16_t{0});   // extra field

  put(directory_, kCentralHeader);
  put(directory_, kZipVersion);
  directory_ += common;
  put(directory_, std::uint16_t{0});   // comment
  put(directory_, std::uint16_t{0});   // disk
  put(directory_, std::uint16_t{0});   // internal attributes
  put(directory_, std::uint32_t{0});   // external attributes
  put(directory_, static_cast<std::uint32_t>(files_.size()));
  directory_ += name;

  put(files_, kLocalHeader);
  files_ += common;
  files_ += name;
  files_ += content;
  ++count_;
}

std::string NpzWriter::finish() && {
  std::string end;
  put(end, kEndOfDirectory);
  put(end, std::uint16_t{0});
  put(end, std::uint16_t{0});
  put(end, count_);
  put(end, count_);
  put(end, static_cast<std::uint32_t>(directory_.size()));
  put(end, static_cast<std::uint32_t>(files_.size()));
  put(end, std::uint16_t{0});
  return std::move(files_) + directory_ + end;
}

}  // namespace dynamo::curves

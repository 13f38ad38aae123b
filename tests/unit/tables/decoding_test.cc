#include <array>

#include "scratch.h"
#include "tables/hash.h"
#include "tables/import/codec.h"
#include "tables/import/parquet.h"
#include "tables/import/rle.h"
#include "tables/import/thrift.h"

namespace dynamo::tables {
namespace {

TEST(Thrift, ReadsFieldsOfAStruct) {
  // 1: i32 = 3 (zigzag 6); 4: binary "ab"; 20 (long form): i64 = -2; stop.
  const auto bytes = bytes_of({0x15, 6, 0x38, 2, 'a', 'b', 0x06, 40, 3, 0});
  ThriftReader reader(bytes);
  ThriftField field = reader.field(0);
  EXPECT_EQ(field.id, 1);
  EXPECT_EQ(reader.integer(), 3);
  field = reader.field(field.id);
  EXPECT_EQ(field.id, 4);
  EXPECT_EQ(reader.binary(), "ab");
  field = reader.field(field.id);
  EXPECT_EQ(field.id, 20);
  EXPECT_EQ(reader.integer(), -2);
  EXPECT_EQ(reader.field(field.id).type, ThriftType::kStop);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.position(), bytes.size());
}

TEST(Thrift, SkipsNestedValues) {
  // 1: struct { 1: list<i32> [1, 2]; 2: true; 3: double }; 2: map<binary, i32> {"k": 1}; 3: i32 = 7; stop
  const auto bytes = bytes_of({0x1c, 0x19, 0x25, 2, 4, 0x11, 0x17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1b, 1, 0x85, 1, 'k', 2, 0x15, 14, 0});
  ThriftReader reader(bytes);
  ThriftField field = reader.field(0);
  reader.skip(field.type);
  field = reader.field(field.id);
  EXPECT_EQ(field.type, ThriftType::kMap);
  reader.skip(field.type);
  field = reader.field(field.id);
  EXPECT_EQ(field.id, 3);
  EXPECT_EQ(reader.integer(), 7);
  EXPECT_TRUE(reader.ok());
}

TEST(Thrift, RefusesSizesBeyondTheEnd) {
  const auto text = bytes_of({100, 'a'});
  ThriftReader binary(text);
  EXPECT_EQ(binary.binary(), "");
  EXPECT_FALSE(binary.ok());
  const auto list = bytes_of({0xf5, 0xff, 0xff, 0xff, 0x7f});
  ThriftReader items(list);
  EXPECT_EQ(items.list().size, 0u);
  EXPECT_FALSE(items.ok());
  const auto varint = bytes_of({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
  ThriftReader number(varint);
  EXPECT_EQ(number.integer(), 0);
  EXPECT_FALSE(number.ok());
}

TEST(Thrift, BoundsTheDepthOfNesting) {
  const std::vector<std::byte> bytes(10000, std::byte{0x1c});
  ThriftReader reader(bytes);
  reader.skip(ThriftType::kStruct);
  EXPECT_FALSE(reader.ok());
}

TEST(Hybrid, DecodesARunAndPackedGroups) {
  // Run of 4 × 5 (header 8), then one packed group of 8 three-bit numbers 0..7.
  const auto bytes = bytes_of({8, 5, 3, 0b10001000, 0b11000110, 0b11111010});
  std::array<std::uint32_t, 12> out{};
  ASSERT_TRUE(decode_hybrid(bytes, 3, out));
  EXPECT_EQ(out, (std::array<std::uint32_t, 12>{5, 5, 5, 5, 0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST(Hybrid, TakesZeroWidthAndRefusesShortInput) {
  std::array<std::uint32_t, 3> out{9, 9, 9};
  EXPECT_TRUE(decode_hybrid(bytes_of({6}), 0, out));
  EXPECT_EQ(out, (std::array<std::uint32_t, 3>{0, 0, 0}));
  EXPECT_FALSE(decode_hybrid(bytes_of({4, 1}), 1, out));         // a run of two where three are wanted
  EXPECT_FALSE(decode_hybrid(bytes_of({3}), 8, out));            // a packed group without bytes
  EXPECT_FALSE(decode_hybrid(bytes_of({6}), 33, out));
  EXPECT_FALSE(decode_hybrid(bytes_of({0, 0, 0}), 8, out));      // runs of nothing
}

TEST(Codec, UnpacksSnappy) {
  // Length 10, literal "ab", copy of 8 bytes from 2 back.
  const auto page = decompress(Codec::kSnappy, bytes_of({10, 0x04, 'a', 'b', 0x11, 2}), 10);
  ASSERT_TRUE(page) << page.error();
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(page->data()), page->size()), "ababababab");
}

TEST(Codec, UnpacksZstd) {
  // A frame with one raw block that holds "dynamo".
  const auto frame = bytes_of({0x28, 0xb5, 0x2f, 0xfd, 0x20, 6, 0x31, 0, 0, 'd', 'y', 'n', 'a', 'm', 'o'});
  const auto page = decompress(Codec::kZstd, frame, 6);
  ASSERT_TRUE(page) << page.error();
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(page->data()), page->size()), "dynamo");
}

TEST(Codec, RefusesWrongSizesAndCodecs) {
  EXPECT_FALSE(decompress(Codec::kSnappy, bytes_of({10, 0x04, 'a', 'b', 0x11, 2}), 11));
  EXPECT_FALSE(decompress(Codec::kZstd, bytes_of({1, 2, 3}), 3));
  EXPECT_FALSE(decompress(Codec::kNone, bytes_of({1, 2, 3}), 4));
  EXPECT_FALSE(decompress(static_cast<Codec>(2), bytes_of({1}), 1));
  EXPECT_FALSE(decompress(Codec::kNone, {}, std::size_t{1} << 40));
}

TEST(Checksum, SeesEveryBitAndTheLength) {
  std::vector<std::byte> bytes(77, std::byte{0});
  const std::uint64_t clean = checksum(bytes);
  for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
    bytes[i / 8] ^= std::byte{1} << (i % 8);
    EXPECT_NE(checksum(bytes), clean) << i;
    bytes[i / 8] ^= std::byte{1} << (i % 8);
  }
  EXPECT_EQ(checksum(bytes), clean);
  EXPECT_NE(checksum(std::span(bytes).first(76)), clean);
}

TEST(Parquet, RefusesWhatIsNoParquetFile) {
  EXPECT_FALSE(ParquetFile::open({}));
  const auto no_magic = bytes_of({'P', 'A', 'R', '1', 0, 0, 0, 0, 'P', 'A', 'R', '2'});
  EXPECT_FALSE(ParquetFile::open(no_magic));
  const auto long_footer = bytes_of({'P', 'A', 'R', '1', 9, 0, 0, 0, 'P', 'A', 'R', '1'});
  const auto file = ParquetFile::open(long_footer);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error(), "the footer is longer than the file");
}

}  // namespace
}  // namespace dynamo::tables

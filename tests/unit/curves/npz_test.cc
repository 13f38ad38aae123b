#include "curves/npz.h"

#include <bit>
#include <vector>

#include <gmock/gmock.h>

#include "dynamo/profiler/curves.h"
#include "dynamo/profiler/document_io.h"

namespace dynamo {
namespace {

std::uint64_t number_at(const std::string& bytes, std::size_t at, int width) {
  std::uint64_t value = 0;
  for (int i = width - 1; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  return value;
}

TEST(Npz, IsAStoredZipOfNumpyArrays) {
  curves::NpzWriter writer;
  const std::vector<std::int64_t> values = {1, -2, 3};
  writer.add("abc", values);
  const std::string npz = std::move(writer).finish();
  ASSERT_EQ(number_at(npz, 0, 4), 0x04034b50u);
  EXPECT_EQ(number_at(npz, 8, 2), 0u) << "stored";
  EXPECT_EQ(number_at(npz, 18, 4), 128u + 24u) << "size";
  EXPECT_EQ(npz.substr(30, 7), "abc.npy");
  const std::string npy = npz.substr(37, 152);
  EXPECT_EQ(npy.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  EXPECT_EQ(number_at(npy, 8, 2), 118u);
  EXPECT_EQ(npy.substr(10, 57), "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }");
  EXPECT_EQ(npy[127], '\n');
  EXPECT_EQ(std::bit_cast<std::int64_t>(number_at(npy, 136, 8)), -2);
  EXPECT_EQ(number_at(npz, npz.size() - 22, 4), 0x06054b50u);
  EXPECT_EQ(number_at(npz, npz.size() - 12, 2), 1u) << "entries";
  EXPECT_EQ(number_at(npz, npz.size() - 6, 4), 37u + 152u) << "where the directory starts";
}

TEST(Npz, ChecksumIsThatOfZip) {
  // The check value of CRC-32 over an array whose bytes are known: an empty one is its header alone.
  curves::NpzWriter one, two;
  one.add("a", std::vector<double>{});
  two.add("a", std::vector<double>{0.0});
  const std::string empty = std::move(one).finish(), zero = std::move(two).finish();
  EXPECT_EQ(number_at(empty, 18, 4), 128u);
  EXPECT_NE(number_at(empty, 14, 4), number_at(zero, 14, 4));
}

TEST(CurveFormats, HoldTheSameArraysUnderTheGuidesNames) {
  const PrefillCurve prefill{{100, 561}, {12.083, 30.837}, {4138.045, 9096.216}};
  EXPECT_EQ(write_json(prefill_json(prefill)),
            R"({"prefill_isl":[100,561],"prefill_ttft":[12.083,30.837],"prefill_thpt_per_gpu":[4138.045,9096.216]})");
  const DecodeCurve decode{{0.25, 0.5}, {350, 350}, {10, 20}, {100, 200}, 525000};
  EXPECT_EQ(write_json(decode_json(decode)),
            R"({"x_kv_usage":[0.25,0.5],"y_context_length":[350.0,350.0],"z_itl":[10.0,20.0],"z_thpt_per_gpu":[100.0,200.0],)"
            R"("max_kv_tokens":525000})");
  const std::string npz = decode_npz(decode);
  for (const char* name : {"x_kv_usage.npy", "y_context_length.npy", "z_itl.npy", "z_thpt_per_gpu.npy", "max_kv_tokens.npy"}) {
    EXPECT_THAT(npz, testing::HasSubstr(name));
  }
  EXPECT_THAT(npz, testing::HasSubstr("'<i8', 'fortran_order': False, 'shape': (1,), }"));
  EXPECT_EQ(npz, decode_npz(decode));
}

}  // namespace
}  // namespace dynamo

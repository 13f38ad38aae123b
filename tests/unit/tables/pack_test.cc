#include "tables/pack.h"

#include <sys/resource.h>

#include <csignal>
#include <cstring>

#include "sample_pack.h"
#include "scratch.h"
#include "tables/format.h"
#include "tables/hash.h"

namespace dynamo::tables {
namespace {

std::string reason(const Diagnostics& diagnostics) {
  return diagnostics.empty() ? std::string() : diagnostics.items()[0].reason;
}

/// What reading everything in the pack finds wrong; empty = nothing.
std::string read_everything(const std::filesystem::path& file) {
  const auto pack = Pack::open(file);
  if (!pack) return reason(pack.error());
  for (const char* name : {"a", "b"}) {
    const auto table = (*pack)->table("0.24.0", name, Sources::kMerged);
    if (!table) return reason(table.error());
    if (*table == nullptr) return "a table is absent";
  }
  return {};
}

TEST(Pack, GivesBackWhatWasWritten) {
  const Scratch scratch;
  const auto file = sample_pack().write(scratch.path());
  ASSERT_TRUE(file) << reason(file.error());
  EXPECT_EQ(scratch.names(), (std::vector<std::string>{"h200_sxm-vllm.pack"}));
  const auto pack = Pack::open(*file);
  ASSERT_TRUE(pack) << reason(pack.error());
  EXPECT_EQ((*pack)->system(), "h200_sxm");
  EXPECT_EQ((*pack)->backend(), "vllm");
  EXPECT_EQ((*pack)->release(), "sample 1.0");
  const auto table = (*pack)->table("0.24.0", "a", Sources::kMerged);
  ASSERT_TRUE(table);
  ASSERT_NE(*table, nullptr);
  EXPECT_EQ((*table)->name, "a");
  const Slice* slice = (*table)->find("half|2");
  ASSERT_NE(slice, nullptr);
  EXPECT_EQ((*table)->find("half|4"), nullptr);
  EXPECT_EQ(slice->rows, 3u);
  EXPECT_EQ(slice->grid.rank, 2);
  EXPECT_EQ(slice->grid.points(), 3u);
  EXPECT_EQ(slice->grid.keys[1][2], 2u);
  EXPECT_EQ(slice->grid.offsets[1][1], 2u);
  EXPECT_EQ(slice->grid.values[0][2], 3.5);
}

TEST(Table, FindsEverySliceWithAndWithoutTheIndex) {
  TableData data = sample_table("a");
  for (const char* key : {"z", "half|16", "a", "half"}) {
    data.slices.push_back(data.slices[0]);
    data.slices.back().key = key;
  }
  const std::vector<std::byte> bytes = encode(data);
  auto table = decode(bytes);
  ASSERT_TRUE(table);
  for (const bool indexed : {true, false}) {
    if (!indexed) table->by_key.clear();
    for (const Slice& slice : table->slices) EXPECT_EQ(table->find(slice.key), &slice) << slice.key;
    EXPECT_EQ(table->find("half|"), nullptr);
    EXPECT_EQ(table->find("zz"), nullptr);
  }
}

TEST(Pack, StoresEqualTablesOnce) {
  const Scratch scratch;
  const auto file = sample_pack().write(scratch.path());
  ASSERT_TRUE(file);
  const auto pack = Pack::open(*file);
  ASSERT_TRUE(pack);
  const auto current = (*pack)->table("0.24.0", "a", Sources::kPrimary);
  const auto next = (*pack)->table("0.27.0", "a", Sources::kMerged);
  ASSERT_TRUE(current && next);
  EXPECT_EQ(*current, *next);
  const auto none = (*pack)->table("0.27.0", "a", Sources::kPrimary);
  ASSERT_TRUE(none);
  EXPECT_EQ(*none, nullptr);
}

TEST(Pack, ResolvesAliasesAndListsSlots) {
  const Scratch scratch;
  const auto pack = Pack::open(*sample_pack().write(scratch.path()));
  ASSERT_TRUE(pack);
  EXPECT_EQ((*pack)->resolve_version("current"), "0.24.0");
  EXPECT_EQ((*pack)->resolve_version("next"), "0.27.0");
  EXPECT_EQ((*pack)->resolve_version("0.27.0"), "0.27.0");
  const auto unknown = (*pack)->resolve_version("previous");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().items()[0].hint, "use one of: 0.24.0 (current), 0.27.0 (next)");
}

TEST(Pack, NoticesEveryFlippedByte) {
  const Scratch scratch;
  const auto file = sample_pack().write(scratch.path());
  ASSERT_TRUE(file);
  const std::string clean = read_file(*file);
  ASSERT_EQ(read_everything(*file), "");
  const auto damaged = scratch.path() / "damaged.pack";
  for (std::size_t i = 0; i < clean.size(); ++i) {
    std::string bytes = clean;
    bytes[i] = static_cast<char>(bytes[i] ^ (1 << (i % 8)));
    write_file(damaged, bytes);
    EXPECT_NE(read_everything(damaged), "") << "byte " << i;
  }
}

TEST(Pack, NoticesEveryTruncation) {
  const Scratch scratch;
  const auto file = sample_pack().write(scratch.path());
  ASSERT_TRUE(file);
  const std::string clean = read_file(*file);
  const auto damaged = scratch.path() / "damaged.pack";
  for (std::size_t size = 0; size < clean.size(); ++size) {
    write_file(damaged, clean.substr(0, size));
    const std::string found = read_everything(damaged);
    ASSERT_NE(found.find("damaged.pack: "), std::string::npos) << size << " bytes: " << found;
  }
  write_file(damaged, clean + "x");
  EXPECT_NE(read_everything(damaged).find("has grown"), std::string::npos);
}

TEST(Pack, RefusesForeignAndNewerFiles) {
  const Scratch scratch;
  const auto file = sample_pack().write(scratch.path());
  ASSERT_TRUE(file);
  std::string bytes = read_file(*file);
  bytes[8] = 2;
  write_file(scratch.path() / "newer.pack", bytes);
  EXPECT_NE(read_everything(scratch.path() / "newer.pack").find("format 2, newer than format 1"), std::string::npos);
  write_file(scratch.path() / "foreign.pack", std::string(4096, 'x'));
  EXPECT_NE(read_everything(scratch.path() / "foreign.pack").find("the file is no pack"), std::string::npos);
  EXPECT_NE(read_everything(scratch.path() / "absent.pack"), "");
  EXPECT_NE(read_everything(scratch.path()), "");
}

TEST(TableCodec, SurvivesEveryChangedByteBehindAGoodChecksum) {
  const std::vector<std::byte> clean = encode(sample_table("a"));
  ASSERT_TRUE(decode(clean));
  // The checksum normally stands in front of these bytes; the decoder must not rely on it for memory safety.
  for (std::size_t i = 0; i < clean.size(); ++i) {
    for (const int value : {0, 1, 2, 127, 255}) {
      std::vector<std::byte> bytes = clean;
      bytes[i] = static_cast<std::byte>(value);
      const auto table = decode(bytes);
      if (!table) {
        EXPECT_FALSE(table.error().empty());
        continue;
      }
      for (const Slice& slice : table->slices) {
        EXPECT_EQ(slice.grid.offsets[0].back(), slice.grid.keys[0].size());
        EXPECT_EQ(slice.rows, slice.grid.points());
      }
    }
  }
  for (std::size_t size = 0; size < clean.size(); ++size) EXPECT_FALSE(decode(std::span(clean).first(size))) << size;
}

TEST(TableCodec, RefusesAxesThatDoNotAscend) {
  TableData table = sample_table("a");
  table.slices[0].keys[1] = {2, 1, 2};
  EXPECT_FALSE(decode(encode(table)));
}

TEST(PackWriter, LeavesNothingBehindWhenTheDiskIsFull) {
  const Scratch scratch;
  const auto old = sample_pack().write(scratch.path());
  ASSERT_TRUE(old);
  const std::string before = read_file(*old);
  // A file size limit fails like a full disk: some bytes are written, then no more.
  rlimit saved{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &saved), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{100, saved.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto file = sample_pack().write(scratch.path());
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &saved), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(file);
  EXPECT_NE(reason(file.error()).find("h200_sxm-vllm.pack: cannot write: "), std::string::npos) << reason(file.error());
  EXPECT_EQ(scratch.names(), (std::vector<std::string>{"h200_sxm-vllm.pack"}));
  EXPECT_EQ(read_file(*old), before);
}

TEST(PackWriter, NamesADirectoryThatIsNotThere) {
  const Scratch scratch;
  const auto file = sample_pack().write(scratch.path() / "absent");
  ASSERT_FALSE(file);
  EXPECT_NE(reason(file.error()).find("cannot create a file"), std::string::npos);
}

}  // namespace
}  // namespace dynamo::tables

#include <set>
#include <thread>

#include "sample_pack.h"
#include "scratch.h"

namespace dynamo::tables {
namespace {

TEST(TableStore, TreatsAnAbsentDirectoryAsEmpty) {
  const Scratch scratch;
  const TableStore store(scratch.path() / "absent");
  EXPECT_TRUE(store.empty());
  const auto pack = store.open("h200_sxm", Backend::kVllm);
  ASSERT_TRUE(pack);
  EXPECT_EQ(*pack, nullptr);
  const auto list = list_packs(scratch.path() / "absent");
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->empty());
}

TEST(TableStore, OpensEachPackOnceFromManyThreads) {
  const Scratch scratch;
  ASSERT_TRUE(sample_pack().write(scratch.path()));
  const TableStore store(scratch.path());
  EXPECT_FALSE(store.empty());
  std::vector<const Table*> seen(8, nullptr);
  {
    std::vector<std::jthread> threads;
    for (auto& slot : seen) {
      threads.emplace_back([&] {
        const auto pack = store.open("h200_sxm", Backend::kVllm);
        if (pack && *pack != nullptr) slot = (*pack)->table("0.24.0", "a", Sources::kMerged).value_or(nullptr);
      });
    }
  }
  EXPECT_NE(seen[0], nullptr);
  EXPECT_EQ(std::set<const Table*>(seen.begin(), seen.end()).size(), 1u);
}

TEST(TableStore, KeepsToItsDirectoryAndToTheNamesInside) {
  const Scratch scratch;
  ASSERT_TRUE(sample_pack().write(scratch.path()));
  std::filesystem::copy_file(scratch.path() / "h200_sxm-vllm.pack", scratch.path() / "b200_sxm-vllm.pack");
  const TableStore store(scratch.path());
  const auto outside = store.open("../" + scratch.path().filename().string() + "/h200_sxm", Backend::kVllm);
  ASSERT_TRUE(outside);
  EXPECT_EQ(*outside, nullptr);
  const auto renamed = store.open("b200_sxm", Backend::kVllm);
  ASSERT_FALSE(renamed);
  EXPECT_NE(renamed.error().items()[0].reason.find("it holds the tables of h200_sxm and vllm"), std::string::npos);
}

TEST(TableStore, ListsAndVerifies) {
  const Scratch scratch;
  const auto file = sample_pack().write(scratch.path());
  ASSERT_TRUE(file);
  const auto list = list_packs(scratch.path());
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 1u);
  EXPECT_EQ(list->at(0).tables, 2u);
  EXPECT_EQ(list->at(0).rows, 6u);
  EXPECT_EQ(list->at(0).bytes, std::filesystem::file_size(*file));
  EXPECT_EQ(list->at(0).slots.next, "0.27.0");
  EXPECT_TRUE(verify_packs(scratch.path()).empty());

  std::string bytes = read_file(*file);
  bytes[80] = static_cast<char>(bytes[80] ^ 4);  // inside the first table
  write_file(*file, bytes);
  const Diagnostics damage = verify_packs(scratch.path());
  ASSERT_EQ(damage.error_count(), 1u);
  EXPECT_NE(damage.items()[0].reason.find("h200_sxm-vllm.pack: table `a` of 0.24.0: its bytes are damaged"),
            std::string::npos);
}

}  // namespace
}  // namespace dynamo::tables

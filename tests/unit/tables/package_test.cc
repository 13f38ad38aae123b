#include "tables/import/package.h"

#include <cstdlib>
#include <map>
#include <sstream>

#include "scratch.h"
#include "tables/import/parquet.h"
#include "tables/pack.h"

namespace dynamo::tables {
namespace {

/// The pinned package, where the environment names it: a wheel or the directory it was unpacked to.
const char* package_location() {
  return std::getenv("DYNAMO_AIC_DIR");
}

#define SKIP_WITHOUT_PACKAGE() \
  if (package_location() == nullptr) GTEST_SKIP() << "set DYNAMO_AIC_DIR to aiconfigurator_core 0.12.0 to run this test"

TEST(RealPackage, HasTheListedRowsAndColumnsInEveryFile) {
  SKIP_WITHOUT_PACKAGE();
  const auto package = Package::open(package_location());
  ASSERT_TRUE(package) << package.error().items()[0].reason;
  std::ifstream list(std::string(DYNAMO_TABLES_TEST_DIR) + "/package_files.txt");
  std::string path;
  std::size_t rows = 0, columns = 0, files = 0;
  while (list >> path >> rows >> columns) {
    const auto bytes = (*package)->read("data/" + path);
    ASSERT_TRUE(bytes) << path << ": " << bytes.error();
    const auto file = ParquetFile::open(*bytes);
    ASSERT_TRUE(file) << path << ": " << file.error();
    EXPECT_EQ(file->rows(), rows) << path;
    EXPECT_EQ(file->column_names().size(), columns) << path;
    for (const std::string& name : file->column_names()) {
      const auto column = file->read(name);
      ASSERT_TRUE(column) << path << ": " << column.error();
      EXPECT_EQ(column->size(), rows) << path << ": " << name;
    }
    ++files;
  }
  EXPECT_EQ(files, 736u);
}

/// Lane → slices and rows.
using Lanes = std::map<std::string, std::pair<int, std::uint32_t>>;

Lanes lanes(const Pack& pack, std::string_view version, std::string_view name) {
  Lanes out;
  const auto table = pack.table(version, name, Sources::kMerged);
  if (!table || *table == nullptr) return out;
  for (const Slice& slice : (*table)->slices) {
    auto& [slices, rows] = out[std::string(slice.key.substr(0, slice.key.find('|')))];
    ++slices;
    rows += slice.rows;
  }
  return out;
}

TEST(RealPackage, ImportsIntoPacksWithTheKnownLanesAndPoints) {
  SKIP_WITHOUT_PACKAGE();
  const Scratch scratch;
  const auto summary = import_tables(package_location(), scratch.path(), {});
  ASSERT_TRUE(summary) << summary.error().items()[0].reason;
  EXPECT_EQ(summary->packs, 28u);
  EXPECT_EQ(summary->files, 724u);  // the other 12 belong to collective libraries no system names
  EXPECT_TRUE(verify_packs(scratch.path()).empty());

  const TableStore store(scratch.path());
  const auto b200 = store.open("b200_sxm", Backend::kVllm);
  const auto h100 = store.open("h100_sxm", Backend::kSglang);
  const auto h200 = store.open("h200_sxm", Backend::kVllm);
  ASSERT_TRUE(b200 && h100 && h200);
  EXPECT_EQ(lanes(**b200, "0.24.0", "context_attention"),
            (Lanes{{"vllm_flashinfer_trtllmprefill", {72, 44664}}, {"vllm_flashinfer_trtllmdecode", {72, 3684}},
                   {"vllm_triton_attn", {9, 1632}}, {"vllm_flashinfer", {50, 35360}}}));
  EXPECT_EQ(lanes(**h100, "0.5.14", "generation_attention"), (Lanes{{"fa3", {66, 37176}}, {"triton", {16, 3292}}}));
  EXPECT_EQ((*h200)->slots().next, "0.27.0");

  // h100 SGLang is the one current table of GEMMs that merges two versions.
  const auto gemm = (*h100)->table("0.5.14", "gemm", Sources::kMerged);
  ASSERT_TRUE(gemm && *gemm != nullptr);
  const Slice* old = (*gemm)->find("int8_wo");
  ASSERT_NE(old, nullptr);
  EXPECT_EQ(old->rows, 9240u);
  EXPECT_EQ(old->grid.site[0].size(), 440u);
  EXPECT_EQ(old->grid.site[0][0], 65536u);
  EXPECT_EQ(old->grid.site[1][0], 16384u);
  EXPECT_DOUBLE_EQ(old->grid.values[0][0], 0.42898985544840496);
}

TEST(ReleaseName, ComesFromTheMetadata) {
  EXPECT_EQ(release_from_metadata("Metadata-Version: 2.1\r\nName: aiconfigurator_core\r\nVersion: 0.12.0\r\n\r\nVersion: 9"),
            "aiconfigurator-core 0.12.0");
  EXPECT_EQ(release_from_metadata("Name: x\n\nVersion: 1"), "");
}

}  // namespace
}  // namespace dynamo::tables

#pragma once

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "dynamo/profiler/facts.h"
#include "dynamo/profiler/tables.h"
#include "perf/engine.h"
#include "tables/pack_writer.h"
#include "tables/table_codec.h"

/// Small measured tables made in memory, on a GPU whose rates are powers of ten, so that expectations can be worked by
/// hand.
namespace dynamo::toy {

inline constexpr double kGib = 1073741824.0;

/// 1 TB/s of which kernels reach half, 1 us a kernel; 100 TFLOP/s bf16, 200 fp8; 4 GPUs a node at 400 GB/s, 50 GB/s
/// beyond.
inline SystemSpec system() {
  SystemSpec s;
  s.name = "toy";
  s.mem_bytes_per_s = 1e12;
  s.mem_efficiency = 0.5;
  s.mem_latency_s = 1e-6;
  s.mem_capacity_bytes = 100 * kGib;
  s.bf16_flops = 1e14;
  s.fp8_flops = 2e14;
  s.sm_version = 90;
  s.gpus_per_node = 4;
  s.intra_node_bytes_per_s = 4e11;
  s.inter_node_bytes_per_s = 5e10;
  s.p2p_latency_s = 1e-5;
  s.other_mem_bytes = 2 * kGib;
  s.nccl_mem_bytes[1] = 0.25 * kGib;
  s.nccl_mem_bytes[2] = s.nccl_mem_bytes[3] = 0.5 * kGib;
  return s;
}

/// Two layers, small enough to price by hand.
inline ModelSpec model() {
  ModelSpec m;
  m.id = "toy/model";
  m.architecture = "LlamaForCausalLM";
  m.family = Family::kLlama;
  m.layers = 2;
  m.hidden = 1024;
  m.heads = 8;
  m.kv_heads = 4;
  m.head_dim = 128;
  m.intermediate = 4096;
  m.vocab = 32768;
  m.max_positions = 32768;
  return m;
}

inline perf::Workload load(int isl, int osl, int prefix = 0) {
  perf::Workload out;
  out.isl = isl;
  out.osl = osl;
  out.prefix = prefix;
  return out;
}

using Points = std::map<std::vector<std::uint32_t>, double>;

/// A ragged slice from its points.
inline tables::SliceData slice(std::string key, int rank, const Points& points) {
  tables::SliceData out;
  out.key = std::move(key);
  const auto levels = static_cast<std::size_t>(rank);
  out.keys.resize(levels);
  out.offsets.assign(levels, {0});
  out.values.resize(1);
  const std::vector<std::uint32_t>* before = nullptr;
  for (const auto& [at, ms] : points) {
    std::size_t differs = 0;
    while (before != nullptr && differs < levels && (*before)[differs] == at[differs])
      ++differs;
    for (std::size_t l = differs; l < levels; ++l) {
      out.keys[l].push_back(at[l]);
      if (l + 1 < levels)
        out.offsets[l + 1].push_back(0);
    }
    for (std::size_t l = 1; l < levels; ++l)
      out.offsets[l].back() = static_cast<std::uint32_t>(out.keys[l].size());
    out.values[0].push_back(ms);
    before = &at;
  }
  out.offsets[0].push_back(static_cast<std::uint32_t>(out.keys[0].size()));
  return out;
}

/// A GEMM slice: a curve over m for every site (n, k).
struct Site {
  std::uint32_t n, k;
  std::map<std::uint32_t, double> curve;
};

inline tables::SliceData gemm_slice(std::string key, const std::vector<Site>& sites) {
  Points points;
  for (std::uint32_t i = 0; i < sites.size(); ++i) {
    for (const auto& [m, ms] : sites[i].curve)
      points[{i, m}] = ms;
  }
  tables::SliceData out = slice(std::move(key), 2, points);
  for (const Site& site : sites) {
    out.site[0].push_back(site.n);
    out.site[1].push_back(site.k);
  }
  return out;
}

/// A decoded table that owns its bytes.
class OwnedTable {
 public:
  explicit OwnedTable(const tables::TableData& data) : bytes_(tables::encode(data)) {
    auto table = tables::decode(bytes_);
    EXPECT_TRUE(table.has_value()) << (table.has_value() ? "" : table.error());
    if (table.has_value())
      table_ = std::move(*table);
  }

  OwnedTable(const std::string& name, int rank, const tables::SliceData& only)
      : OwnedTable(tables::TableData{name, rank, {only}}) {}

  [[nodiscard]] const Grid& grid(std::size_t i = 0) const { return table_.slices.at(i).grid; }

 private:
  std::vector<std::byte> bytes_;
  Table table_;
};

/// A directory of packs of one test, removed with it.
class Packs {
 public:
  Packs() {
    std::string name = (std::filesystem::temp_directory_path() / "dynamo-perf-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
    stores_.push_back(std::make_unique<TableStore>(path_));
  }

  Packs(Backend backend, const std::string& version, const std::vector<tables::TableData>& tables) : Packs() {
    add(backend, version, tables);
  }

  ~Packs() {
    stores_.clear();
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }

  Packs(const Packs&) = delete;
  Packs& operator=(const Packs&) = delete;

  /// Writes the pack of one system and backend; `own` tables count as measured by the version itself.
  void add(Backend backend,
           const std::string& version,
           const std::vector<tables::TableData>& tables,
           bool own = true,
           const std::string& system_name = "toy") {
    tables::PackWriter writer(
        system_name, std::string(name_of(backend)), "toy 1.0", {version, std::nullopt, std::nullopt});
    for (const tables::TableData& table : tables) {
      const std::uint32_t number = writer.add_table(table);
      writer.add_entry(version, table.name, Sources::kMerged, number);
      if (own)
        writer.add_entry(version, table.name, Sources::kPrimary, number);
    }
    const auto written = writer.write(path_);
    ASSERT_TRUE(written.has_value());
    stores_.push_back(std::make_unique<TableStore>(path_));  // earlier stores stay: databases refer to their packs
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  [[nodiscard]] const TableStore& store() const { return *stores_.back(); }

  [[nodiscard]] perf::Database open(Backend backend,
                                    DatabaseMode mode = DatabaseMode::kSilicon,
                                    const SystemSpec& spec = system()) const {
    auto database = perf::Database::open(store(), spec, backend, "current", mode);
    EXPECT_TRUE(database.has_value()) << (database.has_value() ? "" : database.error().message);
    return *database;
  }

 private:
  std::filesystem::path path_;
  std::vector<std::unique_ptr<TableStore>> stores_;
};

inline tables::TableData table(std::string name, int rank, std::vector<tables::SliceData> slices) {
  return {std::move(name), rank, std::move(slices)};
}

inline constexpr std::array<std::uint32_t, 11> kTokens = {1, 4, 16, 64, 256, 1024, 2048, 4096, 8192, 16384, 32768};

/// Everything the toy model needs with up to eight ranks. All kernels run at `efficiency` of their roofline, so that a
/// prediction at a collected point is the roofline divided by it.
inline std::vector<tables::TableData> whole_set(const std::string& lane, double efficiency) {
  const SystemSpec s = system();
  const auto gemm_ms = [&](double m, double n, double k) {
    return std::max(2 * m * n * k / *s.bf16_flops, 2 * (m * n + m * k + n * k) / s.mem_bytes_per_s) * 1000 / efficiency;
  };
  std::vector<Site> sites;
  for (const std::uint32_t n : {256u, 512u, 1024u, 2048u, 4096u, 8192u, 16384u, 32768u}) {
    for (const std::uint32_t k : {128u, 256u, 512u, 1024u, 2048u, 4096u}) {
      Site site{n, k, {}};
      for (const std::uint32_t m : kTokens)
        site.curve[m] = gemm_ms(m, n, k);
      sites.push_back(site);
    }
  }
  std::vector<tables::SliceData> context, generation, reduce;
  for (const std::uint32_t kv : {1u, 2u, 4u, 0u}) {
    Points prefill, decode;
    for (const std::uint32_t heads : {1u, 2u, 4u, 8u}) {
      const double kv_heads = kv == 0 ? heads : kv;
      for (const std::uint32_t length : {16u, 256u, 1024u, 4096u, 16384u}) {
        for (const std::uint32_t batch : {1u, 4u, 16u, 64u, 256u, 512u}) {
          const double tokens = double{1} * batch * length;
          const double ops = 2 * tokens * length * heads * 128.0;
          const double bytes = 2 * (2 * tokens * heads * 128) + 2 * (2 * tokens * kv_heads * 128);
          prefill[{heads, length, batch}] =
              std::max(ops / *s.bf16_flops, bytes / s.mem_bytes_per_s) * 1000 / efficiency;
          const double cached = double{1} * batch * (length - 1);
          decode[{heads, batch, length}] =
              (2 * cached * 2 * kv_heads * 128 + 4.0 * batch * heads * 128) / s.mem_bytes_per_s * 1000 / efficiency;
        }
      }
    }
    const std::string rest = "|" + std::to_string(kv) + "|128|0";
    context.push_back(slice(lane + "|bfloat16|bfloat16" + rest, 3, prefill));
    generation.push_back(slice(lane + "|bfloat16" + rest, 3, decode));
  }
  for (const int ranks : {2, 4}) {
    Points points;
    for (std::uint32_t size = 1024; size <= 1u << 26; size *= 4) {
      points[{size}] = 0.005 + 4.0 * size * (ranks - 1) / ranks / s.intra_node_bytes_per_s * 1000;
    }
    reduce.push_back(slice("half|" + std::to_string(ranks), 1, points));
  }
  return {table("gemm", 2, {gemm_slice("bfloat16", sites)}),
          table("context_attention", 3, context),
          table("generation_attention", 3, generation),
          table("custom_allreduce", 1, reduce)};
}

}  // namespace dynamo::toy

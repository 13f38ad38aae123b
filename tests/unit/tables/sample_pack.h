#pragma once

#include "tables/pack_writer.h"

namespace dynamo::tables {

/// One slice over two axes: (1,1) → 1.5, (1,2) → 2.5, (3,2) → 3.5.
inline TableData sample_table(const std::string& name, double first = 1.5) {
  SliceData slice;
  slice.key = "half|2";
  slice.keys = {{1, 3}, {1, 2, 2}};
  slice.offsets = {{0, 2}, {0, 2, 3}};
  slice.values = {{first, 2.5, 3.5}};
  return {name, 2, {slice}};
}

/// `h200_sxm-vllm`: table `a` in both slots and both sources, `b` only merged and only in `current`.
inline PackWriter sample_pack() {
  PackWriter writer("h200_sxm", "vllm", "sample 1.0", {"0.24.0", std::nullopt, "0.27.0"});
  const std::uint32_t a = writer.add_table(sample_table("a"));
  const std::uint32_t b = writer.add_table(sample_table("b", -1));
  writer.add_entry("0.24.0", "a", Sources::kMerged, a);
  writer.add_entry("0.24.0", "a", Sources::kPrimary, a);
  writer.add_entry("0.27.0", "a", Sources::kMerged, writer.add_table(sample_table("a")));
  writer.add_entry("0.24.0", "b", Sources::kMerged, b);
  return writer;
}

}  // namespace dynamo::tables

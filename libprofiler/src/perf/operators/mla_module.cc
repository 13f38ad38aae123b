#include "perf/operators/mla_module.h"

#include <charconv>

#include "perf/operators/mla_kernel.h"

namespace dynamo::perf {

namespace {

DatabaseMode strict(DatabaseMode mode) { 
  return mode == DatabaseMode::kHybrid || mode == DatabaseMode::kAuto ? DatabaseMode::kSilicon : mode;
 }

MlaRows module_rows(const Database::Impl& database, std::string_view table, const std::string& formats, int native_heads) {
  const auto rows = database.table(table);
  if (!rows.has_value()) return {nullptr, rows.error()};
  const Slice* slice = *rows == nullptr ? nullptr : native_slice(**rows, formats + "|", native_heads);
  if (slice != nullptr && slice->grid.points() > 0) return {slice, {}};
  return {nullptr, Error{ErrorKind::kMissingData, "no measured " + std::string(table) + " for " + formats}};
}

}  // namespace

const Slice* native_slice(const Table& table, std::string_view prefix, int native_heads) {
  const Slice* below = nullptr;
  const Slice* fewest = nullptr;
  int below_heads = 0;
  int fewest_heads = 0;
  for (const Slice& slice : table.slices) {
    if (!slice.key.starts_with(prefix)) continue;
    int heads = 0;
    const std::string_view rest = slice.key.substr(prefix.size());
    std::from_chars(rest.data(), rest.data() + rest.size(), heads);
    if (heads <= 0) continue;
    if (heads <= native_heads && heads > below_heads) {
      below = &slice;
      below_heads = heads;
    }
    if (fewest == nullptr || heads < fewest_heads) {
      fewest = &slice;
      fewest_heads = heads;
    }
  }
  return below != nullptr ? below : fewest;
}

OperatorPtr make_mla_context_module(std::string name, double scale, const Database::Impl& database,
                                    const MlaModuleConfig& config) {
  const MlaConfig& attention = config.attention;
  const std::string formats = std::string(facts_of(attention.fmha).name) + "|" + std::string(facts_of(attention.kv).name) + "|" +
                              std::string(facts_of(config.gemm).name);
  return make_mla_prefill(std::move(name), scale, database, strict(database.mode), attention,
                          module_rows(database, "mla_context_module", formats, config.native_heads));
}

OperatorPtr make_mla_generation_module(std::string name, double scale, const Database::Impl& database,
                                       const MlaModuleConfig& config) {
  const std::string formats = std::string(facts_of(config.attention.kv).name) + "|" + std::string(facts_of(config.gemm).name);
  return make_mla_decode(std::move(name), scale, database, strict(database.mode), config.attention, config.gemm,
                         module_rows(database, "mla_generation_module", formats, config.native_heads));
}

}  // namespace dynamo::perf

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "perf/efficiency.h"
#include "perf/engine.h"
#include "perf/shared_parts.h"
#include "tables/pack.h"

namespace dynamo::perf {

/// What the operators of one database share. A copy shares nothing: it may be changed to read other rows.
class OwnParts {
 public:
  OwnParts() = default;
  OwnParts(const OwnParts&) {}
  OwnParts& operator=(const OwnParts&) = delete;
  [[nodiscard]] SharedParts& operator*() const { return *parts_; }
  [[nodiscard]] SharedParts* operator->() const { return parts_.get(); }

 private:
  std::unique_ptr<SharedParts> parts_ = std::make_unique<SharedParts>();
};

/// What operators need of a database: the GPU, the mode and the tables that the mode may read.
struct Database::Impl {
  SystemSpec system;
  Backend backend = Backend::kTrtllm;
  std::string version;
  DatabaseMode mode = DatabaseMode::kSilicon;
  const Pack* pack = nullptr;   ///< nullptr = no tables
  bool own_rows_only = false;   ///< in every mode read what the version measured itself
  Efficiency efficiency = Efficiency::built_in();
  /// Told of every measured answer and its roofline: what efficiencies are fitted from.
  std::function<void(KernelClass kernel, double roof_ms, double measured_ms)> observe = {};
  OwnParts parts = {};

  [[nodiscard]] bool reads_tables() const {
    return mode == DatabaseMode::kSilicon || mode == DatabaseMode::kHybrid || mode == DatabaseMode::kAuto;
  }
  [[nodiscard]] bool may_estimate() const {
    return mode == DatabaseMode::kHybrid || mode == DatabaseMode::kEmpirical || mode == DatabaseMode::kAuto;
  }

  /// The table, merged over its sources where the mode wants that; nullptr if it has no rows. A damaged pack is an error.
  [[nodiscard]] Result<const Table*> table(std::string_view name) const;
  /// The rows that the version measured itself.
  [[nodiscard]] Result<const Table*> own_table(std::string_view name) const;

  /// Without tensor cores for it, vLLM and SGLang unpack that format to 16 bits before they multiply.
  [[nodiscard]] bool emulates(const QuantFacts& quant) const;
  /// Rate of that number format. Error kMissingFlops names the format.
  [[nodiscard]] Result<double> flops(const QuantFacts& quant) const;
  /// Format of decode attention, which multiplies in the format of the cache where the GPU can.
  [[nodiscard]] FmhaQuant decode_format(KvQuant kv) const;
  [[nodiscard]] Result<double> decode_flops(KvQuant kv) const { return flops(facts_of(decode_format(kv))); }
  /// Time of a memory-bound kernel that moves `bytes`, ms.
  [[nodiscard]] double memory_ms(double bytes) const;
};

/// How attention kernels are told apart: lane names in the order in which they are asked.
[[nodiscard]] Result<std::vector<std::string>> attention_lanes(const Database::Impl& database, std::string_view table);

}  // namespace dynamo::perf

#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "perf/database_impl.h"

namespace dynamo::perf {

/// Which formats attention was measured in, in the tables that a family's attention is answered from.
class AttentionFormats {
 public:
  AttentionFormats(const Database::Impl& database, Family family);

  /// Prefill in that format together with that KV format (absent = with any).
  [[nodiscard]] bool has_prefill(FmhaQuant fmha, std::optional<KvQuant> kv) const;
  /// Prefill in any format together with that KV format.
  [[nodiscard]] bool has_any_prefill(std::optional<KvQuant> kv) const;
  [[nodiscard]] bool has_decode(KvQuant kv) const;

 private:
  [[nodiscard]] bool has_sparse(const std::string& operation, const std::string& key) const;

  const Database::Impl& database_;
  bool sparse_;   ///< blocks of sparse attention
  std::span<const std::string_view> prefill_, decode_;   ///< tables of kernels of their own; empty = plain attention
};

}  // namespace dynamo::perf

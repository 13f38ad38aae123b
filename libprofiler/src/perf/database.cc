#include <cmath>
#include <string>

#include "perf/database_impl.h"

namespace dynamo::perf {

namespace {

constexpr std::string_view kCurrentSlot = "current";
/// Stands for the version of numbers that no table went into.
constexpr std::string_view kWithoutTables = "estimate";

std::string text_of(const Diagnostics& diagnostics) {
  return diagnostics.empty() ? std::string("the pack cannot be read") : diagnostics.items().front().reason;
}

Result<const Table*> read_table(const Database::Impl& database, std::string_view name, Sources sources) {
  if (database.pack == nullptr) return nullptr;
  auto table = database.pack->table(database.version, name, sources);
  if (!table.has_value()) return std::unexpected(Error{ErrorKind::kMissingData, text_of(table.error())});
  return *table;
}

Result<std::string> literal_version(const Database::Impl& database, std::string_view asked) {
  if (database.pack != nullptr) {
    auto literal = database.pack->resolve_version(asked);
    if (!literal.has_value()) return std::unexpected(Error{ErrorKind::kInvalidConfig, text_of(literal.error())});
    return *literal;
  }
  // The roofline needs no more than the GPU's own facts.
  const bool needs_none = database.mode == DatabaseMode::kAuto || (database.mode == DatabaseMode::kSol && (asked == kCurrentSlot || asked == kWithoutTables));
  if (needs_none) return std::string(kWithoutTables);
  return std::unexpected(Error{ErrorKind::kNoTables, "no measured tables for system " + database.system.name + " with backend " +
                                                         std::string(name_of(database.backend))});
}

}  // namespace

Result<Database> Database::open(const TableStore& store,
                                const SystemSpec& system,
                                Backend backend,
                                std::string_view version,
                                DatabaseMode mode) {
  auto impl = std::make_shared<Impl>();
  impl->system = system;
  impl->backend = backend;
  impl->mode = mode;
  auto pack = store.open(system.name, backend);
  if (!pack.has_value()) return std::unexpected(Error{ErrorKind::kNoTables, text_of(pack.error())});
  impl->pack = *pack;
  auto literal = literal_version(*impl, version);
  if (!literal.has_value()) return std::unexpected(literal.error());
  impl->version = *literal;
  return Database(std::move(impl));
}

const SystemSpec& Database::system() const { return impl_->system; }
Backend Database::backend() const { return impl_->backend; }
const std::string& Database::version() const { return impl_->version; }
DatabaseMode Database::mode() const { return impl_->mode; }

Result<const Table*> Database::Impl::table(std::string_view name) const {
  return read_table(*this, name, reads_tables() && !own_rows_only ? Sources::kMerged : Sources::kPrimary);
}

Result<const Table*> Database::Impl::own_table(std::string_view name) const {
  return read_table(*this, name, Sources::kPrimary);
}

Result<double> Database::Impl::flops(const QuantFacts& quant) const {
  const std::optional<double> rate = system.flops(quant.compute);
  if (rate.has_value() && std::isfinite(*rate) && *rate > 0) return *rate;
  if (emulates(quant)) return *system.bf16_flops;
  return std::unexpected(Error{ErrorKind::kMissingFlops,
                               system.name + " has no tensor-core rate for format " + std::string(quant.name)});
}

bool Database::Impl::emulates(const QuantFacts& quant) const {
  constexpr int kFirstUnpackingCapability = 80;
  const bool floating = quant.compute == ComputeType::kFp8 || quant.compute == ComputeType::kFp4;
  return mode == DatabaseMode::kAuto && floating && !system.flops(quant.compute).has_value() && system.bf16_flops.has_value() &&
         backend != Backend::kTrtllm && system.sm_version >= kFirstUnpackingCapability;
}

FmhaQuant Database::Impl::decode_format(KvQuant kv) const {
  constexpr int kFirstFp8Capability = 89;
  const bool fp8 = kv == KvQuant::kFp8 && system.sm_version >= kFirstFp8Capability;
  return fp8 ? FmhaQuant::kFp8 : FmhaQuant::kBfloat16;
}

double Database::Impl::memory_ms(double bytes) const {
  if (mode == DatabaseMode::kSol) return bytes / system.mem_bytes_per_s * 1000.0;
  return (bytes / (system.mem_bytes_per_s * system.mem_efficiency) + system.mem_latency_s) * 1000.0;
}

}  // namespace dynamo::perf

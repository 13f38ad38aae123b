#include <algorithm>
#include <optional>

#include "perf/database_impl.h"
#include "perf/operators/moe_tables.h"
#include "perf/quant_tables.h"

namespace dynamo::perf {

namespace {

constexpr int kFirstBlackwellCapability = 100;

bool runs_prefill(Role role) { return role != Role::kDecode; }

/// The KV format that the user or the checkpoint names; a default that nobody named does not narrow what was measured.
std::optional<KvQuant> named_kv(const ModelSpec& model, const QuantModes& modes, const QuantOverrides& overrides) {
  const bool named = overrides.kv.has_value() || !model.quant.kv_algorithm.empty() || modes.kv != KvQuant::kBfloat16;
  return named ? std::optional(modes.kv) : std::nullopt;
}

Error no_fp8_attention() {
  return {ErrorKind::kUnsupportedQuant,
          "fmha format fp8 has no measured prefill attention for this system, backend and version; use bfloat16"};
}

/// fp8 attention that nobody measured falls back to bf16 when the checkpoint, not the user, asked for it.
/// `prefills_in_bf16`: the engine does so unless told otherwise.
Result<FmhaQuant> fmha_by_data(const AttentionFormats& measured, const QuantModes& modes, std::optional<KvQuant> kv, bool fixed,
                               bool prefills_in_bf16, Role role) {
  if (runs_prefill(role) && modes.fmha == FmhaQuant::kFp8 && measured.has_any_prefill(kv) &&
      !measured.has_prefill(FmhaQuant::kFp8, kv)) {
    if (fixed) return std::unexpected(no_fp8_attention());
    if (measured.has_prefill(FmhaQuant::kBfloat16, kv)) return FmhaQuant::kBfloat16;
  }
  if (!fixed && prefills_in_bf16 && modes.fmha == FmhaQuant::kFp8) return FmhaQuant::kBfloat16;
  return modes.fmha;
}

/// SGLang serves FP4 experts of these families with kernels that depend on the GPU and have tables of their own.
MoeQuant served_experts(const Database::Impl& database, Family family, MoeQuant stored) {
  constexpr int kHopperCapability = 90;
  if (database.backend != Backend::kSglang) return stored;
  const bool blackwell = database.system.sm_version >= kFirstBlackwellCapability;
  if (family == Family::kDeepseekV4 && stored == MoeQuant::kW4a8Mxfp4Mxfp8) {
    if (blackwell) return MoeQuant::kW4a8Mxfp4Mxfp8Trtllm;
    if (database.system.sm_version == kHopperCapability) return MoeQuant::kW4a16Mxfp4Cutlass;
  }
  if (family == Family::kKimiK3 && stored == MoeQuant::kW4a16Mxfp4 && blackwell) return MoeQuant::kW4a8Mxfp4Mxfp8;
  return stored;
}

Result<void> require_slice(const Database::Impl& database, std::string_view table, std::string_view key, std::string_view kind) {
  const auto rows = database.table(table);
  if (!rows.has_value()) return std::unexpected(rows.error());
  if (*rows != nullptr && (*rows)->find(key) != nullptr) return {};
  return std::unexpected(Error{ErrorKind::kUnsupportedQuant, "unsupported " + std::string(kind) + " quant mode " +
                                                                 std::string(key) + ": no rows in table " + std::string(table)});
}

Result<void> require(bool present, std::string_view kind, std::string_view name) {
  if (present) return {};
  return std::unexpected(Error{ErrorKind::kUnsupportedQuant, "unsupported " + std::string(kind) + " quant mode " +
                                                                 std::string(name) + ": not measured for this backend"});
}

/// Tables without any expert rows say nothing about formats.
Result<void> require_experts(const Database::Impl& database, MoeQuant quant) {
  const ExpertsTable table(database, "moe");
  if (table.damaged().has_value()) return std::unexpected(*table.damaged());
  const auto formats = table.formats();
  const bool cutlass = quant == MoeQuant::kW4a16Mxfp4Cutlass;   // a kernel of w4a16_mxfp4 that has tables of its own only on Hopper
  const bool present = std::ranges::find(formats, quant) != formats.end() ||
                       (cutlass && std::ranges::find(formats, MoeQuant::kW4a16Mxfp4) != formats.end());
  return require(formats.empty() || present, "moe", facts_of(quant).name);
}

}  // namespace

Result<QuantModes> Database::resolve_quant(const ModelSpec& model, Role role, const QuantOverrides& overrides) const {
  const auto inferred = infer_quant(model);
  if (!inferred.has_value()) {
    return std::unexpected(Error{ErrorKind::kUnsupportedQuant, inferred.error().items().front().reason});
  }
  QuantModes modes = *inferred;
  modes.gemm = overrides.gemm.value_or(modes.gemm);
  modes.gemm_from_checkpoint = !overrides.gemm.has_value();
  modes.moe = overrides.moe.value_or(modes.moe);
  modes.kv = overrides.kv.value_or(modes.kv);
  modes.fmha = overrides.fmha.value_or(modes.fmha);
  modes.comm = overrides.comm.value_or(modes.comm);
  if (!overrides.moe.has_value()) modes.moe = served_experts(*impl_, model.family, modes.moe);
  // By default vLLM does, and sparse or compressed attention on any backend.
  const bool prefills_in_bf16 = backend() == Backend::kVllm || model.family == Family::kDeepseekV32 || model.family == Family::kDeepseekV4;
  const auto fmha = fmha_by_data(AttentionFormats(*impl_, model.family), modes, named_kv(model, modes, overrides),
                                 overrides.fmha.has_value(), prefills_in_bf16, role);
  if (!fmha.has_value()) return std::unexpected(fmha.error());
  modes.fmha = *fmha;
  // vLLM multiplies such experts of Nemotron in NVFP4.
  const bool packed_nemotron = model.family == Family::kNemotronH && backend() == Backend::kVllm && !overrides.moe.has_value();
  if (packed_nemotron && modes.moe == MoeQuant::kW4a16Nvfp4) modes.moe = MoeQuant::kNvfp4;
  const bool narrow = facts_of(modes.fmha).compute == ComputeType::kFp8;
  if (mode() == DatabaseMode::kAuto && narrow && !impl_->system.fp8_flops.has_value()) modes.fmha = FmhaQuant::kBfloat16;
  if (impl_->system.sm_version < kFirstBlackwellCapability) {
    // No FP4 tensor cores: weights are unpacked to bf16 before they are multiplied.
    if (modes.gemm == GemmQuant::kNvfp4) modes.gemm = GemmQuant::kNvfp4Wo;
    if (modes.moe == MoeQuant::kNvfp4) modes.moe = MoeQuant::kNvfp4Wo;
  }
  return modes;
}

Result<void> Database::check_quant(const QuantModes& quant, const ModelSpec& model, Role role) const {
  if (mode() != DatabaseMode::kSilicon) return {};
  const bool is_static = quant.gemm == GemmQuant::kFp8Static;
  Result<void> ok = require_slice(*impl_, "gemm", facts_of(is_static ? GemmQuant::kFp8 : quant.gemm).name, "gemm");
  for (const std::string_view table : {"computescale", "scale_matrix"}) {
    if (ok.has_value() && is_static) ok = require_slice(*impl_, table, "fp8", "gemm");
  }
  if (ok.has_value() && model.is_moe()) ok = require_experts(*impl_, quant.moe);
  const AttentionFormats measured(*impl_, model.family);
  if (ok.has_value() && runs_prefill(role)) {
    ok = require(measured.has_prefill(quant.fmha, quant.kv), "fmha", facts_of(quant.fmha).name);
  }
  if (ok.has_value() && role != Role::kPrefill) ok = require(measured.has_decode(quant.kv), "kvcache", facts_of(quant.kv).name);
  return ok;
}

}  // namespace dynamo::perf

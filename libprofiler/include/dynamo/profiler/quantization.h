#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace dynamo {

/// The number format a kernel multiplies in; selects the tensor-core rate of the GPU.
enum class ComputeType { kBf16, kInt8, kFp8, kFp4 };

/// Formats of dense weights. Spellings are those of the measured tables.
enum class GemmQuant {
  kBfloat16, kInt8Wo, kInt4Wo, kFp8, kFp8Static, kSq, kFp8Block, kFp8Ootb, kNvfp4, kNvfp4Wo, kW4a16Nvfp4,
};

/// Formats of expert weights.
enum class MoeQuant {
  kBfloat16, kFp8, kInt4Wo, kFp8Block, kW4afp8, kNvfp4, kNvfp4Wo, kW4a16Mxfp4, kW4a8Mxfp4Mxfp8,
  kW4a8Mxfp4Mxfp8Trtllm, kW4a16Mxfp4Cutlass, kW4a16Nvfp4,
};

/// Formats attention computes in during prefill.
enum class FmhaQuant { kBfloat16, kFloat16, kFp8, kFp8Block };

/// Formats of the KV cache.
enum class KvQuant { kBfloat16, kInt8, kFp8 };

/// Formats of activations on the wire.
enum class CommQuant { kHalf, kInt8, kFp8 };

/// What the latency and memory formulas need of a format.
struct QuantFacts {
  std::string_view name;       ///< spelling in tables, cases and reports
  double bytes_per_element;    ///< 9/16 for NVFP4: 4 bits and one 8-bit scale per 16 elements
  double compute_multiple;     ///< nominal speed against bf16; labels the transfer ladder of the empirical tier only
  ComputeType compute;
};

[[nodiscard]] const QuantFacts& facts_of(GemmQuant quant);
[[nodiscard]] const QuantFacts& facts_of(MoeQuant quant);
[[nodiscard]] const QuantFacts& facts_of(FmhaQuant quant);
[[nodiscard]] const QuantFacts& facts_of(KvQuant quant);
[[nodiscard]] const QuantFacts& facts_of(CommQuant quant);

/// The format of that spelling, if there is one.
template <typename Quant>
[[nodiscard]] std::optional<Quant> quant_from_name(std::string_view name);

/// The formats of one engine.
struct QuantModes {
  GemmQuant gemm = GemmQuant::kBfloat16;
  MoeQuant moe = MoeQuant::kBfloat16;
  KvQuant kv = KvQuant::kBfloat16;
  FmhaQuant fmha = FmhaQuant::kBfloat16;
  CommQuant comm = CommQuant::kHalf;
  bool gemm_from_checkpoint = true;   ///< false: chosen by the caller, also for parts that the checkpoint leaves unquantised
  friend bool operator==(const QuantModes&, const QuantModes&) = default;
};

}  // namespace dynamo

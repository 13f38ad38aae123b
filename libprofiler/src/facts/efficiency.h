#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

/// How far kernels stay behind their roofline, as fitted from the measured systems (data/efficiency).
namespace dynamo::facts {

/// Kernels that stay behind their roofline alike. Enumerators are named after the keys of the data file.
enum class KernelClass {
  kGemm16, kGemm8, kGemm4, kPrefillAttention, kDecodeAttention, kLatentPrefill, kLatentDecode, kLatentProduct,
  kExperts16, kExperts8, kExperts4, kAllReduce, kCollective, kOther,
};
inline constexpr std::array<std::string_view, 14> kKernelClassNames = {
    "gemm_16", "gemm_8", "gemm_4", "prefill_attention", "decode_attention", "latent_prefill", "latent_decode",
    "latent_product", "experts_16", "experts_8", "experts_4", "all_reduce", "collective", "other"};
[[nodiscard]] std::optional<KernelClass> kernel_class_from_name(std::string_view name);

/// Measured time over roofline, at kernels of about that roofline.
struct EfficiencyPoint {
  double roofline_ms = 0;
  double measured_over_roofline = 1;
};

struct EfficiencyRow {
  KernelClass kernel = KernelClass::kOther;
  std::span<const EfficiencyPoint> points = {};   ///< ascending
};

/// 80 % of the measured steps lie within [low, high] times the modelled one, on systems left out of the fit.
struct ModelledBandRow {
  std::string_view step = {};   ///< prefill or decode
  double low = 1, high = 1;
};

/// In the order of KernelClass.
extern const std::span<const EfficiencyRow> kEfficiencyRows;
extern const std::span<const ModelledBandRow> kModelledBandRows;

}  // namespace dynamo::facts

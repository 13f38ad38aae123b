#include "dynamo/profiler/quantization.h"

#include <span>

namespace dynamo {
namespace {

// NVFP4 stores one 8-bit scale for every 16 four-bit elements.
constexpr double kNvfp4Bytes = 0.5 + 1.0 / 16;

constexpr ComputeType kBf16 = ComputeType::kBf16;
constexpr ComputeType kInt8 = ComputeType::kInt8;
constexpr ComputeType kFp8 = ComputeType::kFp8;
constexpr ComputeType kFp4 = ComputeType::kFp4;

// Every table is indexed by its enumeration, so the order of rows is the order of declaration.
constexpr QuantFacts kGemm[] = {
    {"bfloat16", 2, 1, kBf16},
    {"int8_wo", 1, 1, kBf16},
    {"int4_wo", 0.5, 1, kBf16},
    {"fp8", 1, 2, kFp8},
    {"fp8_static", 1, 2, kFp8},
    {"sq", 1, 2, kInt8},
    {"fp8_block", 1, 2, kFp8},
    {"fp8_ootb", 1, 2, kFp8},
    {"nvfp4", kNvfp4Bytes, 4, kFp4},
    {"nvfp4_wo", kNvfp4Bytes, 1, kBf16},
    {"w4a16_nvfp4", kNvfp4Bytes, 1, kBf16},
};

constexpr QuantFacts kMoe[] = {
    {"bfloat16", 2, 1, kBf16},
    {"fp8", 1, 2, kFp8},
    {"int4_wo", 0.5, 1, kBf16},
    {"fp8_block", 1, 2, kFp8},
    {"w4afp8", 0.5, 2, kFp8},
    {"nvfp4", kNvfp4Bytes, 4, kFp4},
    {"nvfp4_wo", kNvfp4Bytes, 1, kBf16},
    {"w4a16_mxfp4", 0.5, 1, kBf16},
    {"w4a8_mxfp4_mxfp8", 0.5, 2, kFp8},
    {"w4a8_mxfp4_mxfp8_trtllm", 0.5, 2, kFp8},
    {"w4a16_mxfp4_cutlass", 0.5, 1, kBf16},
    {"w4a16_nvfp4", kNvfp4Bytes, 1, kBf16},
};

constexpr QuantFacts kFmha[] = {
    {"bfloat16", 2, 1, kBf16},
    {"float16", 2, 1, kBf16},
    {"fp8", 1, 2, kFp8},
    {"fp8_block", 1, 2, kFp8},
};

// Cache and wire formats are only stored and moved: they have no rate of their own.
constexpr QuantFacts kKv[] = {{"bfloat16", 2, 0, kBf16}, {"int8", 1, 0, kBf16}, {"fp8", 1, 0, kBf16}};
constexpr QuantFacts kComm[] = {{"half", 2, 0, kBf16}, {"int8", 1, 0, kBf16}, {"fp8", 1, 0, kBf16}};

static_assert(std::size(kGemm) == static_cast<std::size_t>(GemmQuant::kW4a16Nvfp4) + 1);
static_assert(std::size(kMoe) == static_cast<std::size_t>(MoeQuant::kW4a16Nvfp4) + 1);
static_assert(std::size(kFmha) == static_cast<std::size_t>(FmhaQuant::kFp8Block) + 1);
static_assert(std::size(kKv) == static_cast<std::size_t>(KvQuant::kFp8) + 1);
static_assert(std::size(kComm) == static_cast<std::size_t>(CommQuant::kFp8) + 1);

template <typename Quant>
std::optional<Quant> find(std::span<const QuantFacts> rows, std::string_view name) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].name == name) return static_cast<Quant>(i);
  }
  return std::nullopt;
}

}  // namespace

const QuantFacts& facts_of(GemmQuant quant) { return kGemm[static_cast<std::size_t>(quant)]; }
const QuantFacts& facts_of(MoeQuant quant) { return kMoe[static_cast<std::size_t>(quant)]; }
const QuantFacts& facts_of(FmhaQuant quant) { return kFmha[static_cast<std::size_t>(quant)]; }
const QuantFacts& facts_of(KvQuant quant) { return kKv[static_cast<std::size_t>(quant)]; }
const QuantFacts& facts_of(CommQuant quant) { return kComm[static_cast<std::size_t>(quant)]; }

template <>
std::optional<GemmQuant> quant_from_name(std::string_view name) {
  return find<GemmQuant>(kGemm, name);
}
template <>
std::optional<MoeQuant> quant_from_name(std::string_view name) {
  return find<MoeQuant>(kMoe, name);
}
template <>
std::optional<FmhaQuant> quant_from_name(std::string_view name) {
  return find<FmhaQuant>(kFmha, name);
}
template <>
std::optional<KvQuant> quant_from_name(std::string_view name) {
  return find<KvQuant>(kKv, name);
}
template <>
std::optional<CommQuant> quant_from_name(std::string_view name) {
  return find<CommQuant>(kComm, name);
}

}  // namespace dynamo

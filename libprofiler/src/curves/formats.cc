#include "curves/npz.h"
#include "dynamo/profiler/curves.h"

namespace dynamo {
namespace {

// Names of the arrays, the same in both formats.
constexpr const char* kIsl = "prefill_isl";
constexpr const char* kTtft = "prefill_ttft";
constexpr const char* kPrefillThroughput = "prefill_thpt_per_gpu";
constexpr const char* kKvUsage = "x_kv_usage";
constexpr const char* kContextLength = "y_context_length";
constexpr const char* kItl = "z_itl";
constexpr const char* kDecodeThroughput = "z_thpt_per_gpu";
constexpr const char* kMaxKvTokens = "max_kv_tokens";

template <typename T>
Value list(const std::vector<T>& values) {
  return Array(values.begin(), values.end());
}

}  // namespace

std::string prefill_npz(const PrefillCurve& curve) {
  curves::NpzWriter npz;
  npz.add(kIsl, curve.isl);
  npz.add(kTtft, curve.ttft_ms);
  npz.add(kPrefillThroughput, curve.tokens_per_s_gpu);
  return std::move(npz).finish();
}

std::string decode_npz(const DecodeCurve& curve) {
  curves::NpzWriter npz;
  npz.add(kKvUsage, curve.kv_usage);
  npz.add(kContextLength, curve.context_length);
  npz.add(kItl, curve.itl_ms);
  npz.add(kDecodeThroughput, curve.tokens_per_s_gpu);
  npz.add(kMaxKvTokens, std::span(&curve.max_kv_tokens, 1));
  return std::move(npz).finish();
}

Value prefill_json(const PrefillCurve& curve) {
  Value data;
  data.set(kIsl, list(curve.isl));
  data.set(kTtft, list(curve.ttft_ms));
  data.set(kPrefillThroughput, list(curve.tokens_per_s_gpu));
  return data;
}

Value decode_json(const DecodeCurve& curve) {
  Value data;
  data.set(kKvUsage, list(curve.kv_usage));
  data.set(kContextLength, list(curve.context_length));
  data.set(kItl, list(curve.itl_ms));
  data.set(kDecodeThroughput, list(curve.tokens_per_s_gpu));
  data.set(kMaxKvTokens, curve.max_kv_tokens);
  return data;
}

}  // namespace dynamo

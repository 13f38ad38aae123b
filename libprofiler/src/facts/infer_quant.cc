#include <array>

#include "dynamo/profiler/facts.h"
#include "text/did_you_mean.h"

namespace dynamo {
namespace {

constexpr std::array<std::string_view, 6> kAlgorithms = {"fp8",   "fp8_block",          "nvfp4",
                                                         "mxfp4", "compressed-tensors", "mixed_precision"};

Diagnostic unknown(const ModelSpec& model, std::string path, const std::string& value, std::string reason,
                   std::string hint) {
  Diagnostic diagnostic;
  diagnostic.code = DiagnosticCode::kNotSupported;
  diagnostic.rule = "model.config.quantization";
  diagnostic.path = std::move(path);
  diagnostic.bad_value = value;
  diagnostic.reason = std::move(reason);
  diagnostic.hint = std::move(hint);
  diagnostic.source = model.id;
  return diagnostic;
}

/// Sets `mode` to the format of that name; an empty name leaves it alone.
template <typename Quant>
bool set_by_name(const std::string& name, Quant& mode) {
  if (name.empty()) return true;
  const auto found = quant_from_name<Quant>(name);
  if (found) mode = *found;
  return found.has_value();
}

class Inference {
 public:
  explicit Inference(const ModelSpec& model) : model_(model), quant_(model.quant) {}

  std::expected<QuantModes, Diagnostics> run() {
    set_weights();
    set_group_formats();
    set_kv_cache();
    set_attention();
    if (problems_.has_errors()) return std::unexpected(problems_);
    return modes_;
  }

 private:
  void set_weights() {
    const std::string& algorithm = quant_.algorithm;
    if (algorithm == "fp8") {
      // Per-tensor FP8 is static unless the checkpoint marks its activations as dynamic.
      modes_.gemm = quant_.dynamic_activations.value_or(false) ? GemmQuant::kFp8 : GemmQuant::kFp8Static;
      modes_.moe = MoeQuant::kFp8;
    } else if (algorithm == "fp8_block") {
      modes_.gemm = GemmQuant::kFp8Block;
      modes_.moe = MoeQuant::kFp8Block;
    } else if (algorithm == "nvfp4") {
      modes_.gemm = GemmQuant::kNvfp4;
      modes_.moe = MoeQuant::kNvfp4;
    } else if (algorithm == "mxfp4") {
      modes_.moe = MoeQuant::kW4a16Mxfp4;
    } else if (!algorithm.empty() && algorithm != "compressed-tensors" && algorithm != "mixed_precision") {
      reject_algorithm();
    }
  }

  void set_group_formats() {
    if (!set_by_name(quant_.group_mode, modes_.gemm)) reject_group("dense", quant_.group_mode);
    if (!set_by_name(quant_.moe_group_mode, modes_.moe)) {
      // Dense checkpoints have no experts for the format to matter to.
      if (model_.is_moe()) reject_group("expert", quant_.moe_group_mode);
    }
  }

  void set_kv_cache() {
    const std::string& algorithm = quant_.kv_algorithm;
    if (algorithm == "fp8") {
      modes_.kv = KvQuant::kFp8;
    } else if (!algorithm.empty() && algorithm != "bfloat16") {
      problems_.add(unknown(model_, "quantization_config.kv_cache_quant_algo", algorithm,
                            "no kernel table knows a KV cache in this format", "use fp8 or bfloat16"));
    }
    // Sparse attention of DeepSeek-V4 exists for an FP8 cache only.
    if (model_.family == Family::kDeepseekV4) modes_.kv = KvQuant::kFp8;
  }

  void set_attention() {
    const std::string& algorithm = quant_.algorithm;
    const bool eight_bit_weights = algorithm == "fp8" || algorithm == "fp8_block" || algorithm == "nvfp4";
    if (algorithm.empty() || (!eight_bit_weights && quant_.kv_algorithm != "fp8")) return;
    modes_.fmha = FmhaQuant::kFp8;
    modes_.kv = KvQuant::kFp8;
  }

  void reject_algorithm() {
    std::string hint = did_you_mean(quant_.algorithm, kAlgorithms);
    if (hint.empty()) {
      hint = "supported:";
      for (const std::string_view name : kAlgorithms) hint += " " + std::string(name);
    }
    problems_.add(unknown(model_, "quantization_config.quant_method", quant_.algorithm,
                          "checkpoints quantised this way are not modelled", std::move(hint)));
  }

  void reject_group(const std::string& layers, const std::string& format) {
    problems_.add(unknown(model_, "quantization_config.config_groups", format,
                          "no kernel table has " + layers + " layers in this format",
                          "choose a checkpoint quantised another way, or name the formats explicitly"));
  }

  const ModelSpec& model_;
  const CheckpointQuant& quant_;
  QuantModes modes_;
  Diagnostics problems_;
};

}  // namespace

std::expected<QuantModes, Diagnostics> infer_quant(const ModelSpec& model) { return Inference(model).run(); }

}  // namespace dynamo

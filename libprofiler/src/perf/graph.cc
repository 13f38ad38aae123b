#include "perf/graph.h"

namespace dynamo::perf {

namespace {

Error invalid(std::string message) { return {ErrorKind::kInvalidConfig, std::move(message)}; }

std::string divides(const std::string& what, int value, int tp) {
  return what + " (" + std::to_string(value) + ") cannot be divided by tp " + std::to_string(tp);
}

/// Rows of an fp8 block, where the checkpoint does not say.
constexpr int kDefaultBlock = 128;

/// Layers with and without experts.
bool has_mixed_layers(const ModelSpec& model) { return model.family == Family::kHybridMoe || model.family == Family::kStep3p7; }

Result<void> check_experts(const GraphInput& in) {
  const Parallelism& p = in.parallel;
  const int attention = p.tp * p.dp * p.cp;
  if (p.moe_tp < 1 || p.moe_ep < 1) return std::unexpected(invalid("expert parallel sizes must be at least 1"));
  if (attention != p.moe_tp * p.moe_ep) {
    return std::unexpected(invalid("tp * dp * cp (" + std::to_string(attention) + ") must equal moe_tp * moe_ep (" +
                                   std::to_string(p.moe_tp * p.moe_ep) + ")"));
  }
  if (in.model.experts % p.moe_ep != 0) {
    return std::unexpected(invalid(std::to_string(in.model.experts) + " experts cannot be divided by moe_ep " +
                                   std::to_string(p.moe_ep)));
  }
  if (in.model.moe_intermediate % p.moe_tp != 0) {
    return std::unexpected(invalid("expert width " + std::to_string(in.model.moe_intermediate) + " cannot be divided by moe_tp " +
                                   std::to_string(p.moe_tp)));
  }
  const Family family = in.model.family;
  const bool whole_blocks = family == Family::kMoe || family == Family::kQwen3VlMoe || has_mixed_layers(in.model);
  if (!whole_blocks) return {};
  const int block = in.model.quant.block_size > 0 ? in.model.quant.block_size : kDefaultBlock;
  if (in.quant.moe == MoeQuant::kFp8Block && in.model.moe_intermediate / p.moe_tp % block != 0) {
    return std::unexpected(invalid("expert width " + std::to_string(in.model.moe_intermediate) + " over moe_tp " +
                                   std::to_string(p.moe_tp) + " is not a multiple of the fp8 block " + std::to_string(block)));
  }
  return {};
}

Result<void> check_delta_heads(const GraphInput& in) {
  const int tp = in.parallel.tp;
  const GdnSpec& gdn = in.model.gdn;
  if (gdn.key_heads % tp != 0) return std::unexpected(invalid(divides("key heads of gated delta rule", gdn.key_heads, tp)));
  if (gdn.value_heads % tp != 0) return std::unexpected(invalid(divides("value heads of gated delta rule", gdn.value_heads, tp)));
  if (in.parallel.cp > 1) return std::unexpected(invalid("context parallelism is not modelled for gated delta rule"));
  return {};
}

}  // namespace

namespace {

Result<Graph> build_language_model(const GraphInput& in) {
  const Parallelism& p = in.parallel;
  if (p.tp < 1 || p.pp < 1 || p.dp < 1 || p.cp < 1) return std::unexpected(invalid("parallel sizes must be at least 1"));
  if (in.model.heads % p.tp != 0) return std::unexpected(invalid(divides("attention heads", in.model.heads, p.tp)));
  if (p.cp > 1 && in.database.backend != Backend::kSglang) {
    return std::unexpected(invalid("context parallelism is an SGLang feature"));
  }
  if (p.cp > 1 && (p.tp > 1 || p.dp > 1)) return std::unexpected(invalid("context parallelism needs tp 1 and dp 1"));
  const Family family = in.model.family;
  if (family == Family::kLlama || family == Family::kQwen3Vl) return build_llama_graph(in);
  if (family == Family::kNemotronNas && !in.model.blocks.empty()) {
    if (in.nextn > 0) return std::unexpected(invalid("models of family NEMOTRONNAS do not draft tokens"));
    if (p.cp > 1) return std::unexpected(invalid("models of family NEMOTRONNAS do not run context parallel"));
    return build_searched_blocks_graph(in);
  }
  if (family == Family::kGemma4Mix) {
    if (!in.model.is_moe() && p.moe_ep > 1) return std::unexpected(invalid("a dense Gemma 4 needs moe_ep 1"));
    if (in.model.is_moe()) {
      if (auto fits = check_experts(in); !fits.has_value()) return std::unexpected(fits.error());
    }
    return build_gemma_graph(in);
  }
  if (has_mixed_layers(in.model)) {
    if (auto fits = check_experts(in); !fits.has_value()) return std::unexpected(fits.error());
    return build_hybrid_graph(in);
  }
  const bool latent = in.model.family == Family::kDeepseek || in.model.family == Family::kKimiK25;
  if (in.model.family == Family::kDeepseekV32) {
    if (auto fits = check_experts(in); !fits.has_value()) return std::unexpected(fits.error());
    return build_deepseek_v32_graph(in);
  }
  if (latent || family == Family::kMoe || family == Family::kQwen3VlMoe) {
    if (auto fits = check_experts(in); !fits.has_value()) return std::unexpected(fits.error());
    return latent ? build_deepseek_graph(in) : build_moe_graph(in);
  }
  if (in.model.family == Family::kQwen35) {
    auto fits = check_delta_heads(in);
    if (fits.has_value() && in.model.is_moe()) fits = check_experts(in);
    if (!fits.has_value()) return std::unexpected(fits.error());
    return build_qwen35_graph(in);
  }
  if (in.model.family == Family::kMinimaxM3) {
    if (p.cp > 1) return std::unexpected(invalid("context parallelism is not modelled for attention to blocks"));
    if (auto fits = check_experts(in); !fits.has_value()) return std::unexpected(fits.error());
    return build_minimax_m3_graph(in);
  }
  if (in.model.family == Family::kNemotronH) {
    auto fits = in.model.is_moe() ? check_experts(in) : Result<void>{};
    if (!fits.has_value()) return std::unexpected(fits.error());
    return build_nemotron_h_graph(in);
  }
  if (in.model.family == Family::kKimiK3) {
    if (auto fits = check_experts(in); !fits.has_value()) return std::unexpected(fits.error());
    if (p.cp > 1) return std::unexpected(invalid("a delta-attention state cannot be split over context-parallel ranks"));
    const int heads = in.model.kimi_hybrid.delta_heads;
    if (heads % p.tp != 0) return std::unexpected(invalid(divides("delta-attention heads", heads, p.tp)));
    return build_kimi_k3_graph(in);
  }
  if (in.model.family == Family::kDeepseekV4) {
    if (auto fits = check_experts(in); !fits.has_value()) return std::unexpected(fits.error());
    return build_deepseek_v4_graph(in);
  }
  return std::unexpected(
      invalid("models of family " + std::string(name_of(in.model.family)) + " have no performance model here"));
}

}  // namespace

Result<Graph> build_graph(const GraphInput& in) {
  Result<Graph> graph = build_language_model(in);
  if (graph.has_value() && in.model.vision.layers > 0) graph->encoder = build_encoder_graph(in);
  return graph;
}

}  // namespace dynamo::perf

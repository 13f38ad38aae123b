#include "perf/graphs/kimi_k3_phase.h"
#include "perf/operators/attention.h"
#include "perf/operators/composite.h"
#include "perf/operators/mla.h"
#include "perf/operators/mla_module.h"

namespace dynamo::perf {

namespace {

/// Attention between its projections: vLLM multiplies the latent cache out where the block as a whole was not measured.
void add_attention(const KimiPhase& p, double layers, std::vector<OperatorPtr>& ops) {
  const ModelSpec& model = p.in.model;
  const auto& db = p.in.database;
  const int heads = model.heads / p.tp();
  if (p.vllm()) {
    const AttentionConfig plain{.heads = heads, .kv_heads = model.kv_heads / p.tp(), .head_dim = model.v_head_dim,
                                .kv = p.in.quant.kv, .fmha = p.in.quant.fmha};
    ops.push_back(p.context ? make_context_attention(p.named("attention"), layers, db, plain)
                            : make_generation_attention(p.named("attention"), layers, db, plain));
    return;
  }
  const MlaConfig latent{.heads = heads, .kv = p.in.quant.kv, .fmha = p.in.quant.fmha};
  if (p.context) {
    ops.push_back(make_context_mla(p.named("attention"), layers, db, latent));
    return;
  }
  const GemmQuant absorbed = p.in.quant.gemm == GemmQuant::kBfloat16 ? GemmQuant::kBfloat16 : GemmQuant::kFp8;
  ops.push_back(make_mla_bmm(p.named("bmm_pre"), layers, db, MlaBmm::kPre, heads, absorbed));
  ops.push_back(make_generation_mla(p.named("attention"), layers, db, latent));
  ops.push_back(make_mla_bmm(p.named("bmm_post"), layers, db, MlaBmm::kPost, heads, absorbed));
}

std::vector<OperatorPtr> block_kernels(const KimiPhase& p, double layers) {
  const ModelSpec& model = p.in.model;
  const GemmQuant quant = p.in.quant.gemm;
  const int queries = model.heads * (model.qk_nope_head_dim + model.qk_rope_head_dim);
  const int keys_and_values = model.heads * (model.qk_nope_head_dim + model.v_head_dim);
  std::vector<OperatorPtr> ops;
  ops.push_back(p.make("mla_q_b_gemm", layers, {.n = queries / p.tp(), .k = model.q_lora_rank, .quant = quant}));
  if (p.context) {
    ops.push_back(p.make("mla_kv_b_gemm", layers, {.n = keys_and_values / p.tp(), .k = model.kv_lora_rank, .quant = quant}));
  }
  add_attention(p, layers, ops);
  ops.push_back(p.make("mla_o_gemm", layers,
                       {.n = p.hidden(), .k = model.heads * model.v_head_dim / p.tp(), .quant = quant, .low_precision_input = true}));
  return ops;
}

OperatorPtr whole_block(const KimiPhase& p, double layers) {
  const MlaModuleConfig config{
      .attention = {.heads = p.in.model.heads / p.tp(), .kv = p.in.quant.kv, .fmha = p.in.quant.fmha},
      .native_heads = p.in.model.heads,
      .gemm = p.in.quant.gemm};
  return p.context ? make_mla_context_module(p.named("mla_module"), layers, p.in.database, config)
                   : make_mla_generation_module(p.named("mla_module"), layers, p.in.database, config);
}

// The draft models that were published for the two engines.
constexpr int kDraftLayers = 5;
constexpr int kDraftWidth = 14336;   ///< of the FFN
constexpr int kDraftHeads = 64;
constexpr int kDraftKvHeads = 16;    ///< SGLang
constexpr int kDraftHeadDim = 64;    ///< SGLang
constexpr int kDraftQueryLatent = 1536;   ///< vLLM, as the next four
constexpr int kDraftKvLatent = 512;
constexpr int kDraftNope = 128;
constexpr int kDraftRope = 64;
constexpr int kDraftValue = 128;

OperatorPtr draft_attention(const KimiPhase& p, double layers, int kv_heads, int head_dim) {
  return make_generation_attention("draft_attention", layers, p.in.database,
                                   {.heads = kDraftHeads / p.tp(), .kv_heads = kv_heads, .head_dim = head_dim, .kv = p.in.quant.kv});
}

}  // namespace

int kimi_draft_cache_elements(Backend backend, int tp) {
  if (backend == Backend::kVllm) return kDraftLayers * (kDraftKvLatent + kDraftRope);
  return kDraftLayers * 2 * std::max(1, kDraftKvHeads / tp) * kDraftHeadDim;
}

void add_gated_latent_layers(KimiPhase& p) {
  const ModelSpec& model = p.in.model;
  const double layers = model.layers - p.spec.delta_layers;
  if (layers == 0) return;
  const int h = p.hidden();
  const int values = model.heads * model.v_head_dim;
  p.elementwise("mla_norm", layers, 2 * h, 2 * h);
  p.gemm("mla_downscale_gemm", layers, model.q_lora_rank + model.kv_lora_rank + model.qk_rope_head_dim, h);
  std::vector<OperatorPtr> kernels = block_kernels(p, layers);
  if (p.vllm()) {
    p.add(make_fallback(p.named("mla_block"), whole_block(p, layers), std::move(kernels)));
  } else {
    for (OperatorPtr& op : kernels) p.add(std::move(op));
  }
  p.gemm("mla_gate_gemm", layers, values / p.tp(), h);
  p.elementwise("mla_gate_mul", layers, 2 * values / p.tp(), values / p.tp());
  p.all_reduce("mla_ar", layers);
}

void add_kimi_draft(KimiPhase& p) {
  const auto& db = p.in.database;
  const int tp = p.tp();
  const int h = p.hidden();
  const GemmQuant quant = p.in.quant.gemm;
  // A decode step's rows are the drafted tokens and one more of every request; the draft model runs the drafted ones.
  const double drafted = p.in.nextn / (p.in.nextn + 1.0);
  const double once_a_request = 1.0 / (p.in.nextn + 1.0);
  const double layers = kDraftLayers * drafted;
  const auto gemm = [&](const char* name, double scale, int n, int k, bool low = false) {
    p.add(make_gemm(name, scale, db, {.n = n, .k = k, .quant = quant, .low_precision_input = low}));
  };
  p.add(make_embedding("draft_embedding", drafted, db, p.in.model.vocab / tp, h));
  p.add(make_elementwise("draft_norm", 2 * layers, db, 2 * h, 2 * h));
  if (p.vllm()) {
    gemm("draft_downscale_gemm", layers, kDraftQueryLatent + kDraftKvLatent + kDraftRope, h);
    gemm("draft_q_b_gemm", layers, kDraftHeads * (kDraftNope + kDraftRope) / tp, kDraftQueryLatent);
    p.add(draft_attention(p, layers, kDraftHeads / tp, kDraftValue));
    gemm("draft_proj_gemm", layers, h, kDraftHeads * kDraftValue / tp, true);
  } else {
    gemm("draft_qkv_gemm", layers, (kDraftHeads + 2 * kDraftKvHeads) * kDraftHeadDim / tp, h);
    p.add(draft_attention(p, layers, std::max(1, kDraftKvHeads / tp), kDraftHeadDim));
    gemm("draft_proj_gemm", layers, h, kDraftHeads * kDraftHeadDim / tp, true);
  }
  gemm("draft_gate_up_gemm", layers, 2 * kDraftWidth / tp, h);
  p.add(make_elementwise("draft_act_gate", layers, db, 2 * kDraftWidth / tp, kDraftWidth / tp));
  gemm("draft_down_gemm", layers, h, kDraftWidth / tp, true);
  p.add(make_all_reduce("draft_ar", 2 * layers, db, h, tp));
  const int cached = p.vllm() ? kDraftKvLatent + kDraftRope : 2 * kDraftKvHeads * kDraftHeadDim / tp;
  gemm("draft_kv_proj_gemm", kDraftLayers * once_a_request, cached, h);
  p.add(make_gemm("draft_logits_gemm", once_a_request, db, {.n = p.in.model.vocab / tp, .k = h, .quant = GemmQuant::kBfloat16}));
}

}  // namespace dynamo::perf

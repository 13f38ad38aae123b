#include <algorithm>
#include <iterator>

#include "perf/graphs/latent_phase.h"
#include "perf/operators/attention.h"
#include "perf/operators/communication.h"
#include "perf/operators/composite.h"
#include "perf/operators/mla_module.h"
#include "perf/operators/wide_mla.h"

namespace dynamo::perf {

namespace {

/// Widths of DeepSeek-V3, which the attention kernels were measured with whatever the model.
constexpr int kKernelHeads = 128;
constexpr int kQueryLatent = 1536;
constexpr int kKvLatent = 512;
constexpr int kRope = 64;
constexpr int kQueryWidth = 128 + kRope;     ///< a head
constexpr int kKeyValueWidth = 128 + 128;
constexpr int kValueWidth = 128;
constexpr int kDownscaleWidth = kQueryLatent + kKvLatent + kRope;

/// Formats of the attention projections.
struct ProjectionFormats {
  GemmQuant down, q, kv, o;

  explicit ProjectionFormats(const GraphInput& in) {
    const auto format = [&](bool keeps) { return keeps ? GemmQuant::kBfloat16 : in.quant.gemm; };
    const bool keeps_q = keeps_unquantised(in.model, "q");
    const bool keeps_kv = keeps_unquantised(in.model, "kv");
    q = format(keeps_q);
    kv = format(keeps_kv);
    o = format(keeps_unquantised(in.model, "o"));
    down = format(keeps_q && keeps_kv);   // one product for both latents
  }

  [[nodiscard]] bool uniform() const { return q == kv && kv == o; }
  /// The KV up-projection that decode absorbs into the queries.
  [[nodiscard]] GemmQuant absorbed() const { return kv == GemmQuant::kBfloat16 ? GemmQuant::kBfloat16 : GemmQuant::kFp8; }
};

/// Context parallelism is taken as an even share of the measured block.
OperatorPtr module_of(const LatentPhase& p, GemmQuant gemm) {
  const MlaModuleConfig config{
      .attention = {.heads = p.in.model.heads / p.in.parallel.tp, .kv = p.in.quant.kv, .fmha = p.in.quant.fmha},
      .native_heads = p.in.model.heads,
      .gemm = gemm};
  return p.context ? make_mla_context_module(p.named("mla_module"), p.layers / p.cp, p.in.database, config)
                   : make_mla_generation_module(p.named("mla_module"), p.layers, p.in.database, config);
}

/// vLLM multiplies the latent cache out.
OperatorPtr plain_attention(const LatentPhase& p) {
  const ModelSpec& model = p.in.model;
  const int tp = p.in.parallel.tp;
  const AttentionConfig config{.heads = model.heads / tp, .kv_heads = model.kv_heads / tp,
                               .head_dim = model.v_head_dim > 0 ? model.v_head_dim : model.head_dim, .kv = p.in.quant.kv,
                               .fmha = p.in.quant.fmha};
  return p.context ? make_context_attention(p.named("attention"), p.layers / p.cp, p.in.database, config)
                   : make_generation_attention(p.named("attention"), p.layers, p.in.database, config);
}

void add_decode_kernels(const LatentPhase& p, const MlaConfig& config, GemmQuant absorbed, std::vector<OperatorPtr>& ops) {
  const auto& db = p.in.database;
  const int heads = p.in.model.heads / p.in.parallel.tp;
  OperatorPtr before = make_mla_bmm(p.named("bmm_pre"), p.layers, db, MlaBmm::kPre, heads, absorbed);
  if (p.wide_trtllm()) {
    std::vector<OperatorPtr> main, aside;
    main.push_back(std::move(before));
    aside.push_back(p.elementwise("rope_kvcache", kKvLatent + kRope, kKvLatent + kRope));
    ops.push_back(make_overlap(p.named("bmm_rope_overlap"), std::move(main), std::move(aside)));
  } else {
    ops.push_back(std::move(before));
  }
  ops.push_back(make_generation_mla(p.named("attention"), p.layers, db, config));
  ops.push_back(make_mla_bmm(p.named("bmm_post"), p.layers, db, MlaBmm::kPost, heads, absorbed));
}

std::vector<OperatorPtr> kernels_of(const LatentPhase& p, const ProjectionFormats& formats) {
  const int heads = p.in.model.heads;
  const int tp = p.in.parallel.tp;
  std::vector<OperatorPtr> ops;
  ops.push_back(p.gemm("downscale_gemm", {.n = kDownscaleWidth, .k = p.in.model.hidden, .quant = formats.down}));
  if (p.wide_trtllm()) ops.push_back(p.elementwise("q_a_layernorm", kQueryLatent, kQueryLatent));
  ops.push_back(p.gemm("q_b_proj_gemm", {.n = heads * kQueryWidth / tp, .k = kQueryLatent, .quant = formats.q}));
  if (p.context) {
    ops.push_back(p.gemm("kv_b_proj_gemm", {.n = heads * kKeyValueWidth / tp, .k = kKvLatent, .quant = formats.kv}));
  }
  const MlaConfig latent{.heads = kKernelHeads / tp, .kv = p.in.quant.kv, .fmha = p.in.quant.fmha, .cp = p.cp};
  if (p.in.database.backend == Backend::kVllm) {
    ops.push_back(plain_attention(p));
  } else if (p.context) {
    ops.push_back(make_context_mla(p.named("attention"), p.layers, p.in.database, latent));
  } else {
    add_decode_kernels(p, latent, formats.absorbed(), ops);
  }
  ops.push_back(p.gemm("proj_gemm", {.n = p.in.model.hidden, .k = heads * kValueWidth / tp, .quant = formats.o}));
  return ops;
}

/// Every rank of context parallelism needs the whole latent cache.
OperatorPtr gather_cache(const LatentPhase& p) {
  const double latent = p.in.model.kv_lora_rank + p.in.model.qk_rope_head_dim;
  const double elements = latent * facts_of(p.in.quant.kv).bytes_per_element / facts_of(p.in.quant.comm).bytes_per_element;
  return make_collective(p.named("cp_all_gather"), p.layers, p.in.database, Collective::kAllGather, elements, p.cp);
}

}  // namespace

bool keeps_unquantised(const ModelSpec& model, const char* group) {
  return std::ranges::find(model.quant.excluded, group) != model.quant.excluded.end();
}

std::vector<OperatorPtr> wide_latent_attention(const LatentPhase& p) {
  const GraphInput& in = p.in;
  const int h = in.model.hidden;
  const int tp = in.parallel.tp;
  const GemmShape down{.n = kDownscaleWidth, .k = h, .quant = ProjectionFormats(in).down};
  const TokenSplit shared{p.context ? tp : 1, p.cp};   // prefill shares the tokens of an attention group
  const auto collective = [&](const char* name, Collective kind) {
    return make_collective(p.named(name), p.layers, in.database, kind, h, tp);
  };
  std::vector<OperatorPtr> ops;
  ops.push_back(make_gemm(p.named("qkv_a_proj_gemm"), p.layers, in.database, down, shared));
  if (p.context && tp > 1) ops.push_back(collective("tp_all_gather", Collective::kAllGather));
  ops.push_back(make_embedding(p.named("embedding"), p.once, in.database, in.model.vocab, h, p.split()));
  ops.push_back(p.elementwise("add_norm_1", 2 * h, 2 * h));
  ops.push_back(p.gemm("downscale_gemm", down));
  const MlaConfig config{.heads = kKernelHeads / tp, .kv = in.quant.kv, .fmha = in.quant.fmha, .cp = p.cp};
  ops.push_back(p.context ? make_wide_context_mla(p.named("attention"), p.layers, in.database, config)
                          : make_wide_generation_mla(p.named("attention"), p.layers, in.database, config));
  if (p.cp > 1) ops.push_back(gather_cache(p));
  if (p.context && tp > 1) ops.push_back(collective("tp_reduce_scatter", Collective::kReduceScatter));
  return ops;
}

std::vector<OperatorPtr> latent_attention(const LatentPhase& p) {
  const ProjectionFormats formats(p.in);
  std::vector<OperatorPtr> ops = kernels_of(p, formats);
  if (formats.uniform() && !p.wide_trtllm()) {
    OperatorPtr block = make_fallback(p.named("mla_block"), module_of(p, formats.q), std::move(ops));
    ops.clear();
    ops.push_back(std::move(block));
  }
  if (p.cp > 1) ops.push_back(gather_cache(p));
  return ops;
}

}  // namespace dynamo::perf

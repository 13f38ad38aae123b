#include "perf/graph.h"
#include "perf/operators/attention.h"
#include "perf/operators/communication.h"
#include "perf/operators/gemm.h"
#include "perf/operators/memory_ops.h"

namespace dynamo::perf {

namespace {

/// Sizes on one GPU.
struct Local {
  int heads, kv_heads, attention_width, qkv_width, ffn, vocab;

  explicit Local(const GraphInput& in)
      : heads(in.model.heads / in.parallel.tp),
        kv_heads((in.model.kv_heads + in.parallel.tp - 1) / in.parallel.tp),
        attention_width(in.model.heads * in.model.head_dim / in.parallel.tp),
        qkv_width(attention_width + 2 * in.model.head_dim * kv_heads),
        ffn(in.model.intermediate / in.parallel.tp),
        vocab(in.model.vocab / in.parallel.tp) {}
};

AttentionConfig attention_of(const GraphInput& in, const Local& local, int cp) {
  return {.heads = local.heads, .kv_heads = local.kv_heads, .head_dim = in.model.head_dim, .window = 0, .kv = in.quant.kv,
          .fmha = in.quant.fmha, .qk_norm = in.model.qk_norm, .cp = cp};
}

/// KV cache of one token and layer, in two-byte elements: what context parallelism gathers.
double kv_elements(const GraphInput& in, const Local& local) {
  return local.kv_heads * in.model.head_dim * 2.0 * facts_of(in.quant.kv).bytes_per_element / 2.0;
}

std::vector<OperatorPtr> phase(const GraphInput& in, bool context) {
  const Local local(in);
  const auto& db = in.database;
  const int h = in.model.hidden;
  const int tp = in.parallel.tp;
  const int cp = context ? in.parallel.cp : 1;
  const TokenSplit split{1, cp};
  const double once = context ? 1.0 : in.draft_factor();
  const double layers = in.model.layers * once;
  const std::string pre = context ? "context_" : "generation_";
  const auto gemm = [&](const char* name, double scale, GemmShape shape) {
    return make_gemm(pre + name, scale, db, shape, split);
  };

  std::vector<OperatorPtr> ops;
  ops.push_back(make_embedding(pre + "embedding", once, db, local.vocab, h, split));
  ops.push_back(make_elementwise(pre + "add_norm_1", layers, db, 2 * h, 2 * h, split));
  ops.push_back(gemm("qkv_gemm", layers, {.n = local.qkv_width, .k = h, .quant = in.quant.gemm}));
  const AttentionConfig attention = attention_of(in, local, cp);
  ops.push_back(context ? make_context_attention(pre + "attention", layers, db, attention)
                        : make_generation_attention(pre + "attention", layers, db, attention));
  if (cp > 1) {
    ops.push_back(make_collective(pre + "cp_all_gather", layers, db, Collective::kAllGather, kv_elements(in, local), cp));
  }
  ops.push_back(
      gemm("proj_gemm", layers, {.n = h, .k = local.attention_width, .quant = in.quant.gemm, .low_precision_input = true}));
  ops.push_back(make_elementwise(pre + "add_norm_2", layers, db, 2 * h, 2 * h, split));
  const int gate_width = 2 * in.model.intermediate / tp;
  ops.push_back(gemm("gate_ffn1_gemm", layers, {.n = gate_width, .k = h, .quant = in.quant.gemm}));
  ops.push_back(make_elementwise(pre + "act_gate", layers, db, gate_width, local.ffn, split));
  ops.push_back(gemm("ffn2_gemm", layers, {.n = h, .k = local.ffn, .quant = in.quant.gemm, .low_precision_input = true}));
  ops.push_back(gemm("logits_gemm", once,
                     {.n = local.vocab, .k = h, .quant = GemmQuant::kBfloat16, .rows_are_sequences = context}));
  ops.push_back(make_all_reduce(pre + "embedding_ar", once, db, h, tp, split));
  ops.push_back(make_all_reduce(pre + "ar_1", layers, db, h, tp, split));
  ops.push_back(make_all_reduce(pre + "ar_2", layers, db, h, tp, split));
  ops.push_back(make_point_to_point(pre + "p2p", (in.parallel.pp - 1) * once, db, h, in.parallel.pp, split));
  return ops;
}

}  // namespace

Graph build_llama_graph(const GraphInput& input) { return {phase(input, true), phase(input, false)}; }

}  // namespace dynamo::perf

#include "perf/graph.h"
#include "perf/operators/attention.h"
#include "perf/operators/communication.h"
#include "perf/operators/gemm.h"
#include "perf/operators/memory_ops.h"

namespace dynamo::perf {

namespace {

/// The reference prices attention of these models at this head width, whatever theirs.
constexpr int kHeadWidth = 128;

/// One phase; layers may lack attention, the feed-forward part or both.
class Blocks {
 public:
  Blocks(const GraphInput& in, bool context) : in_(in), context_(context), prefix_(context ? "context_" : "generation_") {}

  std::vector<OperatorPtr> build() {
    const int tp = in_.parallel.tp;
    const int stages = in_.parallel.pp;
    const int h = in_.model.hidden;
    ops_.push_back(make_embedding(prefix_ + "embedding", 1, in_.database, in_.model.vocab, h));
    for (const BlockSpec& block : in_.model.blocks) {
      if (block.kv_heads > 0) add_attention(block);
      if (block.intermediate > 0) add_ffn(block);
    }
    ops_.push_back(make_point_to_point(prefix_ + "p2p", stages - 1, in_.database, h, stages));
    add_gemm("logits_gemm", 1, {.n = in_.model.vocab / tp, .k = h, .quant = GemmQuant::kBfloat16, .rows_are_sequences = context_});
    return std::move(ops_);
  }

 private:
  void add_gemm(const char* name, int count, const GemmShape& shape) {
    ops_.push_back(make_gemm(prefix_ + name, count, in_.database, shape));
  }
  void add_norm(const char* name, int count) {
    ops_.push_back(make_elementwise(prefix_ + name, count, in_.database, 2 * in_.model.hidden, 2 * in_.model.hidden));
  }
  void add_all_reduce(const char* name, int count) {
    ops_.push_back(make_all_reduce(prefix_ + name, count, in_.database, in_.model.hidden, in_.parallel.tp));
  }

  void add_attention(const BlockSpec& block) {
    const int tp = in_.parallel.tp;
    const int kv_heads = (block.kv_heads + tp - 1) / tp;
    const int width = in_.model.heads * in_.model.head_dim / tp;
    add_norm("add_norm_1", block.count);
    add_gemm("qkv_gemm", block.count,
             {.n = width + in_.model.head_dim * kv_heads * 2, .k = in_.model.hidden, .quant = in_.quant.gemm});
    const AttentionConfig attention{.heads = in_.model.heads / tp, .kv_heads = kv_heads, .head_dim = kHeadWidth,
                                    .kv = in_.quant.kv, .fmha = in_.quant.fmha};
    ops_.push_back(context_ ? make_context_attention(prefix_ + "attention", block.count, in_.database, attention)
                            : make_generation_attention(prefix_ + "attention", block.count, in_.database, attention));
    add_gemm("proj_gemm", block.count, {.n = in_.model.hidden, .k = width, .quant = in_.quant.gemm});
    add_all_reduce("ar_1", block.count);
  }

  void add_ffn(const BlockSpec& block) {
    const int tp = in_.parallel.tp;
    const int gate_up = 2 * block.intermediate / tp;
    const int width = block.intermediate / tp;
    add_norm("add_norm_2", block.count);
    add_gemm("gate_ffn1_gemm", block.count, {.n = gate_up, .k = in_.model.hidden, .quant = in_.quant.gemm});
    ops_.push_back(make_elementwise(prefix_ + "act_gate", block.count, in_.database, gate_up, width));
    add_gemm("ffn2_gemm", block.count, {.n = in_.model.hidden, .k = width, .quant = in_.quant.gemm});
    add_all_reduce("ar_2", block.count);
  }

  const GraphInput& in_;
  bool context_;
  std::string prefix_;
  std::vector<OperatorPtr> ops_;
};

}  // namespace

Graph build_searched_blocks_graph(const GraphInput& input) {
  return {Blocks(input, true).build(), Blocks(input, false).build()};
}

}  // namespace dynamo::perf

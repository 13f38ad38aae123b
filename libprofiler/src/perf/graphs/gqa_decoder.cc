#include "perf/graphs/gqa_decoder.h"

#include "perf/operators/communication.h"
#include "perf/operators/memory_ops.h"

namespace dynamo::perf {

GqaDecoder::GqaDecoder(const GraphInput& input, Phase phase)
    : in_(input),
      context_(phase == Phase::kContext),
      cp_(context_ ? input.parallel.cp : 1),
      once_(context_ ? 1.0 : input.draft_factor()),
      layers_(input.model.layers * once_),
      prefix_(context_ ? "context_" : "generation_"),
      kv_heads_((input.model.kv_heads + input.parallel.tp - 1) / input.parallel.tp),
      attention_width_(input.model.heads * input.model.head_dim / input.parallel.tp),
      vocab_(input.model.vocab / input.parallel.tp) {}

AttentionConfig GqaDecoder::attention(int window) const {
  return {.heads = in_.model.heads / in_.parallel.tp, .kv_heads = kv_heads_, .head_dim = in_.model.head_dim, .window = window,
          .kv = in_.quant.kv, .fmha = in_.quant.fmha, .qk_norm = in_.model.qk_norm, .cp = cp_};
}

double GqaDecoder::kv_elements() const {
  return kv_heads_ * in_.model.head_dim * 2.0 * facts_of(in_.quant.kv).bytes_per_element / 2.0;
}

void GqaDecoder::add_gemm(const char* name, double scale, const GemmShape& shape) {
  add(make_gemm(named(name), scale, in_.database, shape, split()));
}

void GqaDecoder::add_attention_block(const std::vector<AttentionRun>& runs) {
  const auto& db = in_.database;
  const int h = in_.model.hidden;
  const int qkv_width = attention_width_ + 2 * in_.model.head_dim * kv_heads_;
  add(make_embedding(named("embedding"), once_, db, vocab_, h, split()));
  add(make_elementwise(named("add_norm_1"), layers_, db, 2 * h, 2 * h, split()));
  add_gemm("qkv_gemm", layers_, {.n = qkv_width, .k = h, .quant = in_.quant.gemm});
  for (const AttentionRun& run : runs) {
    const double scale = layers_ * run.share;
    add(context_ ? make_context_attention(named("attention"), scale, db, attention(run.window))
                 : make_generation_attention(named("attention"), scale, db, attention(run.window)));
  }
  if (cp_ > 1) {
    add(make_collective(named("cp_all_gather"), layers_, db, Collective::kAllGather, kv_elements(), cp_));
  }
  add_gemm("proj_gemm", layers_, {.n = h, .k = attention_width_, .quant = in_.quant.gemm, .low_precision_input = true});
  add(make_elementwise(named("add_norm_2"), layers_, db, 2 * h, 2 * h, split()));
}

void GqaDecoder::add_logits() {
  add_gemm("logits_gemm", once_,
           {.n = vocab_, .k = in_.model.hidden, .quant = GemmQuant::kBfloat16, .rows_are_sequences = context_});
}

void GqaDecoder::add_embedding_all_reduce() {
  add(make_all_reduce(named("embedding_ar"), once_, in_.database, in_.model.hidden, in_.parallel.tp, split()));
}

void GqaDecoder::add_pipeline_transfer() {
  const int stages = in_.parallel.pp;
  add(make_point_to_point(named("p2p"), (stages - 1) * once_, in_.database, in_.model.hidden, stages, split()));
}

}  // namespace dynamo::perf

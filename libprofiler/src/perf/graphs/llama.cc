#include "perf/graph.h"
#include "perf/graphs/gqa_decoder.h"
#include "perf/operators/communication.h"
#include "perf/operators/memory_ops.h"

namespace dynamo::perf {

namespace {

std::vector<OperatorPtr> phase(const GraphInput& in, GqaDecoder::Phase which) {
  GqaDecoder decoder(in, which);
  const int h = in.model.hidden;
  const int tp = in.parallel.tp;
  const int gate_width = 2 * in.model.intermediate / tp;
  const int ffn = in.model.intermediate / tp;
  const auto all_reduce = [&](const char* name) {
    decoder.add(make_all_reduce(decoder.named(name), decoder.layers(), in.database, h, tp, decoder.split()));
  };
  decoder.add_attention_block();
  decoder.add_gemm("gate_ffn1_gemm", decoder.layers(), {.n = gate_width, .k = h, .quant = in.quant.gemm});
  decoder.add(
      make_elementwise(decoder.named("act_gate"), decoder.layers(), in.database, gate_width, ffn, decoder.split()));
  decoder.add_gemm("ffn2_gemm", decoder.layers(), {.n = h, .k = ffn, .quant = in.quant.gemm, .low_precision_input = true});
  decoder.add_logits();
  decoder.add_embedding_all_reduce();
  all_reduce("ar_1");
  all_reduce("ar_2");
  decoder.add_pipeline_transfer();
  return decoder.take();
}

}  // namespace

Graph build_llama_graph(const GraphInput& input) {
  return {phase(input, GqaDecoder::Phase::kContext), phase(input, GqaDecoder::Phase::kGeneration)};
}

}  // namespace dynamo::perf

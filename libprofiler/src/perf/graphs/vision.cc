#include "perf/graph.h"
#include "perf/operators/attention.h"
#include "perf/operators/communication.h"
#include "perf/operators/gemm.h"
#include "perf/operators/memory_ops.h"

namespace dynamo::perf {

namespace {

/// Appends operators of the encoder, which computes in bf16 whatever the language model does.
class Encoder {
 public:
  Encoder(const GraphInput& in, double scale) : in_(in), scale_(scale) {}

  void gemm(const char* name, int n, int k, bool low_precision_input = false) {
    add(make_gemm(name, scale_, in_.database, {.n = n, .k = k, .low_precision_input = low_precision_input}));
  }
  void elementwise(const char* name, int in, int out) { add(make_elementwise(name, scale_, in_.database, in, out)); }
  /// Replicas reduce nothing; the reference lists the operator all the same.
  void all_reduce(const char* name, int width) { add(make_all_reduce(name, scale_, in_.database, width, 1)); }
  void add(OperatorPtr op) { ops_.push_back(std::move(op)); }
  [[nodiscard]] std::vector<OperatorPtr> take() { return std::move(ops_); }

 private:
  const GraphInput& in_;
  double scale_;
  std::vector<OperatorPtr> ops_;
};

std::vector<OperatorPtr> transformer(const GraphInput& in) {
  const VisionSpec& vision = in.model.vision;
  const int h = vision.hidden;
  const int head_dim = h / vision.heads;
  const int width = vision.heads * head_dim;
  // The rotation reads cosines and sines as wide as queries and keys.
  const int rotated = 6 * width;
  Encoder layer(in, vision.layers);
  layer.elementwise("encoder_add_norm_1", 2 * h, 2 * h);
  layer.gemm("encoder_qkv_gemm", 3 * width, h);
  layer.add(make_encoder_attention("encoder_attention", vision.layers, in.database, vision.heads, head_dim));
  layer.gemm("encoder_proj_gemm", h, width, true);
  layer.all_reduce("encoder_ar_1", h);
  layer.elementwise("encoder_add_norm_2", 2 * h, 2 * h);
  layer.gemm("encoder_ffn1_gemm", vision.intermediate, h);
  layer.elementwise("encoder_act", vision.intermediate, vision.intermediate);
  layer.gemm("encoder_ffn2_gemm", h, vision.intermediate, true);
  layer.all_reduce("encoder_ar_2", h);
  layer.elementwise("encoder_rope_apply", rotated, rotated);
  return layer.take();
}

/// A square of patches becomes one token: two products, once for every place of the language model that is fed.
std::vector<OperatorPtr> projector(const GraphInput& in) {
  const VisionSpec& vision = in.model.vision;
  const int merged = vision.hidden * vision.merge * vision.merge;
  const int tp = in.parallel.tp;
  Encoder once(in, vision.projectors);
  once.gemm("encoder_projector_fc0_gemm", merged, merged);
  once.elementwise("encoder_projector_fc0_act", merged, merged);
  once.gemm("encoder_projector_fc1_gemm", vision.output, merged);
  once.all_reduce("encoder_projector_ar", vision.output);
  if (tp > 1) {
    const double elements = static_cast<double>(vision.output) * vision.projectors * tp;
    once.add(make_collective("encoder_dp_all_gather", 1, in.database, Collective::kAllGather, elements, tp));
  }
  return once.take();
}

}  // namespace

EncoderGraph build_encoder_graph(const GraphInput& input) { return {transformer(input), projector(input)}; }

}  // namespace dynamo::perf

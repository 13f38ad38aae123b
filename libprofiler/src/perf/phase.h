#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "perf/graph.h"

namespace dynamo::perf {

/// Told of every operator of a pass as it is priced at a step; an empty function when only the sum matters.
using OperatorSink = std::function<void(const Operator&, const StepShape&, const Timing&)>;

/// Images that a batch brings to the vision encoder.
struct EncoderLoad {
  int own_images = 0;   ///< on the busiest rank
  int images = 0;       ///< of the batch
  ImageTokens image = {};
};
[[nodiscard]] Result<Timing> encoder_pass(const EncoderGraph& encoder, const EncoderLoad& load, const OperatorSink& sink = {});

/// One prefill pass: `batch` prompts of `isl - prefix` new tokens.
[[nodiscard]] Result<Timing> context_pass(const Graph& graph, int batch, int isl, int prefix, const OperatorSink& sink = {});

/// One decode step of `rows` sequences at position `sequence`.
[[nodiscard]] Result<Timing> generation_step(const Graph& graph, int rows, int sequence, const OperatorSink& sink = {});

/// Decode steps of the same `rows` sequences at one position after another, the sums as `generation_step` makes them. Operators
/// that do not depend on the position are priced once.
class DecodeSteps {
 public:
  DecodeSteps(const Graph& graph, int rows) : graph_(graph), rows_(rows), known_(graph.generation.size()) {}
  [[nodiscard]] Result<Timing> at(int sequence, const OperatorSink& sink = {});

 private:
  const Graph& graph_;
  int rows_;
  std::vector<std::optional<Timing>> known_;
};

/// Chunked prefill and decode in one pass.
struct MixedStep {
  int context_tokens = 0;
  int decode_requests = 0;
  int isl = 0;
  int osl = 0;
  int prefix = 0;
  int nextn = 0;
};
/// All tokens share the token-wise operators as one sequence; prefill attention is that of whole prompts, divided by the passes
/// a prompt is spread over; decode attention runs at the middle of the answer. `sink` sees each operator once per part.
[[nodiscard]] Result<Timing> mixed_step(const Graph& graph, const MixedStep& step, const OperatorSink& sink = {});

/// Tokens that one step may hold: beyond it, counts would no longer be exact.
inline constexpr std::int64_t kMaxStepTokens = std::int64_t{1} << 30;
/// Error kInvalidConfig when `batch` sequences of `length` tokens are more than that.
[[nodiscard]] Result<void> check_step_tokens(std::int64_t batch, std::int64_t length);

/// Middle position of an answer: where steps of a steady state are priced.
[[nodiscard]] int middle_position(int isl, int osl);

}  // namespace dynamo::perf

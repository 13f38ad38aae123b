#include "perf/phase.h"

#include <algorithm>

namespace dynamo::perf {

namespace {

constexpr std::string_view kContextAttention = "context_attention";
constexpr std::string_view kGenerationAttention = "generation_attention";

int ceil_div(int a, int b) { return (a + b - 1) / b; }

/// Prices the operators that `wanted` accepts, each times `factor`, onto `sum`.
template <typename Wanted>
Result<void> add_operators(const std::vector<OperatorPtr>& ops, const StepShape& step, double factor, const Wanted& wanted,
                           const OperatorSink& sink, Timing& sum) {
  for (const OperatorPtr& op : ops) {
    if (!wanted(*op)) continue;
    Result<Timing> time = op->at(step);
    if (!time.has_value()) return std::unexpected(time.error());
    if (factor != 1.0) *time *= factor;
    if (sink) sink(*op, step, *time);
    sum += *time;
  }
  return {};
}

constexpr auto kAll = [](const Operator&) { return true; };

}  // namespace

Result<void> check_step_tokens(std::int64_t batch, std::int64_t length) {
  if (batch * length <= kMaxStepTokens) return {};
  return std::unexpected(Error{ErrorKind::kInvalidConfig, "a step of " + std::to_string(batch * length) +
                                                              " tokens is more than any engine runs"});
}

int middle_position(int isl, int osl) { return isl + osl / 2 + 1; }

Result<Timing> encoder_pass(const EncoderGraph& encoder, const EncoderLoad& load, const OperatorSink& sink) {
  Timing sum;
  const auto run = [&](const std::vector<OperatorPtr>& ops, int length) {
    return add_operators(ops, {load.own_images * length, load.own_images, length, 0}, 1.0, kAll, sink, sum);
  };
  auto done = run(encoder.patches, load.image.patches);
  if (done.has_value()) done = run(encoder.tokens, load.image.tokens);
  if (!done.has_value()) return std::unexpected(done.error());
  return sum;
}

Result<Timing> context_pass(const Graph& graph, int batch, int isl, int prefix, const OperatorSink& sink) {
  const int fresh = isl - prefix;
  if (fresh <= 0) {
    return std::unexpected(Error{ErrorKind::kInvalidConfig, "isl must be greater than 0 after removing prefix, but got " +
                                                                std::to_string(fresh)});
  }
  Timing sum;
  const auto done = add_operators(graph.context, {batch * fresh, batch, fresh, prefix}, 1.0, kAll, sink, sum);
  if (!done.has_value()) return std::unexpected(done.error());
  return sum;
}

Result<Timing> generation_step(const Graph& graph, int rows, int sequence, const OperatorSink& sink) {
  Timing sum;
  const auto done = add_operators(graph.generation, {rows, rows, sequence, 0}, 1.0, kAll, sink, sum);
  if (!done.has_value()) return std::unexpected(done.error());
  return sum;
}

Result<Timing> DecodeSteps::at(int sequence, const OperatorSink& sink) {
  Timing sum;
  for (std::size_t i = 0; i < known_.size(); ++i) {
    const Operator& op = *graph_.generation[i];
    Timing time;
    if (known_[i].has_value()) {
      time = *known_[i];
    } else {
      const Result<Timing> priced = op.at({rows_, rows_, sequence, 0});
      if (!priced.has_value()) return std::unexpected(priced.error());
      time = *priced;
      if (!op.reads_sequence()) known_[i] = time;
    }
    if (sink) sink(op, {rows_, rows_, sequence, 0}, time);
    sum += time;
  }
  return sum;
}

Result<Timing> mixed_step(const Graph& graph, const MixedStep& step, const OperatorSink& sink) {
  const int rows = step.decode_requests * (step.nextn + 1);
  const int combined = step.context_tokens + rows;
  const int cached = step.prefix * (step.context_tokens / step.isl);
  const int fresh = combined - cached;
  if (fresh <= 0) {
    return std::unexpected(Error{ErrorKind::kInvalidConfig, "isl must be greater than 0 after removing prefix, but got " +
                                                                std::to_string(fresh)});
  }
  Timing sum;
  const auto other = [](const Operator& op) { return op.name() != kContextAttention; };
  auto done = add_operators(graph.context, {fresh, 1, fresh, cached}, 1.0, other, sink, sum);
  if (done.has_value() && step.context_tokens > 0) {
    const int prompt = step.isl - step.prefix;
    if (prompt <= 0) {
      return std::unexpected(Error{ErrorKind::kInvalidConfig, "isl must be greater than 0 after removing prefix, but got " +
                                                                  std::to_string(prompt)});
    }
    const int prompts = ceil_div(step.context_tokens, step.isl);
    const double passes = ceil_div(step.isl, step.context_tokens);
    done = add_operators(graph.context, {prompts * prompt, prompts, prompt, step.prefix}, 1.0 / passes,
                         [](const Operator& op) { return op.name() == kContextAttention; }, sink, sum);
  }
  if (done.has_value() && step.decode_requests > 0) {
    done = add_operators(graph.generation, {rows, rows, middle_position(step.isl, step.osl), 0}, 1.0,
                         [](const Operator& op) { return op.name() == kGenerationAttention; }, sink, sum);
  }
  if (!done.has_value()) return std::unexpected(done.error());
  return sum;
}

}  // namespace dynamo::perf

#include <map>

#include "perf/engine_impl.h"
#include "perf/phase.h"
#include "perf/serving/schedule.h"

namespace dynamo::perf {

Engine::Engine() = default;
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

Result<Engine> Engine::build(const Database& database, const ModelSpec& model, const QuantModes& quant,
                             const Parallelism& parallel, int nextn, double nextn_accepted,
                             const ExpertExchange& exchange) {
  Engine engine;
  engine.impl_ = std::make_unique<Impl>(Impl{database, model, quant, parallel, nextn, nextn_accepted, {}, {}});
  Impl& self = *engine.impl_;
  auto graph = build_graph({self.tables(), self.model, self.quant, self.parallel, nextn, exchange});
  if (!graph.has_value()) return std::unexpected(graph.error());
  self.graph = std::move(*graph);
  self.footprint.emplace(self.tables(), self.model, self.quant, self.parallel, nextn, self.graph);
  return engine;
}

Workload Engine::Impl::whole_prompt(Workload load) const {
  load.isl += tokens_of(load.images, model.vision).tokens * load.images.count;
  return load;
}

EncoderLoad Engine::Impl::encoder_load(const Workload& load, int batch) const {
  const ImageTokens image = tokens_of(load.images, model.vision);
  if (image.tokens == 0) return {};
  const int images = batch * load.images.count;
  return {.own_images = (images + parallel.tp - 1) / parallel.tp, .images = images, .image = image};
}

int Engine::prompt_tokens(const Workload& load) const { return impl_->whole_prompt(load).isl; }
const Parallelism& Engine::parallel() const { return impl_->parallel; }
const QuantModes& Engine::quant() const { return impl_->quant; }
MemoryBreakdown Engine::step_memory(int batch, int tokens, int seq_len) const {
  return impl_->footprint->of({.batch = batch, .tokens = tokens, .seq_len = seq_len, .drafted_tokens = {}, .drafting = false});
}
double Engine::kv_bytes_per_seq(int seq_len) const { return impl_->footprint->kv_bytes(seq_len); }

namespace {

/// Adds up operators by name, in the order in which they first appear.
class OperatorLog {
 public:
  void add(const std::string& name, const Timing& time) {
    for (auto& [known, sum] : entries_) {
      if (known != name) continue;
      sum += time;
      return;
    }
    entries_.emplace_back(name, time);
  }
  [[nodiscard]] OperatorSink sink(double factor = 1.0) {
    return [this, factor](const Operator& op, const StepShape&, const Timing& time) { add(op.name(), time.scaled(factor)); };
  }
  [[nodiscard]] std::vector<OperatorTime> times() const {
    std::vector<OperatorTime> times;
    for (const auto& [name, sum] : entries_) {
      times.push_back({name, sum.ms, std::string(name_of(sum.source)), sum.shares.looked_up, sum.shares.interpolated,
                       sum.shares.extrapolated, sum.shares.modelled, sum.shares.unmeasured});
    }
    return times;
  }

 private:
  std::vector<std::pair<std::string, Timing>> entries_;
};

}  // namespace

std::vector<OperatorTime> Engine::encoder_times(const Workload& load, int batch, double latency_factor) const {
  OperatorLog log;
  const EncoderLoad work = impl_->encoder_load(load, batch);
  if (work.images == 0 || !encoder_pass(impl_->graph.encoder, work, log.sink(latency_factor)).has_value()) return {};
  return log.times();
}

std::vector<OperatorTime> Engine::context_times(const Workload& text, int batch, double latency_factor) const {
  const Workload load = impl_->whole_prompt(text);
  OperatorLog log;
  if (!context_pass(impl_->graph, batch, load.isl, load.prefix, log.sink(latency_factor)).has_value()) return {};
  return log.times();
}

std::vector<OperatorTime> Engine::generation_times(const Workload& text, int batch, double latency_factor, int stride) const {
  const Workload load = impl_->whole_prompt(text);
  OperatorLog log;
  DecodeSteps steps(impl_->graph, batch * (impl_->nextn + 1));
  for (int i = 0; i < load.osl - 1; i += stride) {
    const double repeat = std::min(stride, load.osl - 1 - i);
    if (!steps.at(load.isl + i + 1, log.sink(repeat * latency_factor)).has_value()) return {};
  }
  return log.times();
}

std::vector<OperatorTime> Engine::mix_times(const Workload& text, int batch, int ctx_tokens) const {
  const Workload load = impl_->whole_prompt(text);
  OperatorLog log;
  const Schedule schedule = schedule_of(*impl_, load, batch, ctx_tokens);
  // The reference marks the operator whose whole-prompt time is spread over the passes of a prompt.
  const auto sink = [&](const Operator& op, const StepShape&, const Timing& time) {
    log.add(op.name() == "context_attention" ? op.name() + " (scaled)" : op.name(), time);
  };
  if (!mixed_step(impl_->graph, schedule.mixed, sink).has_value()) return {};
  // It reports both attentions of a mixed step even where another operator contains them.
  for (const char* attention : {"context_attention (scaled)", "generation_attention"}) log.add(attention, {});
  return log.times();
}

std::vector<OperatorTime> Engine::genonly_times(const Workload& text, int batch, int ctx_tokens) const {
  const Workload load = impl_->whole_prompt(text);
  OperatorLog log;
  const Schedule schedule = schedule_of(*impl_, load, batch, ctx_tokens);
  if (schedule.genonly_requests == 0) return {};
  const int rows = schedule.genonly_requests * (impl_->nextn + 1);
  if (!generation_step(impl_->graph, rows, genonly_position(load), log.sink()).has_value()) return {};
  return log.times();
}

}  // namespace dynamo::perf

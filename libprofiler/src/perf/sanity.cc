#include "perf/sanity.h"

#include <algorithm>
#include <optional>

#include "facts/sanity.h"
#include "perf/engine_impl.h"
#include "perf/phase.h"
#include "perf/serving/schedule.h"

namespace dynamo::perf {

namespace {

/// Measured answers since the last look, and what the modelled tier would have said.
struct Seen {
  double measured_ms = 0, usual_ms = 0;
};

const facts::SanityRow& limits() { return facts::kSanityRows.front(); }

/// No table reaches farther.
constexpr int kMostTokens = 32768;

/// Read from rows or between them: what lies beyond the rows is no evidence.
bool rests_on_rows(const Timing& time) {
  return time.ms > 0 && time.shares.looked_up + time.shares.interpolated > 0.99 * time.ms;
}

/// The shortest time of the kernel with at least four times the work.
std::optional<double> fastest_with_more_work(const Operator& op, const StepShape& step) {
  std::optional<double> fastest;
  for (int times = 4; step.tokens * times <= kMostTokens; times *= 4) {
    const Result<Timing> more = op.at({step.tokens * times, step.batch * times, step.sequence, step.prefix});
    if (!more.has_value()) break;
    if (rests_on_rows(*more)) fastest = std::min(fastest.value_or(more->ms), more->ms);
  }
  return fastest;
}

/// Judges the operators of one pass as they are priced.
class Judge {
 public:
  explicit Judge(Seen& seen) : seen_(seen) { seen_ = {}; }

  void operator()(const Operator& op, const StepShape& step, const Timing& time) {
    const double over_usual = seen_.usual_ms > 0 ? seen_.measured_ms / seen_.usual_ms : 0;
    pass_ms_ += time.ms;
    const Result<Timing> once = op.at(step);
    if (once.has_value() && rests_on_rows(*once)) {
      const std::optional<double> more = fastest_with_more_work(op, step);
      const double over_more = more && *more > 0 ? once->ms / *more : 0;
      if (over_more > limits().times_more_work) {
        add(op.name(), true, over_more, time.ms);
      } else if (over_usual > limits().times_usual) {
        add(op.name(), false, over_usual, time.ms);
      }
    }
    seen_ = {};
  }

  [[nodiscard]] std::vector<Suspect> verdict() const {
    double excess = 0;
    for (const Suspect& suspect : suspects_) excess += suspect.excess_share;
    if (!(excess >= limits().share_of_pass * pass_ms_)) return {};
    std::vector<Suspect> suspects = suspects_;
    for (Suspect& suspect : suspects) suspect.excess_share /= pass_ms_;
    return suspects;
  }

 private:
  /// `excess_share` holds milliseconds until the whole pass is known. Equal kernels of a pass count as one.
  void add(const std::string& name, bool neighbours, double factor, double ms) {
    const double excess = ms * (1 - 1 / factor);
    const auto known = std::ranges::find(suspects_, name, &Suspect::kernel);
    if (known == suspects_.end()) {
      suspects_.push_back({name, neighbours, factor, excess});
      return;
    }
    known->factor = std::max(known->factor, factor);
    known->excess_share += excess;
  }

  Seen& seen_;
  double pass_ms_ = 0;
  std::vector<Suspect> suspects_;
};

/// `run(sink)` prices a pass; a pass without an answer has no suspects.
template <typename Run>
std::vector<Suspect> judged(Seen& seen, const Run& run) {
  Judge judge(seen);
  const Result<Timing> done = run(std::ref(judge));
  return done.has_value() ? judge.verdict() : std::vector<Suspect>{};
}

}  // namespace

struct RowWatch::Impl {
  std::unique_ptr<Seen> seen;
  Engine::Impl engine;   ///< on a database that tells `seen`
};

RowWatch::RowWatch() = default;
RowWatch::~RowWatch() = default;
RowWatch::RowWatch(RowWatch&&) noexcept = default;
RowWatch& RowWatch::operator=(RowWatch&&) noexcept = default;

Result<RowWatch> RowWatch::make(const Database& database, const ModelSpec& model, const QuantModes& quant,
                                const Parallelism& parallel, int nextn, const ExpertExchange& exchange) {
  auto seen = std::make_unique<Seen>();
  auto watched = std::make_shared<Database::Impl>(database.impl());
  watched->observe = [to = seen.get()](KernelClass kernel, double roof_ms, double measured_ms) {
    to->measured_ms += measured_ms;
    to->usual_ms += Efficiency::built_in().modelled_ms(kernel, roof_ms);
  };
  RowWatch watch;
  watch.impl_ = std::make_unique<Impl>(
      Impl{std::move(seen), {Database(std::move(watched)), model, quant, parallel, nextn, 0, {}, {}}});
  Engine::Impl& engine = watch.impl_->engine;
  auto graph = build_graph({engine.tables(), engine.model, engine.quant, engine.parallel, nextn, exchange});
  if (!graph.has_value()) return std::unexpected(graph.error());
  engine.graph = std::move(*graph);
  return watch;
}

std::vector<Suspect> RowWatch::in_prefill(const Workload& text, int batch) const {
  const Workload load = impl_->engine.whole_prompt(text);
  return judged(*impl_->seen,
                [&](const OperatorSink& sink) { return context_pass(impl_->engine.graph, batch, load.isl, load.prefix, sink); });
}

std::vector<Suspect> RowWatch::in_decode(const Workload& text, int batch) const {
  const Workload load = impl_->engine.whole_prompt(text);
  const int rows = batch * (impl_->engine.nextn + 1);
  return judged(*impl_->seen, [&](const OperatorSink& sink) {
    return generation_step(impl_->engine.graph, rows, middle_position(load.isl, load.osl), sink);
  });
}

std::vector<Suspect> RowWatch::in_mixed_step(const Workload& text, int batch, int ctx_tokens) const {
  const Workload load = impl_->engine.whole_prompt(text);
  const Schedule schedule = schedule_of(impl_->engine, load, batch, ctx_tokens);
  return judged(*impl_->seen, [&](const OperatorSink& sink) { return mixed_step(impl_->engine.graph, schedule.mixed, sink); });
}

}  // namespace dynamo::perf

#pragma once

#include <optional>

#include "cases/answers.h"
#include "perf/large_ep/resolve.h"

namespace dynamo::cases {

/// Arguments that the single-engine kinds share.
struct WorkerCase {
  ModelSpec model;
  const SystemSpec* system = nullptr;
  Backend backend = Backend::kTrtllm;
  std::string version;
  DatabaseMode mode = DatabaseMode::kSilicon;
  perf::QuantOverrides quant;
  perf::Workload load;
  int nextn = 0;
  std::optional<double> nextn_accepted;
  bool forgets_gemm_origin = true;   ///< runs do, memory estimates do not: whether the checkpoint chose the dense format
};

/// Reads them; the result is only complete when `args.problems()` is empty afterwards.
[[nodiscard]] WorkerCase read_worker_case(Arguments& args, const CaseContext& context);

/// Images that come with every prompt.
[[nodiscard]] perf::ImageLoad read_images(Arguments& args);

/// Layout arguments, e.g. with prefix `prefill_`; those without prefix stand in for absent ones. MoE sizes that are absent follow
/// from the others.
enum class ExpertSizes { kRequired, kOneByDefault };
[[nodiscard]] Parallelism read_layout(Arguments& args, const ModelSpec& model, const std::string& prefix,
                                      ExpertSizes sizes = ExpertSizes::kRequired);

/// Tables, formats and operators of one engine.
struct BuiltWorker {
  perf::Database database;
  perf::Engine engine;
};
/// `needs`: phases for which experts wider than a node need a measured all-to-all; absent = priced as inside one node, which is
/// what the reference does for aggregated workers.
[[nodiscard]] perf::Result<BuiltWorker> build_worker(const WorkerCase& worker, const CaseContext& context,
                                                     const Parallelism& layout, perf::Role role, double accepted,
                                                     std::optional<perf::PhaseNeeds> needs = {});

/// Columns that describe a worker: layout, formats, version.
void set_layout(Value& row, const std::string& prefix, const Parallelism& layout, const ModelSpec& model, bool with_cp);
void set_formats(Value& row, const std::string& prefix, const QuantModes& quant);

/// Columns of one engine at one operating point: rates and latencies of a `StaticPoint` or `AggregatedPoint`, then its layout.
template <typename Point>
void set_point(Value& row, const Point& point) {
  row.set("ttft", point.ttft_ms);
  row.set("tpot", point.tpot_ms);
  row.set("seq/s", point.seq_per_s);
  row.set("seq/s/gpu", point.seq_per_s_gpu);
  row.set("tokens/s", point.tokens_per_s);
  row.set("tokens/s/gpu", point.tokens_per_s_gpu);
  row.set("tokens/s/user", point.tokens_per_s_user);
  row.set("request_latency", point.request_latency_ms);
  row.set("encoder_latency", point.encoder_ms);
  row.set("encoder_memory", point.encoder_gib);
  row.set("memory", point.memory.total_gib());
}
void set_worker(Value& row, const BuiltWorker& built, const ModelSpec& model);

[[nodiscard]] Value operators_value(const std::vector<perf::OperatorTime>& times);
[[nodiscard]] Value memory_value(const MemoryBreakdown& memory);
/// The reference's layout label; `None` for MoE sizes of dense models.
[[nodiscard]] std::string layout_label(const Parallelism& layout, const ModelSpec& model);

}  // namespace dynamo::cases

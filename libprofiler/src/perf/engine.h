#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dynamo/profiler/estimate.h"
#include "dynamo/profiler/facts.h"
#include "dynamo/profiler/tables.h"
#include "perf/expert_exchange.h"
#include "perf/images.h"

namespace dynamo::perf {

/// Why a prediction is not possible. The kinds are those a user can act on differently.
enum class ErrorKind {
  kInvalidConfig,      ///< arguments that no engine could run with
  kMissingData,        ///< no measured rows and the mode forbids estimates
  kNotEstimable,       ///< no rows to derive an estimate from either
  kMissingFlops,       ///< the GPU has no tensor cores for that format
  kUnsupportedQuant,   ///< format not measured for this backend
  kNoTables,           ///< no pack for this system and backend
  kOutOfMemory,        ///< does not fit the GPU
};

struct Error {
  ErrorKind kind = ErrorKind::kInvalidConfig;
  std::string message;
};

template <typename T>
using Result = std::expected<T, Error>;

/// Formats fixed by the caller; absent ones are inferred from the checkpoint, then adapted to GPU, backend and tables.
struct QuantOverrides {
  std::optional<GemmQuant> gemm;
  std::optional<MoeQuant> moe;
  std::optional<KvQuant> kv;
  std::optional<FmhaQuant> fmha;
  std::optional<CommQuant> comm;
};

/// What an engine is going to do; decides which tables have to support its formats.
enum class Role { kAggregated, kPrefill, kDecode };

/// Tables of one (system, backend, version) under one mode. Cheap to copy; shared by all engines; thread-safe.
class Database {
 public:
  /// `version` is a slot name or a literal. Without packs only kSol and kAuto work.
  static Result<Database> open(const TableStore& store,
                               const SystemSpec& system,
                               Backend backend,
                               std::string_view version,
                               DatabaseMode mode);

  [[nodiscard]] const SystemSpec& system() const;
  [[nodiscard]] Backend backend() const;
  [[nodiscard]] const std::string& version() const;   ///< the literal
  [[nodiscard]] DatabaseMode mode() const;

  /// Formats of a model in a role: overrides, then the checkpoint's, then the rules of GPU, backend and tables.
  /// Errors: kUnsupportedQuant when the tables lack a format that the search would need.
  [[nodiscard]] Result<QuantModes> resolve_quant(const ModelSpec& model, Role role, const QuantOverrides& overrides) const;
  /// The capability check of a search: every format must be among those measured.
  [[nodiscard]] Result<void> check_quant(const QuantModes& quant, const ModelSpec& model, Role role) const;

  struct Impl;
  explicit Database(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  [[nodiscard]] const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

/// Load and memory knobs of one evaluation. Lengths in tokens.
struct Workload {
  int isl = 0;
  int osl = 0;
  int prefix = 0;                               ///< prompt tokens already cached
  std::optional<double> kv_fraction;            ///< of free (TensorRT-LLM) or total (vLLM, SGLang) memory; absent = backend's
  std::optional<int> max_seq_len;               ///< absent = isl + osl
  ImageLoad images = {};                        ///< their tokens come on top of isl
};

/// Milliseconds of one operator and where they come from: silicon, empirical, sol, estimated, mixed, modelled; "" = untagged.
struct OperatorTime {
  std::string name;
  double ms = 0;
  std::string source;
  double looked_up_ms = 0, interpolated_ms = 0, extrapolated_ms = 0, modelled_ms = 0;   ///< parts of `ms` by origin
  double unmeasured_ms = 0;   ///< part of `modelled_ms`: kernels that tables usually answer, estimated
};

/// A prefill-only, decode-only or combined run at a fixed batch.
enum class StaticMode { kContext, kGeneration, kBoth };

struct StaticPoint {
  double context_ms = 0;        ///< one prefill pass of the whole batch
  double generation_ms = 0;     ///< all osl - 1 decode steps
  double encoder_ms = 0;        ///< part of ttft_ms: the vision encoder
  double encoder_gib = 0;       ///< part of memory
  double ttft_ms = 0;
  double tpot_ms = 0;
  double request_latency_ms = 0;
  double concurrency = 0;       ///< batch * dp
  double seq_per_s = 0, seq_per_s_gpu = 0, tokens_per_s = 0, tokens_per_s_gpu = 0, tokens_per_s_user = 0;
  MemoryBreakdown memory;
  bool oom = false;             ///< total >= capacity
  bool kv_oom = false;          ///< fits, but the KV cache exceeds the backend's budget
  double kv_budget_gib = 0;     ///< that budget
};

struct AggregatedPoint {
  double encoder_ms = 0;          ///< part of ttft_ms: the vision encoder
  double encoder_gib = 0;         ///< part of memory
  double ttft_ms = 0, tpot_ms = 0, request_latency_ms = 0;
  double concurrency = 0, seq_per_s = 0, seq_per_s_gpu = 0;
  double tokens_per_s = 0, tokens_per_s_gpu = 0, tokens_per_s_user = 0;
  double balance_score = 0;
  int num_ctx_reqs = 0, num_gen_reqs = 0, num_tokens = 0, ctx_tokens = 0, gen_tokens = 0;
  double mix_step_ms = 0, genonly_step_ms = 0;
  double num_mix_steps = 0, num_genonly_steps = 0;
  double decode_iterations = 0;   ///< steps a sequence needs for its answer
  int mix_decode_requests = 0;    ///< sequences that decode beside a prefill
  MemoryBreakdown memory;
  bool oom = false, kv_oom = false;
  double kv_budget_gib = 0;
};

/// One worker layout of one model: its operators are bound to tables once, then evaluated at many points.
class Engine {
 public:
  /// `exchange` is how experts are reached (large_ep/resolve.h). Errors: kInvalidConfig (heads not divisible, …). Data misses
  /// appear on evaluation.
  static Result<Engine> build(const Database& database,
                              const ModelSpec& model,
                              const QuantModes& quant,
                              const Parallelism& parallel,
                              int nextn = 0,
                              double nextn_accepted = 0,
                              const ExpertExchange& exchange = {});
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  /// `latency_factor` multiplies all latencies; `stride` samples the decode trajectory.
  [[nodiscard]] Result<StaticPoint> run_static(const Workload& load, int batch, StaticMode mode,
                                               double latency_factor = 1.0, int stride = 32) const;
  /// `batch` in-flight sequences per attention replica, `ctx_tokens` prefill tokens per step.
  [[nodiscard]] Result<AggregatedPoint> run_aggregated(const Workload& load, int batch, int ctx_tokens) const;

  /// Memory of the two runs above without timing them: same numbers, no data needed.
  [[nodiscard]] MemoryBreakdown static_memory(const Workload& load, int batch, StaticMode mode) const;

  /// Memory of a step of `tokens` tokens whose limit already counts drafts, with `batch` sequences of `seq_len` cached tokens.
  [[nodiscard]] MemoryBreakdown step_memory(int batch, int tokens, int seq_len) const;

  /// isl and the tokens of the images.
  [[nodiscard]] int prompt_tokens(const Workload& load) const;

  [[nodiscard]] std::vector<OperatorTime> encoder_times(const Workload& load, int batch, double latency_factor = 1.0) const;
  [[nodiscard]] std::vector<OperatorTime> context_times(const Workload& load, int batch, double latency_factor = 1.0) const;
  [[nodiscard]] std::vector<OperatorTime> generation_times(const Workload& load, int batch, double latency_factor = 1.0,
                                                           int stride = 32) const;
  [[nodiscard]] std::vector<OperatorTime> mix_times(const Workload& load, int batch, int ctx_tokens) const;
  [[nodiscard]] std::vector<OperatorTime> genonly_times(const Workload& load, int batch, int ctx_tokens) const;

  [[nodiscard]] const Parallelism& parallel() const;
  [[nodiscard]] const QuantModes& quant() const;
  [[nodiscard]] double kv_bytes_per_seq(int seq_len) const;   ///< of one rank

  struct Impl;

 private:
  Engine();
  std::unique_ptr<Impl> impl_;
};

}  // namespace dynamo::perf

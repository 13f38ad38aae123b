#include "serve/serve.h"

#include <malloc.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "net/router.h"
#include "net/server.h"
#include "ops/version.h"
#include "serve/admission_endpoint.h"
#include "serve/certificate_source.h"
#include "serve/ops_endpoints.h"
#include "serve/signals.h"

namespace dynamo::webhook {
namespace {

constexpr const char* kValidateRoute = "/validate-nvidia-com-v1beta1-dynamographdeploymentrequest";
constexpr const char* kMutateRoute = "/mutate-nvidia-com-v1beta1-dynamographdeploymentrequest";

/// Descriptors that are not connections: listeners, logs, tables.
constexpr std::size_t kOtherFiles = 64;

AdmissionOptions admission_options(const Config& config, FeasibilityMemo& memo) {
  AdmissionOptions options;
  options.immutability = config.immutability == ImmutabilityMode::kPhase ? Immutability::kPhase : Immutability::kStrict;
  options.check_feasibility = config.feasibility != Feasibility::kOff;
  options.memo = &memo;
  options.enforce_feasibility = config.feasibility == Feasibility::kDeny;
  options.gpu_discovery = config.gpu_discovery;
  options.require_runtime_version = config.newer_operator;
  options.default_image = config.default_image;
  options.deadline = config.estimate_deadline;
  return options;
}

ServerOptions server_options(const Config& config, const Log& log) {
  ServerOptions options;
  Limits& limits = options.limits;
  const std::size_t files = raise_open_file_limit();
  limits.connections = std::min(config.max_connections, std::max(files, 2 * kOtherFiles) - kOtherFiles);
  limits.body_bytes = config.max_body.count;
  limits.buffered_bytes = config.max_buffered.count;
  limits.handshake = config.handshake_timeout;
  limits.head = config.header_timeout;
  limits.body = config.body_timeout;
  limits.write = config.write_timeout;
  limits.idle = config.idle_timeout;
  options.workers = config.workers != 0 ? config.workers : std::max(1u, std::thread::hardware_concurrency());
  options.queue_depth = config.queue_depth;
  options.drain_delay = config.shutdown_delay;
  options.drain_timeout = config.shutdown_timeout;
  options.after_round = [&log] { log.flush(); };
  return options;
}

/// Memory of bodies that are gone goes back to the system, and threads share their heaps: a small process matters more here
/// than the last microsecond.
void keep_memory_small() {
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_TRIM_THRESHOLD, 256 << 10);
  mallopt(M_MMAP_THRESHOLD, 256 << 10);
}

/// All parts of the running process, in the order in which they need each other.
class Process {
 public:
  explicit Process(const Config& config)
      : config_(config),
        log_(2, config.log_level),
        tables_(config.tables),
        options_(admission_options(config, memo_)),
        tls_({config.tls_min_version == TlsVersion::k13, config.client_names}),
        validate_(AdmissionPath::kValidate, kValidateRoute, {options_, tables_, log_, decisions_}),
        mutate_(AdmissionPath::kMutate, kMutateRoute, {options_, tables_, log_, decisions_}),
        admission_(keep_alive()),
        operations_(keep_alive()),
        server_(server_options(config, log_), tls_) {
    observed_.server = &server_;
    count_tables();
    add_routes();
  }

  int run(const Signals& signals) {
    if (!listen()) return 1;
    const auto made = make_certificate_source(config_, log_, certificates_);
    if (!made) {
      log_.error("no certificate", {{"reason", made.error()}});
      return 1;
    }
    const std::unique_ptr<CertificateSource>& source = *made;
    source->start([this](const CertificatePair& pair) { return tls_.install(pair); });
    std::atomic<bool> ended = false;
    std::expected<void, std::string> served;
    std::jthread loop([&] {
      served = server_.run();
      ended = true;
    });
    wait(signals, ended);
    loop.join();
    source->stop();
    if (!served) log_.error("cannot go on", {{"reason", served.error()}});
    log_.info("stopped");
    return served ? 0 : 1;
  }

 private:
  [[nodiscard]] std::chrono::seconds keep_alive() const {
    return std::chrono::duration_cast<std::chrono::seconds>(config_.idle_timeout);
  }

  void count_tables() {
    const auto packs = config_.tables.empty() ? std::expected<std::vector<PackInfo>, Diagnostics>() : list_packs(config_.tables);
    if (!packs) log_.warning("tables not usable, estimates will be modelled", {{"directory", config_.tables}});
    if (packs && packs->empty()) log_.warning("no measured tables, estimates will be modelled", {{"directory", config_.tables}});
    if (!packs || packs->empty()) return;
    observed_.packs = packs->size();
    observed_.tables_release = packs->front().release;
  }

  void add_routes() {
    for (const auto& [path, endpoint] : {std::pair(kValidateRoute, &validate_), std::pair(kMutateRoute, &mutate_)}) {
      admission_.post(path, std::ref(*endpoint), [endpoint](const HttpRequest& request) { return endpoint->at_once(request); });
    }
    for (Router* router : {&admission_, &operations_}) {
      router->get("/livez", [](const HttpRequest&) { return livez(); });
      router->get("/readyz", [this](const HttpRequest&) { return readyz(observed_); });
      router->get("/version", [](const HttpRequest&) { return version_endpoint(); });
    }
    operations_.get("/metrics", [this](const HttpRequest&) { return metrics(observed_); });
  }

  bool listen() {
    const auto port = server_.listen(config_.bind_address, config_.port, true, admission_);
    if (!port) log_.error("cannot listen", {{"reason", port.error()}});
    const auto ops_port = server_.listen(config_.ops_bind_address, config_.ops_port, false, operations_);
    if (!ops_port) log_.error("cannot listen", {{"reason", ops_port.error()}});
    if (!port || !ops_port) return false;
    log_.info("listening", {{"version", version()}, {"port", int{*port}}, {"opsPort", int{*ops_port}}, {"tablePacks", observed_.packs}});
    return true;
  }

  /// The first signal begins the drain, a second one ends it.
  void wait(const Signals& signals, const std::atomic<bool>& ended) {
    using std::chrono::milliseconds;
    while (!ended) {
      if (!signals.wait(server_.draining() ? milliseconds(20) : milliseconds(500))) {
        give_memory_back();
        continue;
      }
      log_.info(server_.draining() ? "stopping at once" : "draining");
      server_.draining() ? server_.stop() : server_.drain();
    }
  }

  /// A handshake takes several times what its connection keeps; what many at once leave between those goes back to the
  /// system. Twice, since the last ones may still have been under way.
  void give_memory_back() {
    const std::uint64_t accepted = server_.counters().accepted;
    const bool more = std::exchange(accepted_, accepted) != accepted;
    if (more || trim_again_) malloc_trim(0);
    trim_again_ = more;
  }

  const Config& config_;
  Log log_;
  TableStore tables_;
  FeasibilityMemo memo_;
  AdmissionOptions options_;
  TlsContext tls_;
  CertificateCounters certificates_;
  DecisionMetrics decisions_;
  AdmissionEndpoint validate_, mutate_;
  std::array<const AdmissionEndpoint*, 2> endpoints_ = {&validate_, &mutate_};
  Observed observed_{nullptr, tls_, certificates_, decisions_, endpoints_, 0, {}};
  Router admission_, operations_;
  Server server_;
  std::uint64_t accepted_ = 0;   ///< when memory was last given back
  bool trim_again_ = false;
};

}  // namespace

int serve(const Config& config) {
  keep_memory_small();
  const Signals signals;
  Process process(config);
  return process.run(signals);
}

}  // namespace dynamo::webhook

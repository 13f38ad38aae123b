#include "serve/admission_endpoint.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace dynamo::webhook {
namespace {

using Seconds = std::chrono::duration<double>;

/// controller-runtime's: ten to the power of -8 … 3.
constexpr std::array<double, 12> kLatencyBounds = {1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000};
constexpr std::array<double, 11> kEstimateBounds = {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1};
/// Left of the client's timeout for the way back.
constexpr std::chrono::milliseconds kReserve{250};

/// A body that is read and judged in less time than others should wait for: some 0.2 ms.
constexpr std::size_t kSmallBody = 16u << 10;

/// What the client still waits, less a reserve; `most` where it does not say.
std::chrono::milliseconds time_left(const HttpRequest& request, std::chrono::milliseconds most) {
  const auto timeout = timeout_of(request);
  if (!timeout) return most;
  const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - request.started);
  const auto left = std::chrono::milliseconds(*timeout) - waited - kReserve;
  return std::clamp(left, std::chrono::milliseconds(0), most);
}

class InFlight {
 public:
  explicit InFlight(std::atomic<std::uint64_t>& gauge) : gauge_(gauge) { ++gauge_; }
  ~InFlight() { --gauge_; }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

 private:
  std::atomic<std::uint64_t>& gauge_;
};

}  // namespace

AdmissionMetrics::AdmissionMetrics() : latency(kLatencyBounds) {
  for (const char* code : {"200", "500"}) by_code.add({{"code", code}}, 0);
}

DecisionMetrics::DecisionMetrics() : searched(kEstimateBounds), remembered(kEstimateBounds) {}

std::optional<HttpReply> AdmissionEndpoint::at_once(const HttpRequest& request) {
  return request.body.size() <= kSmallBody ? reply(request, true) : std::nullopt;
}

std::optional<HttpReply> AdmissionEndpoint::reply(const HttpRequest& request, bool at_once) {
  const InFlight counted(metrics_.in_flight);
  const auto start = std::chrono::steady_clock::now();
  std::optional<HttpReply> reply = judge(request, at_once);
  if (!reply) return reply;
  metrics_.latency.observe(Seconds(std::chrono::steady_clock::now() - start).count());
  metrics_.by_code.add({{"code", std::to_string(reply->status)}});
  return reply;
}

/// A failure of ours is HTTP 500: then the failurePolicy decides, not a made-up verdict.
std::optional<HttpReply> AdmissionEndpoint::judge(const HttpRequest& request, bool at_once) {
  try {
    AdmissionOptions options = shared_.options;
    options.deadline = time_left(request, options.deadline);
    options.at_once = at_once;
    const auto start = std::chrono::steady_clock::now();
    AdmissionAnswer answer = answer_review(path_, request.content_type, request.body, options, shared_.tables);
    if (answer.postponed) return std::nullopt;
    note(answer, Seconds(std::chrono::steady_clock::now() - start).count());
    const bool review = answer.http_status == 200;
    return HttpReply{answer.http_status, review ? "application/json" : "text/plain; charset=utf-8", std::move(answer.body)};
  } catch (...) {   // what an exception says may quote the request
    shared_.log.error("request failed inside", {{"path", route_}, {"bytes", request.body.size()}});
  }
  ++metrics_.panics;
  return HttpReply{500, "text/plain; charset=utf-8", "internal failure; the log says more\n"};
}

void AdmissionEndpoint::note(const AdmissionAnswer& answer, double seconds) {
  DecisionMetrics& metrics = shared_.decisions;
  if (answer.estimated) (answer.remembered ? metrics.remembered : metrics.searched).observe(Seconds(answer.estimate_time).count());
  const bool reviewed = answer.http_status == 200;
  const std::string_view decision = !reviewed ? "unreadable" : !answer.allowed ? "denied" : answer.warnings > 0 ? "warned" : "allowed";
  const std::string_view dry_run = answer.dry_run ? "true" : "false";
  if (answer.rules.empty()) metrics.decisions.add({{"decision", decision}, {"rule", ""}, {"dry_run", dry_run}});
  std::string rules;
  for (const std::string& rule : answer.rules) {
    metrics.decisions.add({{"decision", decision}, {"rule", rule}, {"dry_run", dry_run}});
    rules += (rules.empty() ? "" : ",") + rule;
  }
  // The server's loop flushes it when it has gone round.
  shared_.log.keep(LogLevel::kInfo, decision, {{"uid", answer.uid},
                                               {"operation", answer.operation},
                                               {"namespace", answer.namespace_name},
                                               {"name", answer.name},
                                               {"dryRun", answer.dry_run},
                                               {"path", route_},
                                               {"httpStatus", answer.http_status},
                                               {"code", answer.status_code},
                                               {"rules", rules},
                                               {"warnings", answer.warnings},
                                               {"seconds", seconds}});
}

}  // namespace dynamo::webhook

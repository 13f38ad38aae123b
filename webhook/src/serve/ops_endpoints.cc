#include "serve/ops_endpoints.h"

#include <chrono>

#include "dynamo/profiler/document_io.h"
#include "ops/process_figures.h"
#include "ops/version.h"

namespace dynamo::webhook {
namespace {

constexpr const char* kPlain = "text/plain; charset=utf-8";

void write_controller_runtime(MetricsText& text, const Observed& observed) {
  // controller-runtime labels each sample with the path of its webhook.
  text.family("controller_runtime_webhook_requests_total", "counter", "Admission requests by HTTP status code.");
  for (const AdmissionEndpoint* endpoint : observed.endpoints) {
    endpoint->metrics().by_code.write(text, {{"webhook", endpoint->route()}});
  }
  text.family("controller_runtime_webhook_latency_seconds", "histogram", "Time to answer admission requests.");
  for (const AdmissionEndpoint* endpoint : observed.endpoints) {
    endpoint->metrics().latency.write(text, {{"webhook", endpoint->route()}});
  }
  text.family("controller_runtime_webhook_requests_in_flight", "gauge", "Admission requests being answered.");
  std::uint64_t panics = 0;
  for (const AdmissionEndpoint* endpoint : observed.endpoints) {
    text.sample(endpoint->metrics().in_flight.load(), {{"webhook", endpoint->route()}});
    panics += endpoint->metrics().panics.load();
  }
  text.family("controller_runtime_webhook_panics_total", "counter", "Admission requests that failed inside.");
  text.sample(panics);
  text.family("certwatcher_read_certificate_total", "counter", "Times the certificate was read anew.");
  text.sample(observed.certificates.reads.load());
  text.family("certwatcher_read_certificate_errors_total", "counter", "Times the certificate read could not be used.");
  text.sample(observed.certificates.errors.load());
}

void write_own(MetricsText& text, const Observed& observed) {
  text.family("dynamo_webhook_decisions_total", "counter", "Verdicts by decision and by each rule that had a say.");
  observed.decisions.decisions.write(text);
  text.family("dynamo_webhook_estimate_seconds", "histogram", "Time for the estimate of a request, searched or remembered.");
  observed.decisions.searched.write(text, {{"source", "search"}});
  observed.decisions.remembered.write(text, {{"source", "memo"}});
  if (const auto expiry = observed.tls.expiry()) {
    text.family("dynamo_webhook_certificate_expiry_timestamp_seconds", "gauge", "End of the serving certificate's life.");
    text.sample(std::chrono::duration<double>(expiry->time_since_epoch()).count());
  }
  text.family("dynamo_webhook_tables_info", "gauge", "Measured tables in use.");
  text.sample(std::uint64_t{1}, {{"release", observed.tables_release}, {"packs", std::to_string(observed.packs)}});
  text.family("dynamo_webhook_build_info", "gauge", "This program.");
  text.sample(std::uint64_t{1}, {{"version", version()}});
}

void write_server(MetricsText& text, const Server& server) {
  const ServerCounters& counters = server.counters();
  text.family("dynamo_webhook_connections", "gauge", "Open connections by what they are doing.");
  for (std::size_t i = 0; i < kPhases; ++i) {
    text.sample(counters.phases[i].load(), {{"phase", name_of(static_cast<Phase>(i))}});
  }
  text.family("dynamo_webhook_connections_accepted_total", "counter", "Connections accepted.");
  text.sample(counters.accepted.load());
  text.family("dynamo_webhook_connections_closed_total", "counter", "Connections ended, by reason.");
  for (std::size_t i = 0; i < kEndings; ++i) {
    text.sample(counters.endings[i].load(), {{"reason", name_of(static_cast<Ending>(i))}});
  }
  text.family("dynamo_webhook_requests_refused_total", "counter", "Requests refused before they reached an endpoint, by HTTP status.");
  for (std::size_t status = 400; status < counters.refused.size(); ++status) {
    const std::uint64_t count = counters.refused[status].load();
    if (count > 0) text.sample(count, {{"code", std::to_string(status)}});
  }
  text.family("dynamo_webhook_queue_full_total", "counter", "Requests answered 503 because too many were waiting.");
  text.sample(counters.queue_full.load());
  text.family("dynamo_webhook_queue_expired_total", "counter", "Requests answered 503 because they waited longer than their client.");
  text.sample(counters.expired.load());
  text.family("dynamo_webhook_queue_waiting", "gauge", "Requests that wait for a worker.");
  text.sample(std::uint64_t{server.waiting()});
  text.family("dynamo_webhook_buffered_bytes", "gauge", "Memory held by large request bodies.");
  text.sample(std::uint64_t{server.buffered()});
}

void write_process(MetricsText& text) {
  const ProcessFigures process = process_figures();
  text.family("process_cpu_seconds_total", "counter", "User and system CPU time.");
  text.sample(process.cpu_seconds);
  text.family("process_resident_memory_bytes", "gauge", "Resident memory.");
  text.sample(process.resident_bytes);
  text.family("process_threads", "gauge", "Threads.");
  text.sample(process.threads);
  text.family("process_open_fds", "gauge", "Open file descriptors.");
  text.sample(process.open_files);
  text.family("process_max_fds", "gauge", "Largest number of open file descriptors.");
  text.sample(process.max_open_files);
  text.family("process_start_time_seconds", "gauge", "Start of the process, seconds since 1970.");
  text.sample(process.start_time);
}

}  // namespace

std::string not_ready(const Observed& observed) {
  std::string reasons;
  const auto expiry = observed.tls.expiry();
  if (observed.server != nullptr && observed.server->draining()) reasons += "shutting down\n";
  if (!expiry) reasons += "no certificate yet\n";
  if (expiry && *expiry <= std::chrono::system_clock::now()) reasons += "the certificate has expired\n";
  return reasons;
}

HttpReply livez() { return {200, kPlain, "ok\n"}; }

HttpReply readyz(const Observed& observed) {
  std::string reasons = not_ready(observed);
  if (reasons.empty()) return {200, kPlain, "ok\n"};
  return {503, kPlain, std::move(reasons)};
}

HttpReply version_endpoint() {
  Value value;
  value.set("version", std::string(version()));
  return {200, "application/json", write_json(value) + "\n"};
}

HttpReply metrics(const Observed& observed) {
  MetricsText text;
  write_controller_runtime(text, observed);
  write_own(text, observed);
  if (observed.server != nullptr) write_server(text, *observed.server);
  write_process(text);
  return {200, "text/plain; version=0.0.4; charset=utf-8", text.take()};
}

}  // namespace dynamo::webhook

#include "certs/self_managed.h"

#include <algorithm>
#include <utility>

namespace dynamo::webhook {
namespace {

/// After another replica won, or the API server could not be reached; doubled each time.
constexpr std::chrono::milliseconds kSoon{500};
/// Other replicas win a race or two. What is refused more often has another reason, which the log has to say: an object that
/// the API server finds invalid is refused with the same code.
constexpr int kLostRaces = 4;

}  // namespace

std::vector<std::string> service_names(const std::string& service, const std::string& name_space) {
  const std::string base = service + "." + name_space;
  return {base + ".svc", base + ".svc.cluster.local", base};
}

SelfManagedCertificates::SelfManagedCertificates(std::unique_ptr<ClusterState> cluster, SelfManagedOptions options,
                                                 const Log& log, CertificateCounters& counters, Rotation::Clock clock)
    : cluster_(std::move(cluster)),
      options_(std::move(options)),
      log_(log),
      counters_(counters),
      rotation_(*cluster_, options_.dns_names, options_.times, std::move(clock)) {}

SelfManagedCertificates::~SelfManagedCertificates() { stop(); }

void SelfManagedCertificates::start(Sink sink) {
  sink_ = std::move(sink);
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void SelfManagedCertificates::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void SelfManagedCertificates::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const std::chrono::milliseconds pause = step();
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, pause, [] { return false; });
  }
}

std::chrono::milliseconds SelfManagedCertificates::step() {
  auto stepped = rotation_.step();
  if (!stepped) return after(stepped.error());
  failures_ = 0;
  complaint_.clear();
  if (!*stepped) return options_.interval;
  ++counters_.reads;
  const auto taken = sink_({(*stepped)->certificate_pem, (*stepped)->key_pem, options_.client_ca_pem});
  if (!taken) ++counters_.errors;
  taken ? log_.info("certificate issued") : log_.error("certificate not usable", {{"reason", taken.error()}});
  return options_.interval;
}

std::chrono::milliseconds SelfManagedCertificates::after(const ClusterError& error) {
  const bool lost_a_race = error.kind == ClusterErrorKind::kConflict && failures_ < kLostRaces;
  if (!lost_a_race) {
    ++counters_.errors;
    if (error.message != complaint_) log_.error("certificate not renewed", {{"reason", error.message}});
    complaint_ = error.message;
  }
  constexpr int kMostDoublings = 10;
  const auto pause = kSoon * (1 << std::min(failures_, kMostDoublings));
  ++failures_;
  return std::min<std::chrono::milliseconds>(pause, options_.interval);
}

}  // namespace dynamo::webhook

#include "certs/self_managed.h"

#include <algorithm>
#include <utility>

namespace dynamo::webhook {
namespace {

/// After another replica won, or the API server could not be reached.
constexpr std::chrono::milliseconds kSoon{500};

}  // namespace

std::vector<std::string> service_names(const std::string& service, const std::string& name_space) {
  const std::string base = service + "." + name_space;
  return {base + ".svc", base + ".svc.cluster.local", base};
}

SelfManagedCertificates::SelfManagedCertificates(std::unique_ptr<ClusterState> cluster, SelfManagedOptions options,
                                                 const Log& log, Rotation::Clock clock)
    : cluster_(std::move(cluster)),
      options_(std::move(options)),
      log_(log),
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
  const std::chrono::milliseconds soon = std::min(kSoon, options_.interval);
  auto stepped = rotation_.step();
  if (!stepped) {
    const ClusterError& error = stepped.error();
    if (error.kind != ClusterErrorKind::kConflict && error.message != complaint_) {
      log_.error("certificate not renewed", {{"reason", error.message}});
      complaint_ = error.message;
    }
    return error.kind == ClusterErrorKind::kConflict || complaint_.empty() ? soon : options_.interval;
  }
  complaint_.clear();
  if (!*stepped) return options_.interval;
  const auto taken = sink_({(*stepped)->certificate_pem, (*stepped)->key_pem, options_.client_ca_pem});
  taken ? log_.info("certificate issued") : log_.error("certificate not usable", {{"reason", taken.error()}});
  return options_.interval;
}

}  // namespace dynamo::webhook

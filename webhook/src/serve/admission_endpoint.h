#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "dynamo/profiler/admission.h"
#include "net/http.h"
#include "ops/log.h"
#include "ops/metrics.h"

namespace dynamo::webhook {

/// Counts of one admission endpoint, under the names that controller-runtime's dashboards know.
struct AdmissionMetrics {
  AdmissionMetrics();

  LabelledCounter by_code;         ///< labels: code
  Histogram latency;
  std::atomic<std::uint64_t> in_flight = 0;
  std::atomic<std::uint64_t> panics = 0;
};

/// Decisions of all endpoints; label values are rule ids and fixed words only.
struct DecisionMetrics {
  DecisionMetrics();

  LabelledCounter decisions;       ///< labels: decision, rule, dry_run
  Histogram searched, remembered;  ///< seconds of an estimate, by whether the answer was known from before
};

/// POST of an AdmissionReview: asks the library, counts and logs. Logs hold identity and verdict, never the object.
class AdmissionEndpoint {
 public:
  struct Shared {
    const AdmissionOptions& options;
    const TableStore& tables;
    const Log& log;
    DecisionMetrics& decisions;
  };

  AdmissionEndpoint(AdmissionPath path, std::string route, Shared shared) : path_(path), route_(std::move(route)), shared_(shared) {}

  [[nodiscard]] HttpReply operator()(const HttpRequest& request) { return *reply(request, false); }
  /// The same for a small request that needs no search; nothing for others.
  [[nodiscard]] std::optional<HttpReply> at_once(const HttpRequest& request);
  [[nodiscard]] const std::string& route() const { return route_; }
  [[nodiscard]] const AdmissionMetrics& metrics() const { return metrics_; }

 private:
  [[nodiscard]] std::optional<HttpReply> reply(const HttpRequest& request, bool at_once);
  [[nodiscard]] std::optional<HttpReply> judge(const HttpRequest& request, bool at_once);
  void note(const AdmissionAnswer& answer, double seconds);

  AdmissionPath path_;
  std::string route_;
  Shared shared_;
  AdmissionMetrics metrics_;
};

}  // namespace dynamo::webhook

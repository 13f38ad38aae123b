#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/profile.h"

namespace dynamo {

enum class AdmissionPath { kValidate, kMutate };

/// Which changes of a spec an update may make. `kStrict`: none, but for hardware that the operator fills in and for switching
/// autoApply on. `kPhase`: as the operator has it, any while nothing has been started.
enum class Immutability { kStrict, kPhase };

/// What was found about requests judged before, so that the same request is not searched twice. Bounded; safe to share
/// between threads; answers are the same with and without it.
class FeasibilityMemo {
 public:
  explicit FeasibilityMemo(std::size_t entries = 512);
  ~FeasibilityMemo();
  FeasibilityMemo(const FeasibilityMemo&) = delete;
  FeasibilityMemo& operator=(const FeasibilityMemo&) = delete;

  [[nodiscard]] std::optional<Diagnostics> find(const std::string& key) const;
  void store(const std::string& key, const Diagnostics& findings);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct AdmissionOptions {
  Immutability immutability = Immutability::kStrict;
  bool check_feasibility = true;       ///< false: the rules alone
  bool enforce_feasibility = false;    ///< what cannot work is denied instead of warned about
  bool gpu_discovery = true;           ///< the operator finds missing hardware by itself
  bool require_runtime_version = false;///< an image without a version in its tag needs runtimeVersionOverride (newer operators)
  std::string default_image;           ///< written into requests without image; empty = none
  std::chrono::milliseconds deadline{1000};   ///< of the search; over it the request is admitted with a warning
  ValidateOptions validate;            ///< `nulls_pruned` is implied
  DatabaseMode database = DatabaseMode::kAuto;
  unsigned threads = 1;                ///< of one search
  FeasibilityMemo* memo = nullptr;     ///< nullptr = every request is searched
  bool at_once = false;                ///< what needs a search or a table is not answered but `postponed`
};

/// What goes back to the API server, and what may be logged and counted about it. Nothing here but `body` holds values of the
/// request other than its names.
struct AdmissionAnswer {
  bool postponed = false;              ///< nothing else is said here: ask again without AdmissionOptions::at_once
  int http_status = 200;               ///< other than 200: the call failed, and the webhook's failurePolicy decides
  std::string body;                    ///< AdmissionReview as JSON, or plain text when `http_status` is not 200
  std::string uid, operation, name, namespace_name;
  bool allowed = false;
  int status_code = 200;               ///< of the Status inside the review
  std::vector<std::string> rules;      ///< ids of the rules that denied or warned, in the order of the answer
  std::size_t warnings = 0;
  bool dry_run = false;
  bool estimated = false;              ///< a search was run or remembered
  bool remembered = false;             ///< its outcome came out of the memo
  std::chrono::microseconds estimate_time{0};
};

/// Larger bodies are answered with 413: two objects of the 3 MB that an API server takes, and the envelope.
inline constexpr std::size_t kMaxReviewBytes = 7u << 20;

/// Answers one AdmissionReview of admission.k8s.io/v1. Pure but for the clock that bounds the search.
[[nodiscard]] AdmissionAnswer answer_review(AdmissionPath path,
                                            std::string_view content_type,
                                            std::string_view body,
                                            const AdmissionOptions& options,
                                            const TableStore& tables);

/// A new or updated object as it is behind the mutating webhook.
[[nodiscard]] Value mutated_object(Value object, bool created, const AdmissionOptions& options);

}  // namespace dynamo

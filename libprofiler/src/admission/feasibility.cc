#include "admission/feasibility.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "decide/findings.h"
#include "decide/sweep.h"
#include "decide/witness.h"
#include "dynamo/profiler/document_io.h"
#include "emit/naming.h"
#include "rules/catalog.h"

namespace dynamo::admission {
namespace {

using Clock = std::chrono::steady_clock;

/// Findings about a decision that make the request impossible and not only doubtful.
constexpr auto kEnforced =
    std::to_array<std::string_view>({"profile.sla.unreachable", "profile.load.short", "metadata.name.budget"});

/// What `profile` says about its pick or prediction, and not about the request. At admission the real search is still to come.
constexpr auto kOfThePick = std::to_array<std::string_view>({"profile.thorough.simulated", "profile.rows.suspect"});

/// No decision because nothing fits; a table that is missing here is not the request's fault.
bool is_impossible(const Diagnostic& finding) {
  const bool ours = finding.code == DiagnosticCode::kMissingData || finding.code == DiagnosticCode::kIo ||
                    finding.code == DiagnosticCode::kInternal;
  return (finding.severity == Severity::kError && !ours) ||
         std::ranges::find(kEnforced, finding.rule) != kEnforced.end();
}

Diagnostic over_deadline(std::chrono::milliseconds deadline) {
  Diagnostic warning;
  warning.severity = Severity::kWarning;
  warning.rule = RuleId("admission.deadline").text();
  warning.reason = "feasibility was not checked: the search took more than " + std::to_string(deadline.count()) + " ms";
  warning.hint = "check with kubectl dynamo profile";
  return warning;
}

Diagnostics about_the_request(const Diagnostics& findings) {
  Diagnostics kept;
  for (const Diagnostic& finding : findings.items()) {
    if (std::ranges::find(kOfThePick, finding.rule) == kOfThePick.end()) kept.add(finding);
  }
  return kept;
}

ProfileOptions search_options(const AdmissionOptions& options) {
  ProfileOptions how;
  how.validate = options.validate;
  how.database = options.database;
  how.threads = options.threads;
  how.cancelled = [end = Clock::now() + options.deadline] { return Clock::now() >= end; };
  how.memory = make_search_memory();
  return how;
}

/// Everything the findings depend on: the spec, and how long the name is.
std::string memo_key(const ValidatedRequest& request, const Document& document) {
  const Value* spec = document.root.find("spec");
  return std::to_string(request.name.size()) + (spec == nullptr ? std::string() : write_json(*spec));
}

Diagnostics as_severe_as_asked(const Diagnostics& found, bool enforce) {
  Diagnostics findings;
  for (Diagnostic finding : found.items()) {
    finding.severity = enforce && is_impossible(finding) ? Severity::kError : Severity::kWarning;
    findings.add(std::move(finding));
  }
  return findings;
}

Diagnostics found_or_remembered(const ValidatedRequest& request, const Document& document,
                                const AdmissionOptions& options, const TableStore& tables, AdmissionAnswer& answer) {
  const std::string key = options.memo == nullptr ? std::string() : memo_key(request, document);
  if (options.memo != nullptr) {
    if (auto known = options.memo->find(key)) {
      answer.remembered = true;
      return *std::move(known);
    }
  }
  if (options.at_once) {
    answer.postponed = true;
    return {};
  }
  const ProfileOptions how = search_options(options);
  auto found = nothing_to_find(request, how, tables) ? Diagnostics() : findings_of_decision(request, how, tables);
  if (!found.has_value()) {
    Diagnostics late;
    late.add(over_deadline(options.deadline));
    return late;
  }
  if (options.memo != nullptr) {
    options.memo->store(key, *found);
  }
  return *std::move(found);
}

}  // namespace

bool nothing_to_find(const ValidatedRequest& request, const ProfileOptions& options, const TableStore& tables) {
  return emit::operator_names_always_fit(request) && decision::has_witness(request, tables, options);
}

std::optional<Diagnostics> findings_of_decision(const ValidatedRequest& request, const ProfileOptions& options,
                                                const TableStore& tables) {
  const auto report = decide(request, tables, options);
  if (report.has_value()) {
    Diagnostics findings = about_the_request(findings_of(request, *report));
    // A planner passed its gate already. Without any table the lack is not the request's fault.
    if (request.mocker && !tables.empty()) {
      if (auto obstacle = sweep_obstacle(request, *report)) findings.add(*std::move(obstacle));
    }
    return findings;
  }
  if (report.error().items().front().rule == "profile.cancelled") {
    return std::nullopt;
  }
  return report.error();
}

Diagnostics feasibility(const ValidatedRequest& request, const Document& document, const AdmissionOptions& options,
                        const TableStore& tables, AdmissionAnswer& answer) {
  if (!options.check_feasibility) {
    return {};
  }
  const auto begin = Clock::now();
  const Diagnostics found = found_or_remembered(request, document, options, tables, answer);
  answer.estimated = true;
  answer.estimate_time = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
  return as_severe_as_asked(found, options.enforce_feasibility);
}

}  // namespace dynamo::admission

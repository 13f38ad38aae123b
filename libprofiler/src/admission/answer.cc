#include <algorithm>
#include <tuple>
#include <utility>

#include "admission/changes.h"
#include "admission/feasibility.h"
#include "admission/judge.h"
#include "admission/patch.h"
#include "admission/response.h"
#include "admission/review.h"
#include "decide/gates.h"
#include "dynamo/profiler/admission.h"

namespace dynamo {
namespace {

using admission::Change;
using admission::Judgement;
using admission::Review;

bool being_deleted(const Value& object) {
  const Value* time = object.find_path({"metadata", "deletionTimestamp"});
  return time != nullptr && !time->is_null();
}

/// Whether an update only kept this error, and did not touch what causes it.
bool kept(const Diagnostic& error, const Diagnostics& before, const std::vector<Change>& changes) {
  const auto same = [&](const Diagnostic& old) {
    return std::tie(old.rule, old.path, old.bad_value, old.reason) ==
           std::tie(error.rule, error.path, error.bad_value, error.reason);
  };
  // Switching autoApply on is when a missing version starts to matter.
  const bool needed_now =
      error.rule == "runtimeVersionOverride.required" && std::ranges::any_of(changes, admission::switches_apply_on);
  return !needed_now && error.severity == Severity::kError && std::ranges::any_of(before.items(), same);
}

/// `findings` without the errors that the old object already had.
Diagnostics ratcheted(const Diagnostics& findings, const Document& old, const std::vector<Change>& changes,
                      const AdmissionOptions& options) {
  if (!findings.has_errors()) {
    return findings;
  }
  const Diagnostics before = admission::judge(old, options).findings;
  Diagnostics rest;
  for (const Diagnostic& finding : findings.items()) {
    if (!kept(finding, before, changes)) {
      rest.add(finding);
    }
  }
  return rest;
}

/// What needs the tables: the gates of a planner, and whether the request can work at all.
Diagnostics judged_by_tables(ValidatedRequest& request, const Document& document, const AdmissionOptions& options,
                             const TableStore& tables, AdmissionAnswer& answer) {
  if (options.at_once && request.planner_scaling) {
    answer.postponed = true;   // its gates read tables
    return {};
  }
  Diagnostics findings = check_gates(request, tables);
  if (!findings.has_errors()) {
    findings.append(admission::feasibility(request, document, options, tables, answer));
  }
  return findings;
}

void finish(AdmissionAnswer& answer, const Diagnostics& findings) {
  if (answer.postponed) {
    return;
  }
  if (findings.has_errors()) {
    admission::deny(answer, findings);
  } else {
    admission::allow(answer, findings);
  }
}

void validate_create(AdmissionAnswer& answer, const Document& document, const AdmissionOptions& options,
                     const TableStore& tables) {
  Judgement judgement = admission::judge(document, options);
  if (judgement.request.has_value()) {
    judgement.findings.append(judged_by_tables(*judgement.request, document, options, tables, answer));
  }
  finish(answer, judgement.findings);
}

void validate_update(AdmissionAnswer& answer, const Document& document, const Document& old,
                     const AdmissionOptions& options, const TableStore& tables) {
  const std::vector<Change> changes = admission::changes_between(old.root.find("spec"), document.root.find("spec"));
  if (changes.empty() || being_deleted(document.root)) {
    admission::allow(answer, {});
    return;
  }
  Diagnostics findings;
  if (auto error = admission::forbidden_update(changes, old.root, options.immutability)) {
    findings.add(*std::move(error));
  }
  Judgement judgement = admission::judge(document, options);
  findings.append(ratcheted(judgement.findings, old, changes, options));
  if (judgement.request.has_value() && !findings.has_errors()) {
    findings.append(judged_by_tables(*judgement.request, document, options, tables, answer));
  }
  finish(answer, findings);
}

void validate(AdmissionAnswer& answer, Review& review, const AdmissionOptions& options, const TableStore& tables) {
  const Document document{{}, std::move(review.object)};
  if (review.operation == "CREATE") {
    validate_create(answer, document, options, tables);
  } else {
    validate_update(answer, document, {{}, std::move(review.old_object)}, options, tables);
  }
}

/// Status writes, deletions and connections carry no spec to judge.
bool carries_spec(const Review& review) {
  return review.subresource.empty() && (review.operation == "CREATE" || review.operation == "UPDATE");
}

}  // namespace

AdmissionAnswer answer_review(AdmissionPath path, std::string_view content_type, std::string_view body,
                              const AdmissionOptions& options, const TableStore& tables) {
  AdmissionAnswer answer;
  auto review = admission::read_review(content_type, body);
  if (!review.has_value()) {
    answer.http_status = review.error().http_status;
    answer.status_code = answer.http_status;
    answer.body = std::move(review.error().text) + "\n";
    return answer;
  }
  answer.uid = review->uid;
  answer.operation = review->operation;
  answer.name = review->name;
  answer.namespace_name = review->namespace_name;
  answer.dry_run = review->dry_run;
  if (!carries_spec(*review)) {
    admission::allow(answer, {});
  } else if (path == AdmissionPath::kValidate) {
    validate(answer, *review, options, tables);
  } else {
    const bool created = review->operation == "CREATE";
    admission::allow(answer, {}, admission::normalising_patch(review->object, created, options));
  }
  return answer;
}

}  // namespace dynamo

#include "admission/response.h"

#include <algorithm>
#include <utility>

#include "dynamo/profiler/document_io.h"
#include "request/envelope.h"
#include "text/utf8.h"

namespace dynamo::admission {
namespace {

constexpr std::size_t kMostWarnings = 24;   // the API server drops what is beyond 4096 characters in all
constexpr std::size_t kMaxQuoted = 80;
constexpr int kUnprocessable = 422;

/// `metav1.CauseType` and the words with which `field.Error` begins.
struct CauseKind {
  std::string_view reason, words;
};

CauseKind cause_kind(DiagnosticCode code) {
  switch (code) {
    case DiagnosticCode::kRequired:
      return {"FieldValueRequired", "Required value"};
    case DiagnosticCode::kTypeInvalid:
      return {"FieldValueTypeInvalid", "Invalid value"};
    case DiagnosticCode::kNotSupported:
      return {"FieldValueNotSupported", "Unsupported value"};
    case DiagnosticCode::kForbidden:
    case DiagnosticCode::kUnsupported:
      return {"FieldValueForbidden", "Forbidden"};
    case DiagnosticCode::kDuplicate:
      return {"FieldValueDuplicate", "Duplicate value"};
    case DiagnosticCode::kMissingData:
      return {"FieldValueNotFound", "Not found"};
    default:
      return {"FieldValueInvalid", "Invalid value"};
  }
}

std::string with_hint(const Diagnostic& finding) {
  return finding.hint.empty() ? finding.reason : finding.reason + "; " + finding.hint;
}

/// Values below `overrides` may be credentials of a container, and what is inside a list or an object may be anything. A field that
/// is missing has no value: what such a finding holds is another's.
bool may_quote(const Diagnostic& finding) {
  if (finding.code == DiagnosticCode::kRequired) return false;
  const bool compound = finding.bad_value.starts_with('{') || finding.bad_value.starts_with('[');
  return !finding.bad_value.empty() && !compound && finding.bad_value.size() <= kMaxQuoted &&
         finding.path.find("overrides") == std::string::npos &&
         finding.reason.find(finding.bad_value) == std::string::npos;
}

/// Header values hold no control characters.
std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return text;
}

/// Cut between words.
std::string cut(std::string_view text, std::size_t characters) {
  constexpr std::string_view kDots = "...";
  std::size_t end = 0;
  for (std::size_t count = 0; count + kDots.size() < characters && end < text.size(); ++count) {
    const auto next = decode_utf8(text, end);
    end += next ? next->length : 1;
  }
  const std::size_t blank = text.rfind(' ', end);
  const bool near = blank != std::string_view::npos && blank > end / 2;
  std::string_view kept = text.substr(0, near ? blank : end);
  while (!kept.empty() && std::string_view(" ,;:(").find(kept.back()) != std::string_view::npos) {
    kept.remove_suffix(1);
  }
  return std::string(kept) + std::string(kDots);
}

Array warnings_of(AdmissionAnswer& answer, const Diagnostics& findings) {
  Array warnings;
  std::size_t left_off = 0;
  for (const Diagnostic& finding : findings.items()) {
    if (finding.severity != Severity::kWarning) {
      continue;
    }
    answer.rules.push_back(finding.rule);
    Value text = warning_text(finding);
    if (std::ranges::find(warnings, text) != warnings.end()) {
      continue;
    }
    if (warnings.size() < kMostWarnings) {
      warnings.push_back(std::move(text));
    } else {
      ++left_off;
    }
  }
  if (left_off > 0) {
    warnings.emplace_back(std::to_string(left_off) + " more warnings: kubectl dynamo validate --admission");
  }
  answer.warnings = warnings.size();
  return warnings;
}

void write(AdmissionAnswer& answer, Value response) {
  Value review;
  review.set("kind", "AdmissionReview");
  review.set("apiVersion", "admission.k8s.io/v1");
  review.set("response", std::move(response));
  answer.body = write_json(review);
}

Value begin(const AdmissionAnswer& answer) {
  Value response;
  response.set("uid", answer.uid);
  response.set("allowed", answer.allowed);
  return response;
}

Value causes_of(AdmissionAnswer& answer, const Diagnostics& findings, std::string& message) {
  Array causes;
  for (const Diagnostic& finding : findings.items()) {
    if (finding.severity != Severity::kError) {
      continue;
    }
    answer.rules.push_back(finding.rule);
    const std::string text = cause_text(finding);
    Value cause;
    cause.set("reason", std::string(cause_kind(finding.code).reason));
    cause.set("message", text);
    cause.set("field", finding.path);
    message += (causes.empty() ? "" : ", ") + finding.path + ": " + text;
    causes.push_back(std::move(cause));
  }
  if (causes.size() > 1) {
    message = "[" + message + "]";
  }
  return causes;
}

}  // namespace

std::string warning_text(const Diagnostic& finding) {
  const std::string place = finding.path.empty() ? std::string() : finding.path + ": ";
  const std::string full = one_line(place + with_hint(finding));
  if (utf8_length(full) <= kMaxWarning) {
    return full;
  }
  std::string brief = one_line(place + finding.reason);
  return utf8_length(brief) <= kMaxWarning ? brief : cut(brief, kMaxWarning);
}

std::string cause_text(const Diagnostic& finding) {
  std::string text(cause_kind(finding.code).words);
  if (may_quote(finding)) {
    text += ": \"" + finding.bad_value + "\"";
  }
  return text + ": " + with_hint(finding);
}

void allow(AdmissionAnswer& answer, const Diagnostics& findings, const Value& patch) {
  answer.allowed = true;
  Value response = begin(answer);
  if (!patch.is_null()) {
    response.set("patch", base64(write_json(patch)));
    response.set("patchType", "JSONPatch");
  }
  if (Array warnings = warnings_of(answer, findings); !warnings.empty()) {
    response.set("warnings", std::move(warnings));
  }
  write(answer, std::move(response));
}

void deny(AdmissionAnswer& answer, const Diagnostics& findings) {
  answer.status_code = kUnprocessable;
  std::string message;
  Value details;
  details.set("name", answer.name);
  details.set("group", "nvidia.com");
  details.set("kind", std::string(kKind));
  details.set("causes", causes_of(answer, findings, message));
  Value status;
  status.set("kind", "Status");
  status.set("apiVersion", "v1");
  status.set("metadata", Object{});
  status.set("status", "Failure");
  status.set("message", std::string(kKind) + ".nvidia.com \"" + answer.name + "\" is invalid: " + message);
  status.set("reason", "Invalid");
  status.set("details", std::move(details));
  status.set("code", kUnprocessable);
  Value response = begin(answer);
  response.set("status", std::move(status));
  if (Array warnings = warnings_of(answer, findings); !warnings.empty()) {
    response.set("warnings", std::move(warnings));
  }
  write(answer, std::move(response));
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    unsigned group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8U | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      text += j <= count ? kDigits[group >> (18 - 6 * j) & 63U] : '=';
    }
  }
  return text;
}

}  // namespace dynamo::admission

#include "admission/review.h"

#include <algorithm>
#include <array>
#include <utility>

#include "dynamo/profiler/admission.h"
#include "dynamo/profiler/document_io.h"
#include "request/envelope.h"

namespace dynamo::admission {
namespace {

constexpr std::string_view kReviewVersion = "admission.k8s.io/v1";
constexpr std::string_view kReviewKind = "AdmissionReview";
/// Large parts of a review that no rule asks for: who wrote which field, and what kubectl has applied, once more as a text.
constexpr auto kPassedOver = std::to_array<std::string_view>(
    {"request.object.metadata.managedFields", "request.oldObject.metadata.managedFields",
     "request.object.metadata.annotations.kubectl.kubernetes.io/last-applied-configuration",
     "request.oldObject.metadata.annotations.kubectl.kubernetes.io/last-applied-configuration"});
constexpr std::size_t kMaxUid = 256;   // bytes; the API server sends 36

std::unexpected<Refusal> refuse(int status, std::string text) { return std::unexpected(Refusal{status, std::move(text)}); }

std::unexpected<Refusal> bad_request(std::string text) { return refuse(400, std::move(text)); }

bool same_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// `application/json`, with any parameters.
bool is_json(std::string_view content_type) {
  constexpr std::string_view kBlanks = " \t";
  std::string_view type = content_type.substr(0, content_type.find(';'));
  type.remove_prefix(std::min(type.find_first_not_of(kBlanks), type.size()));
  type = type.substr(0, type.find_last_not_of(kBlanks) + 1);
  return same_ignoring_case(type, "application/json");
}

/// The text member of that name; empty when absent or no text.
std::string_view text_of(const Value& object, std::string_view key) {
  const Value* value = object.find(key);
  const std::string* text = value == nullptr ? nullptr : value->as_string();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

/// What is wrong with a text, without a word of it: it may hold what is secret.
Refusal unreadable(const Diagnostics& errors) {
  const Diagnostic& error = errors.items().front();
  const std::string place =
      " (line " + std::to_string(error.mark.line) + ", column " + std::to_string(error.mark.column) + ")";
  if (error.rule == "document.too_deep") {
    return {400, "the body is nested too deeply" + place};
  }
  if (error.code == DiagnosticCode::kTooLarge) {
    return {413, "the body is too large" + place};
  }
  if (error.code == DiagnosticCode::kDuplicate) {
    return {400, "the body gives a key twice" + place};
  }
  return {400, "the body is not a JSON value in UTF-8" + place};
}

std::string problem_of_kind(const Value& request) {
  const Value* kind = request.find("kind");
  if (kind == nullptr || kind->as_object() == nullptr) {
    return "request.kind is missing";
  }
  const std::string version = std::string(text_of(*kind, "group")) + "/" + std::string(text_of(*kind, "version"));
  if (version == kApiVersion && text_of(*kind, "kind") == kKind) {
    return {};
  }
  return "request.kind is not " + std::string(kKind) + " of " + std::string(kApiVersion) +
         "; correct the rules of the webhook configuration, with matchPolicy: Equivalent";
}

bool is_resource(const Value& value) {
  return value.as_object() != nullptr && !text_of(value, "apiVersion").empty() && !text_of(value, "kind").empty();
}

Value take(Value& request, std::string_view key) {
  Value* value = request.find(key);
  return value == nullptr ? Value() : std::move(*value);
}

std::expected<Review, Refusal> read_request(Value& request) {
  Review review;
  review.uid = text_of(request, "uid");
  if (review.uid.empty() || review.uid.size() > kMaxUid) {
    return bad_request("request.uid is missing or too long");
  }
  if (std::string problem = problem_of_kind(request); !problem.empty()) {
    return bad_request(std::move(problem));
  }
  review.operation = text_of(request, "operation");
  constexpr auto kOperations = std::to_array<std::string_view>({"CREATE", "UPDATE", "DELETE", "CONNECT"});
  if (std::ranges::find(kOperations, review.operation) == kOperations.end()) {
    return bad_request("request.operation is none of CREATE, UPDATE, DELETE, CONNECT");
  }
  review.name = text_of(request, "name");
  review.namespace_name = text_of(request, "namespace");
  review.subresource = text_of(request, "subResource");
  const Value* dry_run = request.find("dryRun");
  review.dry_run = dry_run != nullptr && dry_run->as_bool() != nullptr && *dry_run->as_bool();
  review.object = take(request, "object");
  review.old_object = take(request, "oldObject");
  const bool update = review.operation == "UPDATE";
  if ((update || review.operation == "CREATE") && !is_resource(review.object)) {
    return bad_request("request.object is not a resource with apiVersion and kind");
  }
  if (update && !is_resource(review.old_object)) {
    return bad_request("request.oldObject is not a resource with apiVersion and kind");
  }
  return review;
}

}  // namespace

std::expected<Review, Refusal> read_review(std::string_view content_type, std::string_view body) {
  if (!is_json(content_type)) {
    return refuse(415, "the content type is not application/json");
  }
  if (body.size() > kMaxReviewBytes) {
    return refuse(413, "the body is larger than " + std::to_string(kMaxReviewBytes) + " bytes");
  }
  auto root = read_json(body, {}, {.bytes = kMaxReviewBytes, .passed_over = kPassedOver});
  if (!root.has_value()) {
    return std::unexpected(unreadable(root.error()));
  }
  if (text_of(*root, "apiVersion") != kReviewVersion || text_of(*root, "kind") != kReviewKind) {
    return bad_request("the body is not an AdmissionReview of " + std::string(kReviewVersion));
  }
  Value* request = root->find("request");
  if (request == nullptr || request->as_object() == nullptr) {
    return bad_request("the review has no request");
  }
  return read_request(*request);
}

}  // namespace dynamo::admission

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "commands/commands.h"
#include "dynamo/profiler/admission.h"
#include "dynamo/profiler/document_io.h"
#include "io/console.h"
#include "io/environment.h"
#include "io/requests.h"

namespace dynamo::cli {
namespace {

constexpr const char* kUid = "00000000-0000-0000-0000-000000000000";

/// The API server drops nulls before anybody sees the object.
Value without_nulls(const Value& value) {
  if (const Array* items = value.as_array()) {
    Array kept;
    for (const Value& item : *items) kept.push_back(without_nulls(item));
    return kept;
  }
  if (const Object* members = value.as_object()) {
    Object kept;
    for (const Member& member : *members) {
      if (!member.value.is_null()) kept.push_back({member.key, without_nulls(member.value), member.key_mark});
    }
    return kept;
  }
  return value;
}

/// The document as the API server would hold it; a bare spec gets the envelope that `profile` gives it.
Value resource_of(const Document& document) {
  Value object = without_nulls(document.root);
  if (object.find("kind") != nullptr || object.find("spec") != nullptr || object.as_object() == nullptr) return object;
  Value whole;
  whole.set("apiVersion", "nvidia.com/v1beta1");
  whole.set("kind", "DynamoGraphDeploymentRequest");
  Value metadata;
  metadata.set("name", "dynamo");
  whole.set("metadata", std::move(metadata));
  whole.set("spec", std::move(object));
  return whole;
}

std::string text_at(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* found = value.find_path(path);
  return found == nullptr || found->as_string() == nullptr ? std::string() : *found->as_string();
}

Value review_of(const Value& object, const Value& old) {
  Value kind;
  kind.set("group", "nvidia.com");
  kind.set("version", "v1beta1");
  kind.set("kind", "DynamoGraphDeploymentRequest");
  Value request;
  request.set("uid", kUid);
  request.set("kind", std::move(kind));
  request.set("name", text_at(object, {"metadata", "name"}));
  request.set("namespace", text_at(object, {"metadata", "namespace"}));
  request.set("operation", old.is_null() ? "CREATE" : "UPDATE");
  request.set("object", object);
  request.set("oldObject", old);
  request.set("dryRun", true);
  Value review;
  review.set("kind", "AdmissionReview");
  review.set("apiVersion", "admission.k8s.io/v1");
  review.set("request", std::move(request));
  return review;
}

/// Nobody waits for this answer but the user, and a slow machine should not change it.
constexpr std::chrono::minutes kPatience{10};

AdmissionOptions options_of(const ValidateCommand& command) {
  AdmissionOptions options;
  options.immutability = command.immutability == "phase" ? Immutability::kPhase : Immutability::kStrict;
  options.enforce_feasibility = !command.enforce.empty();
  options.gpu_discovery = !command.no_gpu_discovery;
  options.require_runtime_version = command.newer_operator;
  options.default_image = command.default_image;
  options.validate.perf_version = command.perf_version;
  options.deadline = kPatience;
  return options;
}

struct Answered {
  std::string source;
  AdmissionAnswer answer;
  Value review;   ///< the answer's body
};

/// As the API server asks: the mutating webhook, then the validating one. `old` was mutated when it was stored.
Answered answer(const Document& document, const Value& old, const AdmissionOptions& options, const TableStore& tables) {
  const Value object = mutated_object(resource_of(document), old.is_null(), options);
  const std::string body = write_json(review_of(object, mutated_object(old, false, options)));
  Answered answered{document.source, answer_review(AdmissionPath::kValidate, "application/json", body, options, tables), {}};
  if (auto review = read_json(answered.answer.body, "review"); review.has_value()) answered.review = *std::move(review);
  return answered;
}

/// What kubectl prints about a denied object.
std::string denial(const Answered& answered) {
  std::string out = "The DynamoGraphDeploymentRequest \"" + answered.answer.name + "\" is invalid:\n";
  const Value* causes = answered.review.find_path({"response", "status", "details", "causes"});
  for (const Value& cause : causes == nullptr ? Array{} : *causes->as_array()) {
    out += "* " + text_at(cause, {"field"}) + ": " + text_at(cause, {"message"}) + "\n";
  }
  return out;
}

void print_findings(const Answered& answered) {
  if (answered.answer.http_status != 200) {
    print_error("error: " + answered.source + ": the webhook would refuse the call: " + answered.answer.body);
    return;
  }
  const Value* warnings = answered.review.find_path({"response", "warnings"});
  for (const Value& warning : warnings == nullptr ? Array{} : *warnings->as_array()) {
    print_error("Warning: " + *warning.as_string() + "\n");
  }
  if (!answered.answer.allowed) print_error(denial(answered));
}

std::string rendered(const std::vector<Answered>& all, OutputFormat format) {
  if (format == OutputFormat::kJson) {
    if (all.size() == 1) return write_json(all.front().review, JsonStyle::kIndented) + "\n";
    Value list;
    list.set("apiVersion", "v1");
    list.set("kind", "List");
    Array items;
    for (const Answered& answered : all) items.push_back(answered.review);
    list.set("items", std::move(items));
    return write_json(list, JsonStyle::kIndented) + "\n";
  }
  std::string out;
  for (const Answered& answered : all) {
    if (!answered.answer.allowed) continue;
    out += "dynamographdeploymentrequest.nvidia.com/" + answered.answer.name;
    out += format == OutputFormat::kName ? "\n" : " would be admitted (" + answered.source + ")\n";
  }
  return out;
}

}  // namespace

ExitCode run_admission(const ValidateCommand& command) {
  const Requests requests(command.source);
  if (requests.diagnostics().has_errors()) return report(requests.diagnostics(), requests.texts());
  Value old;
  if (!command.old.empty()) {
    RequestSource source;
    source.files = {command.old};
    const Requests stored(source);
    if (stored.diagnostics().has_errors()) return report(stored.diagnostics(), stored.texts());
    if (stored.documents().size() != 1 || requests.documents().size() != 1) {
      print_error("error: --old compares one object with one object\n");
      return ExitCode::kUsage;
    }
    old = resource_of(stored.documents().front());
  }
  const TableStore tables(tables_directory(command.tables));
  const AdmissionOptions options = options_of(command);
  std::vector<Answered> all;
  for (const Document& document : requests.documents()) {
    all.push_back(answer(document, old, options, tables));
    print_findings(all.back());
  }
  const bool denied = std::ranges::any_of(all, [](const Answered& one) { return !one.answer.allowed; });
  return worse_of(denied ? ExitCode::kInvalidRequest : ExitCode::kOk, print(rendered(all, command.output)));
}

}  // namespace dynamo::cli

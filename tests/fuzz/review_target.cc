#include <cstdio>
#include <cstdlib>
#include <string>

#include "dynamo/profiler/admission.h"
#include "dynamo/profiler/document_io.h"
#include "targets.h"
#include "text/utf8.h"

namespace dynamo::fuzz {
namespace {

void require(bool condition, const char* what, std::string_view text) {
  if (!condition) {
    std::fprintf(stderr, "%s:\n%.*s\n", what, static_cast<int>(text.size()), text.data());
    std::abort();
  }
}

AdmissionOptions rules_alone() {
  AdmissionOptions options;
  options.check_feasibility = false;
  options.gpu_discovery = false;
  options.require_runtime_version = true;
  options.default_image = "example.com/dynamo-frontend:1.0.0";
  return options;
}

void check_answer(const AdmissionAnswer& answer, std::string_view text) {
  require(!answer.body.empty(), "an answer without text", text);
  require(!first_invalid_utf8(answer.body), "an answer that is not UTF-8", text);
  if (answer.http_status != 200) {
    require(!answer.allowed && answer.http_status < 500, "a call that failed for another reason than the call", text);
    return;
  }
  const auto review = read_json(answer.body, "answer");
  require(review.has_value(), "an answer that is not JSON", text);
  const Value* uid = review->find_path({"response", "uid"});
  require(uid != nullptr && uid->as_string() != nullptr && *uid->as_string() == answer.uid, "another uid", text);
  const Value* warnings = review->find_path({"response", "warnings"});
  for (const Value& warning : warnings == nullptr ? Array{} : *warnings->as_array()) {
    require(utf8_length(*warning.as_string()) <= 120, "a warning that is too long", text);
  }
  const Value* causes = review->find_path({"response", "status", "details", "causes"});
  require(answer.allowed != (causes != nullptr && !causes->as_array()->empty()), "a denial without cause", text);
}

void check_patch(std::string_view text, const AdmissionOptions& options) {
  const auto review = read_json(text, "fuzz");
  const Value* object = review.has_value() ? review->find_path({"request", "object"}) : nullptr;
  if (object == nullptr) return;
  const Value once = mutated_object(*object, true, options);
  require(mutated_object(once, true, options) == once, "a patch that is not idempotent", text);
}

}  // namespace

void check_review(std::string_view text) {
  static const TableStore no_tables("");
  static const AdmissionOptions options = rules_alone();
  for (const AdmissionPath path : {AdmissionPath::kValidate, AdmissionPath::kMutate}) {
    check_answer(answer_review(path, "application/json", text, options, no_tables), text);
  }
  check_patch(text, options);
}

}  // namespace dynamo::fuzz

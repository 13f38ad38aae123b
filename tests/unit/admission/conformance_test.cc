#include <gtest/gtest.h>

#include <algorithm>

#include "admission/response.h"
#include "dynamo/profiler/admission.h"
#include "dynamo/profiler/document_io.h"
#include "recorded_case.h"

namespace dynamo {
namespace {

using recorded::flag;
using recorded::load;
using recorded::text_of;

/// What holds for every answer of admission.k8s.io/v1.
void check_protocol(const Value& c, const Value& review) {
  EXPECT_EQ(text_of(review, "kind"), "AdmissionReview");
  EXPECT_EQ(text_of(review, "apiVersion"), "admission.k8s.io/v1");
  const Value& response = *review.find("response");
  EXPECT_EQ(text_of(response, "uid"), *c.find_path({"review", "request", "uid"})->as_string());
  EXPECT_EQ(response.find("patch") == nullptr, response.find("patchType") == nullptr);
  if (text_of(c, "path") == "validate") {
    EXPECT_EQ(response.find("patch"), nullptr);
  }
  EXPECT_EQ(*response.find("allowed")->as_bool(), response.find("status") == nullptr);
}

void check_causes(const Value& expect, const Value& response) {
  const Value* causes = response.find_path({"status", "details", "causes"});
  ASSERT_NE(causes, nullptr);
  EXPECT_EQ(response.find_path({"status", "code"})->number_or(0), 422);
  EXPECT_EQ(*response.find_path({"status", "reason"})->as_string(), "Invalid");
  EXPECT_FALSE(causes->as_array()->empty());
  if (const Value* count = expect.find("causeCount")) {
    EXPECT_EQ(static_cast<double>(causes->as_array()->size()), count->number_or(0)) << write_json(*causes);
  }
  const Value* wanted = expect.find("causes");
  if (wanted == nullptr) return;
  ASSERT_EQ(causes->as_array()->size(), wanted->as_array()->size()) << write_json(*causes);
  for (std::size_t i = 0; i < wanted->as_array()->size(); ++i) {
    const Value& cause = (*causes->as_array())[i];
    const Value& want = (*wanted->as_array())[i];
    EXPECT_EQ(text_of(cause, "field"), text_of(want, "field"));
    EXPECT_EQ(text_of(cause, "reason"), text_of(want, "reason"));
    EXPECT_NE(text_of(cause, "message").find(text_of(want, "message")), std::string::npos) << text_of(cause, "message");
  }
}

void check_warnings(const Value& expect, const Value& response) {
  const Value* wanted = expect.find("warnings");
  if (wanted == nullptr) return;
  const Value* warnings = response.find("warnings");
  const Array got = warnings == nullptr ? Array{} : *warnings->as_array();
  ASSERT_EQ(got.size(), wanted->as_array()->size()) << (warnings == nullptr ? "" : write_json(*warnings));
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_NE(got[i].as_string()->find(*(*wanted->as_array())[i].as_string()), std::string::npos) << *got[i].as_string();
    EXPECT_LE(got[i].as_string()->size(), 120u);
  }
}

class Conformance : public testing::TestWithParam<std::string> {};

TEST_P(Conformance, AnswersAsRecorded) {
  const Value c = load(GetParam());
  const Value& expect = *c.find("expect");
  const AdmissionAnswer got = recorded::answer(c, recorded::options_of(c));
  if (const Value* status = expect.find("httpStatus")) {
    EXPECT_EQ(got.http_status, status->number_or(0));
    return;
  }
  ASSERT_EQ(got.http_status, 200) << got.body;
  const auto review = read_json(got.body, "answer");
  ASSERT_TRUE(review.has_value()) << got.body;
  check_protocol(c, *review);
  const Value& response = *review->find("response");
  ASSERT_EQ(*response.find("allowed")->as_bool(), flag(expect, "allowed", true)) << got.body;
  EXPECT_EQ(got.allowed, flag(expect, "allowed", true));
  if (!got.allowed) check_causes(expect, response);
  check_warnings(expect, response);
  if (const Value* patch = expect.find("patch")) {
    EXPECT_EQ(text_of(response, "patch"), patch->is_null() ? "" : admission::base64(write_json(*patch)));
  }
}

/// Mutating what was mutated changes nothing.
TEST_P(Conformance, PatchesOnce) {
  const Value c = load(GetParam());
  const Value* object = c.find_path({"review", "request", "object"});
  if (object->is_null()) return;   // a deletion
  const AdmissionOptions options = recorded::options_of(c);
  for (const bool created : {true, false}) {
    const Value once = mutated_object(*object, created, options);
    EXPECT_EQ(mutated_object(once, created, options), once);
  }
}

INSTANTIATE_TEST_SUITE_P(Recorded, Conformance, testing::ValuesIn(recorded::names()), [](const auto& info) {
  std::string name = info.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace dynamo

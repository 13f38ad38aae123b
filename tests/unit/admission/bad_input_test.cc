#include <gtest/gtest.h>

#include <string>

#include "dynamo/profiler/admission.h"

namespace dynamo {
namespace {

constexpr std::string_view kSecret = "hunter2-token";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string good_review() {
  return R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u-1",)"
         R"("kind":{"group":"nvidia.com","version":"v1beta1","kind":"DynamoGraphDeploymentRequest"},)"
         R"("name":"qwen","namespace":"serving","operation":"CREATE","object":{"apiVersion":"nvidia.com/v1beta1",)"
         R"("kind":"DynamoGraphDeploymentRequest","metadata":{"name":"qwen","annotations":{"password":"hunter2-token"}},)"
         R"("spec":{"model":"Qwen/Qwen3-32B","backend":"trtllm"}},"oldObject":null}})";
}

AdmissionAnswer ask(const std::string& body, std::string_view content_type = "application/json") {
  static const TableStore no_tables("");
  AdmissionOptions options;
  options.check_feasibility = false;
  const AdmissionAnswer mutate = answer_review(AdmissionPath::kMutate, content_type, body, options, no_tables);
  AdmissionAnswer validate = answer_review(AdmissionPath::kValidate, content_type, body, options, no_tables);
  EXPECT_EQ(mutate.http_status, validate.http_status);
  return validate;
}

struct BadCase {
  const char* name;
  std::string body;
  int http_status;
  const char* says;
};

std::vector<BadCase> bad_cases() {
  const std::string good = good_review();
  const std::string deep(100000, '[');
  return {
      {"empty", "", 400, "not a JSON value"},
      {"not JSON", "kind: hunter2-token", 400, "not a JSON value"},
      {"truncated", good.substr(0, good.size() / 2), 400, "not a JSON value"},
      {"more after the end", good + "x", 400, "not a JSON value"},
      {"deep", deep, 400, "nested too deeply"},
      {"deep object", replaced(good, R"("backend":"trtllm")", R"("backend":)" + deep), 400, "nested too deeply"},
      {"duplicate key", replaced(good, R"("backend":"trtllm")", R"("model":"hunter2-token")"), 400, "a key twice"},
      {"invalid UTF-8", replaced(good, "trtllm", "\xff\xfe"), 400, "UTF-8"},
      {"a zero byte", replaced(good, "trtllm", std::string_view("\0", 1)), 400, "not a JSON value"},
      {"array", "[]", 400, "not an AdmissionReview"},
      {"other kind", replaced(good, "AdmissionReview", "Status"), 400, "not an AdmissionReview"},
      {"other version", replaced(good, "admission.k8s.io/v1", "admission.k8s.io/v1beta1"), 400, "not an AdmissionReview"},
      {"no request", R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"})", 400, "no request"},
      {"no uid", replaced(good, "u-1", ""), 400, "request.uid"},
      {"long uid", replaced(good, "u-1", std::string(300, 'u')), 400, "request.uid"},
      {"kind of another resource", replaced(good, R"("kind":"DynamoGraphDeploymentRequest"})", R"("kind":"Pod"})"), 400,
       "matchPolicy"},
      {"alpha version", replaced(good, R"("version":"v1beta1")", R"("version":"v1alpha1")"), 400, "matchPolicy"},
      {"no kind", replaced(good, R"("kind":{"group")", R"("sort":{"group")"), 400, "request.kind is missing"},
      {"unknown operation", replaced(good, "CREATE", "PATCH"), 400, "request.operation"},
      {"no object", replaced(good, R"("object":{)", R"("thing":{)"), 400, "request.object"},
      {"object is no resource", replaced(good, R"("object":{"apiVersion":"nvidia.com/v1beta1",)", R"("object":{)"), 400,
       "request.object"},
      {"no old object", replaced(good, "CREATE", "UPDATE"), 400, "request.oldObject"},
      {"8 MiB", good + std::string(8u << 20, ' '), 413, "larger than"},
      {"very many values", "[" + std::string(400000, '0').replace(1, 0, ",") + "]", 400, "not a JSON value"},
  };
}

TEST(BadInput, IsRefusedWithoutAWordOfIt) {
  for (const BadCase& bad : bad_cases()) {
    const AdmissionAnswer answer = ask(bad.body);
    EXPECT_EQ(answer.http_status, bad.http_status) << bad.name;
    EXPECT_NE(answer.body.find(bad.says), std::string::npos) << bad.name << ": " << answer.body;
    EXPECT_EQ(answer.body.find(kSecret), std::string::npos) << bad.name << ": " << answer.body;
    EXPECT_LT(answer.body.size(), 300u) << bad.name;
    EXPECT_FALSE(answer.allowed) << bad.name;
  }
}

TEST(BadInput, ManyValuesAreTooLarge) {
  std::string body = "[0";
  for (int i = 0; i < 300000; ++i) body += ",0";
  EXPECT_EQ(ask(body + "]").http_status, 413);
}

TEST(BadInput, ContentTypeIsJson) {
  EXPECT_EQ(ask(good_review()).http_status, 200);
  EXPECT_EQ(ask(good_review(), "application/json; charset=utf-8").http_status, 200);
  EXPECT_EQ(ask(good_review(), " Application/JSON ").http_status, 200);
  for (const char* type : {"", "text/plain", "application/yaml", "application/jsonx", "json", ";"}) {
    EXPECT_EQ(ask(good_review(), type).http_status, 415) << type;
  }
}

TEST(BadInput, SecretsOfTheObjectStayOutOfAnswers) {
  const std::string body = replaced(good_review(), R"("backend":"trtllm")",
                                    R"("backend":"auto","searchStrategy":"thorough","overrides":{"dgd":{"kind":7,)"
                                    R"("spec":{"env":[{"name":"T","value":"hunter2-token"}]}}})");
  const AdmissionAnswer answer = ask(body);
  EXPECT_FALSE(answer.allowed);
  EXPECT_EQ(answer.body.find(kSecret), std::string::npos) << answer.body;
}

TEST(BadInput, NamesTheRulesThatDenied) {
  const AdmissionAnswer answer =
      ask(replaced(good_review(), R"("backend":"trtllm")", R"("backend":"auto","searchStrategy":"thorough")"));
  EXPECT_EQ(answer.rules, std::vector<std::string>{"strategy.thorough.backend"});
  EXPECT_EQ(answer.uid, "u-1");
  EXPECT_EQ(answer.name, "qwen");
  EXPECT_EQ(answer.namespace_name, "serving");
  EXPECT_EQ(answer.operation, "CREATE");
  EXPECT_EQ(answer.status_code, 422);
}

}  // namespace
}  // namespace dynamo

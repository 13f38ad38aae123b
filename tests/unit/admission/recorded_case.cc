#include "recorded_case.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "dynamo/profiler/document_io.h"

namespace dynamo::recorded {

std::vector<std::string> names() {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(ADMISSION_CASES)) {
    if (entry.path().extension() == ".json") found.push_back(entry.path().stem());
  }
  std::ranges::sort(found);
  return found;
}

Value load(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(std::filesystem::path(ADMISSION_CASES) / (name + ".json")).rdbuf();
  auto value = read_json(text.str(), name);
  EXPECT_TRUE(value.has_value()) << name;
  return value.has_value() ? *std::move(value) : Value();
}

std::string text_of(const Value& value, std::string_view key) {
  const Value* found = value.find(key);
  return found == nullptr || found->as_string() == nullptr ? std::string() : *found->as_string();
}

bool flag(const Value& value, std::string_view key, bool fallback) {
  const Value* found = value.find(key);
  return found == nullptr ? fallback : *found->as_bool();
}

AdmissionOptions options_of(const Value& recorded) {
  const Value& written = *recorded.find("options");
  AdmissionOptions options;
  options.check_feasibility = false;
  options.gpu_discovery = flag(written, "gpuDiscovery", true);
  options.require_runtime_version = flag(written, "requireRuntimeVersion", false);
  options.immutability = text_of(written, "immutability") == "phase" ? Immutability::kPhase : Immutability::kStrict;
  options.default_image = text_of(written, "defaultImage");
  return options;
}

AdmissionAnswer answer(const Value& recorded, const AdmissionOptions& options) {
  static const TableStore no_tables("");
  const AdmissionPath path = text_of(recorded, "path") == "mutate" ? AdmissionPath::kMutate : AdmissionPath::kValidate;
  return answer_review(path, "application/json", write_json(*recorded.find("review")), options, no_tables);
}

}  // namespace dynamo::recorded

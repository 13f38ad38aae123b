#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/request.h"

namespace dynamo::testing {

inline Document document_of(const std::string& yaml) {
  ReadResult read = read_yaml(yaml, "test.yaml");
  EXPECT_FALSE(read.diagnostics.has_errors()) << yaml;
  return read.documents.empty() ? Document{} : read.documents.front();
}

inline ValidateResult check(const std::string& yaml, const ValidateOptions& options = {}) {
  return check_document(document_of(yaml), options);
}

inline std::string line_of(const Diagnostic& item) {
  return std::string(item.severity == Severity::kError ? "error" : "warning") + ": " + item.path + ": " + item.reason +
         " [" + item.rule + "]" + (item.hint.empty() ? "" : " hint: " + item.hint);
}

inline std::vector<std::string> rules_of(const Diagnostics& diagnostics) {
  std::vector<std::string> rules;
  for (const Diagnostic& item : diagnostics.items()) {
    rules.push_back(item.rule);
  }
  return rules;
}

inline std::string text_of(const std::string& path) {
  std::ifstream file(std::string(DYNAMO_SOURCE_DIR) + "/" + path);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace dynamo::testing

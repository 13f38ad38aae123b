#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dynamo/profiler/facts.h"

/// What a `config.json` is read as.
namespace dynamo::configs {

/// The model that the text describes; a failure of the test when it is refused.
inline ModelSpec parsed(const std::string& config, const std::string& quant = "") {
  const auto model = parse_model_config("org/model", config, quant, "config.json");
  EXPECT_TRUE(model.has_value()) << (model ? "" : model.error().items()[0].path + ": " + model.error().items()[0].reason);
  return model.value_or(ModelSpec{});
}

/// `rule path` of everything that is wrong with it, each with a reason and a way out.
inline std::vector<std::string> complaints(const std::string& config) {
  const auto model = parse_model_config("org/model", config, "", "config.json");
  std::vector<std::string> out;
  if (model) return out;
  for (const Diagnostic& problem : model.error().items()) {
    EXPECT_EQ(problem.source, "config.json");
    EXPECT_NE(problem.reason, "");
    EXPECT_NE(problem.hint, "");
    out.push_back(problem.rule + " " + problem.path);
  }
  return out;
}

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

}  // namespace dynamo::configs

#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/document.h"
#include "dynamo/profiler/estimate.h"
#include "dynamo/profiler/request.h"
#include "perf/engine.h"

namespace dynamo::cases {

/// Why a case has no answer. Codes are listed in docs/cases.md.
struct CaseError {
  std::string code;
  std::string message;
};
[[nodiscard]] CaseError case_error(const perf::Error& error);

/// Reads the `in` object of a case. Mistakes are collected, so that one answer names them all.
class Arguments {
 public:
  explicit Arguments(const Value& in) : in_(in) {}

  /// An integer of at least `low`; absent or null = `fallback`.
  [[nodiscard]] int integer(std::string_view name, int fallback, int low = 0);
  [[nodiscard]] int required_integer(std::string_view name, int low = 0);
  [[nodiscard]] std::optional<int> optional_integer(std::string_view name, int low = 0);
  [[nodiscard]] double number(std::string_view name, double fallback);
  [[nodiscard]] std::optional<double> optional_number(std::string_view name);
  [[nodiscard]] std::string text(std::string_view name, std::string_view fallback = {});
  [[nodiscard]] bool flag(std::string_view name, bool fallback);

  [[nodiscard]] Backend backend(std::string_view name);
  /// nullptr when absent or unknown.
  [[nodiscard]] const SystemSpec* system(std::string_view name);
  [[nodiscard]] const SystemSpec* required_system(std::string_view name);
  [[nodiscard]] std::optional<ModelSpec> model(std::string_view name, const ModelSource& models);
  [[nodiscard]] DatabaseMode database_mode(DatabaseMode fallback = DatabaseMode::kSilicon);
  [[nodiscard]] perf::QuantOverrides quant(std::string_view prefix = {});

  /// Said twice, it is noted once.
  void complain(std::string message);
  /// Every argument that nobody asked for is a mistake too.
  [[nodiscard]] std::optional<CaseError> problems();

 private:
  const Value* find(std::string_view name);
  [[nodiscard]] std::string expected(std::string_view name, std::string_view what) const;
  template <typename Quant>
  [[nodiscard]] std::optional<Quant> format(std::string name);

  const Value& in_;
  std::vector<std::string> asked_;
  std::vector<std::string> problems_;
};

}  // namespace dynamo::cases

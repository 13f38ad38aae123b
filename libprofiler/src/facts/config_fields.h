#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "dynamo/profiler/diagnostic.h"
#include "dynamo/profiler/document.h"

namespace dynamo::facts {

/// Reads counts and widths from a checkpoint's configuration and keeps every complaint.
class ConfigFields {
 public:
  ConfigFields(const Value& fields, std::string path_prefix, std::string source)
      : fields_(fields), prefix_(std::move(path_prefix)), source_(std::move(source)) {}

  using Keys = std::initializer_list<std::string_view>;

  /// The first key that is present and not null; null if none is.
  [[nodiscard]] const Value* find(Keys keys) const;
  /// A number from 1 up; missing, null or anything else is reported and read as 0.
  int positive(Keys keys);
  /// The same, but missing and null are 0 without a complaint.
  int optional_positive(Keys keys);
  /// A number from 0 up; missing and null are 0.
  int optional_count(Keys keys);

  void report(DiagnosticCode code, const std::string& rule, std::string_view key, std::string reason,
              std::string hint);
  [[nodiscard]] const Diagnostics& problems() const { return problems_; }
  [[nodiscard]] bool has_problem_with(std::string_view key) const;

 private:
  struct Found {
    std::string_view key;
    const Value* value = nullptr;
  };
  [[nodiscard]] Found locate(Keys keys) const;
  int whole_number(const Found& found, std::int64_t at_least);

  const Value& fields_;
  std::string prefix_;
  std::string source_;
  Diagnostics problems_;
};

}  // namespace dynamo::facts

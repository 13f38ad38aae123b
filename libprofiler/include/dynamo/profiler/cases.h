#pragma once

#include <string>
#include <string_view>

#include "dynamo/profiler/request.h"
#include "dynamo/profiler/tables.h"

namespace dynamo {

/// Answers one line of a case file: `{id, kind, in}` with kind static, agg, disagg, memory or picks, arguments and answers as
/// documented in docs/cases.md. Never fails: what cannot be answered is `{id, ok: false, err: {code, message}}`.
/// `line_number` (from 1) names lines that have no id. Returns one line of JSON without line end.
class CaseRunner {
 public:
  CaseRunner(const TableStore& tables, const ModelSource& models) : tables_(tables), models_(models) {}
  [[nodiscard]] std::string answer(std::string_view line, std::size_t line_number) const;

 private:
  const TableStore& tables_;
  const ModelSource& models_;
};

}  // namespace dynamo

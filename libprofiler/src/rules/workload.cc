#include <algorithm>
#include <string>

#include "rules/limits.h"
#include "rules/rules.h"
#include "text/number_text.h"

namespace dynamo {
namespace {

void check_length(
    Report& report, RuleId rule, std::string_view field, const Field<std::int64_t>& length, std::int64_t& result) {
  if (!length.set()) {
    report.origin(field, std::to_string(result), "default");
    return;
  }
  if (check_range(
          report, rule, field, length, {.low = 1, .high = static_cast<double>(kMaxSequenceTokens), .unit = "tokens"})) {
    result = length.value;
  }
}

void check_load(Report& report) {
  const RequestSpec::Workload& workload = report.spec.workload;
  const Field<double>& rate = workload.request_rate;
  const Field<double>& concurrency = workload.concurrency;
  if (check_range(report,
                  "workload.requestRate.range",
                  "workload.requestRate",
                  rate,
                  {.low = 0, .high = kMaxRequestRate, .open_low = true, .unit = "requests per second"})) {
    report.request.request_rate = rate.value;
  }
  if (check_range(report,
                  "workload.concurrency.range",
                  "workload.concurrency",
                  concurrency,
                  {.low = 0, .high = kMaxConcurrency, .open_low = true, .unit = "requests"})) {
    report.request.concurrency = concurrency.value;
  }
  if (rate.set() && concurrency.set()) {
    report.error({.rule = "workload.load.exclusive",
                  .code = DiagnosticCode::kForbidden,
                  .field = "workload",
                  .reason = "requestRate and concurrency cannot both be set",
                  .hint = "keep the one you plan for and remove the other",
                  .mark = std::max(rate.key_mark, concurrency.key_mark)});
  }
}

}  // namespace

void check_workload(Report& report) {
  check_length(report, "workload.isl.range", "workload.isl", report.spec.workload.isl, report.request.isl);
  check_length(report, "workload.osl.range", "workload.osl", report.spec.workload.osl, report.request.osl);
  check_load(report);
}

}  // namespace dynamo

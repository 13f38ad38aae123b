#include <array>
#include <string>

#include "rules/rules.h"

namespace dynamo {
namespace {

constexpr auto kBackendWords = std::to_array<std::string_view>({"auto", "trtllm", "sglang", "vllm"});
constexpr auto kStrategyWords = std::to_array<std::string_view>({"rapid", "thorough"});
constexpr auto kAllBackends = std::to_array<Backend>({Backend::kTrtllm, Backend::kSglang, Backend::kVllm});

void check_backend(Report& report) {
  const Field<std::string>& backend = report.spec.backend;
  if (!backend.set()) {
    report.request.backends.assign(kAllBackends.begin(), kAllBackends.end());
    report.origin("backend", "auto", "default");
    return;
  }
  if (!check_word(report, "backend.known", "backend", backend, kBackendWords)) {
    return;
  }
  if (const auto one = backend_from_name(backend.value)) {
    report.request.backends = {*one};
  } else {
    report.request.backends.assign(kAllBackends.begin(), kAllBackends.end());
  }
}

void check_search(Report& report) {
  const Field<std::string>& strategy = report.spec.search_strategy;
  if (!strategy.set()) {
    report.origin("searchStrategy", "rapid", "default");
    return;
  }
  if (!check_word(report, "searchStrategy.known", "searchStrategy", strategy, kStrategyWords)) {
    return;
  }
  report.request.strategy = strategy.value == "thorough" ? SearchStrategy::kThorough : SearchStrategy::kRapid;
  const Field<std::string>& backend = report.spec.backend;
  const bool automatic = !backend.malformed && backend.value_or("auto") == "auto";
  if (report.request.strategy == SearchStrategy::kThorough && automatic) {
    report.error({.rule = "strategy.thorough.backend",
                  .code = DiagnosticCode::kInvalid,
                  .field = "searchStrategy",
                  .reason = "\"thorough\" is incompatible with spec.backend \"auto\"",
                  .hint = "name one backend: sglang, trtllm or vllm",
                  .bad_value = strategy.value,
                  .mark = strategy.mark});
  }
}

}  // namespace

void check_strategy(Report& report) {
  check_backend(report);
  check_search(report);
  if (!report.spec.auto_apply.set()) {
    report.origin("autoApply", "true", "default");
  }
  report.request.auto_apply = report.spec.auto_apply.value_or(true);
}

}  // namespace dynamo

#include <algorithm>

#include "decide/no_layout.h"
#include "decide/plan.h"
#include "decide/provenance.h"
#include "decide/report.h"
#include "decide/table_checks.h"
#include "dynamo/profiler/profile.h"
#include "explain/explanation.h"
#include "search/memo.h"

namespace dynamo {
namespace {

using decision::Answer;
using decision::Searched;

/// The pick of an answer, or what stands in for one.
std::expected<PickReport, Diagnostics> pick_of(const ValidatedRequest& request, Answer& answer) {
  PickReport report = decision::report_of(request, answer);
  if (!report.chosen) return decision::without_layout(request, std::move(report.searches));
  return report;
}

/// `engines` of the pick; null where no model answers for it.
void add_reasons(const ValidatedRequest& request, const Answer& answer, const search::UnitEngines* engines,
                 const ExplainOptions& options, Decision& decision) {
  explain::Evidence evidence{&request, &decision.report, &answer.plan.scenario, &answer.plan.target, {}, engines};
  for (std::size_t i = 0; i < answer.searches.size(); ++i) {
    const Searched& s = answer.searches[i];
    evidence.searches.push_back({s.mode, s.backend, &s.outcome, &decision.report.searches[i], s.widening});
  }
  decision.explanation = explain::explanation_of(evidence, options, decision.findings);
}

}  // namespace

std::shared_ptr<SearchMemory> make_search_memory() { return std::make_shared<SearchMemory>(); }

std::expected<Decision, Diagnostics> decide_and_explain(const ValidatedRequest& request, const TableStore& tables,
                                                        const ProfileOptions& options) {
  if (Diagnostics problems = decision::check_tables(request, tables); problems.has_errors()) return std::unexpected(problems);
  ProfileOptions with_memory = options;   // wider limits ask about the same operating points again
  if (with_memory.memory == nullptr) with_memory.memory = make_search_memory();
  Answer answer = decision::answer_of(request, decision::plan_of(request, with_memory), tables);
  if (options.cancelled && options.cancelled()) {
    return std::unexpected(one_error(DiagnosticCode::kTooLarge, "profile.cancelled", "the search was ended before it was done"));
  }
  if (options.on_row) {
    for (const Searched& s : answer.searches) std::ranges::for_each(s.outcome.rows, options.on_row);
  }
  auto report = pick_of(request, answer);
  if (!report) return std::unexpected(std::move(report.error()));
  Decision decision{std::move(*report), {}, {}};
  std::optional<search::UnitEngines> engines;
  if (PickReport& chosen = decision.report; !chosen.naive) {
    engines = search::unit_engines(chosen.chosen->unit, answer.plan.scenario, tables);
    chosen.provenance = decision::provenance_of(chosen.chosen->unit, *engines, answer.plan.scenario, tables);
  }
  if (options.explain) add_reasons(request, answer, engines ? &*engines : nullptr, *options.explain, decision);
  return decision;
}

std::expected<PickReport, Diagnostics> decide(const ValidatedRequest& request, const TableStore& tables,
                                              const ProfileOptions& options) {
  auto decision = decide_and_explain(request, tables, options);
  if (!decision.has_value()) return std::unexpected(std::move(decision.error()));
  return std::move(decision->report);
}

}  // namespace dynamo

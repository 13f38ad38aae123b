#include "explain/explanation.h"

#include "explain/sections.h"
#include "explain/words.h"

namespace dynamo::explain {
namespace {

std::string status_of(const PickReport& report) {
  if (report.naive) return "unverified";
  if (!report.sla_met) return "missed";
  return report.chosen->load_served_percent < 100 ? "short" : "met";
}

}  // namespace

Value explanation_of(const Evidence& evidence, const ExplainOptions& options, Diagnostics& findings) {
  const PickReport& report = *evidence.report;
  Value document;
  document.set("apiVersion", kExplanationApiVersion);
  document.set("kind", kExplanationKind);
  document.set("schemaVersion", kExplanationSchema);
  document.set("name", evidence.request->name);
  document.set("namespace", evidence.request->namespace_name);
  document.set("request", request_of(*evidence.request));
  document.set("inputs", inputs_of(*evidence.request));
  document.set("status", status_of(report));
  document.set("targets", targets_of(evidence));
  document.set("pick", pick_value(*report.chosen, evidence.context()));
  document.set("pickName", choice_text(evidence, *report.chosen));
  document.set("why", why_of(evidence));
  document.set("runnersUp", runners_up_of(evidence));
  document.set("modes", modes_of(evidence));
  document.set("sensitivity", sensitivity_of(evidence));
  document.set("funnel", funnel_of(evidence));
  document.set("layouts", layouts_of(evidence));
  document.set("memory", memory_of(evidence));
  document.set("time", time_of(evidence));
  document.set("rates", rates_of(evidence));
  document.set("provenance", provenance_of(evidence));
  document.set("assumptions", assumptions_of(evidence));
  document.set("candidates", candidates_of(evidence, options.candidates, findings));
  return document;
}

}  // namespace dynamo::explain

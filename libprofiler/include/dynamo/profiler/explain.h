#pragma once

#include <string>
#include <vector>

#include "dynamo/profiler/diagnostic.h"
#include "dynamo/profiler/document.h"
#include "dynamo/profiler/pick.h"
#include "dynamo/profiler/quantization.h"

namespace dynamo {

/// What an explanation says of itself: `apiVersion`, `kind` and `schemaVersion`. Fields are only ever added within a schema
/// version; docs/explanation.schema.json describes all of them.
inline constexpr const char* kExplanationApiVersion = "dynamo-profiler/v1";
inline constexpr const char* kExplanationKind = "Explanation";
inline constexpr int kExplanationSchema = 1;

/// What else an explanation should answer. `ProfileOptions::explain` asks for one, `ProfileResult::explanation` is it.
struct ExplainOptions {
  std::vector<std::string> candidates;   ///< "why not this one?", e.g. `agg tp8` or `prefill tp2 x1 + decode tp4 x2`
};

/// Whether a saved document is an explanation that this program can read; a newer schema is an error.
[[nodiscard]] Diagnostics check_explanation(const Value& document, const std::string& source);

/// What trees of picks need to know about the whole report.
struct ValueContext {
  bool moe = false;
  bool naive = false;   ///< then no number comes from a performance model and all of them are null

  [[nodiscard]] Value measured(double number) const { return naive ? Value() : Value(number); }
};

/// A pick with its workers, predictions and memory.
[[nodiscard]] Value pick_value(const Pick& pick, const ValueContext& context);
[[nodiscard]] Value quant_value(const QuantModes& quant);
/// Where numbers come from: tier, tables, shares of operator time, error band and rows not to be believed.
[[nodiscard]] Value provenance_value(const Provenance& provenance);

}  // namespace dynamo

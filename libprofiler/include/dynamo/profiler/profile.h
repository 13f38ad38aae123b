#pragma once

#include <atomic>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dynamo/profiler/assembly.h"
#include "dynamo/profiler/curves.h"
#include "dynamo/profiler/document.h"
#include "dynamo/profiler/emit.h"
#include "dynamo/profiler/estimate.h"
#include "dynamo/profiler/explain.h"
#include "dynamo/profiler/layout_sizes.h"
#include "dynamo/profiler/pick.h"
#include "dynamo/profiler/plots.h"
#include "dynamo/profiler/request.h"
#include "dynamo/profiler/tables.h"

namespace dynamo {

/// What searches have worked out, for those that follow: requests that differ only in targets, load or budget answer in a
/// fraction of the time. Bound to one table store; thread-safe; the answers are the same with and without.
class SearchMemory;
[[nodiscard]] std::shared_ptr<SearchMemory> make_search_memory();

struct ProfileOptions {
  ValidateOptions validate;
  EmitOptions emit = {};
  CurveOptions curves = {};         ///< its tables are used as `database` says
  bool plots = false;               ///< draw what is swept
  /// kAuto: layouts that are measured throughout; only where there is none, those with kernels of the lower tiers.
  DatabaseMode database = DatabaseMode::kAuto;
  unsigned threads = 0;             ///< 0 = one per core; the answer does not depend on it
  /// Asked between layouts, from several threads; true ends the search with the error `profile.cancelled`. Empty = never.
  std::function<bool()> cancelled = {};
  std::shared_ptr<SearchMemory> memory = {};   ///< shared between calls; empty = none
  LayoutSizes sizes = {};           ///< the only layouts to try
  /// What a ranking without a load maximises; cost pays only for the GPUs that are used, at the same price each.
  enum class Objective { kThroughput, kCost };
  Objective objective = Objective::kThroughput;
  /// Called with every row the pick was chosen from, search after search, before `decide` answers. Empty = not.
  std::function<void(const Estimate&)> on_row = {};
  bool any_number_of_units = false; ///< the budget limits a unit, not how many are deployed; for a load to carry
  std::optional<ExplainOptions> explain = {};   ///< also write down why
};

/// Everything one request led to.
struct ProfileResult {
  std::optional<ValidatedRequest> request;
  std::optional<PickReport> report;
  std::optional<Curves> curves;     ///< for planner and mocker, where they ask for them
  std::vector<PlotFile> plots;      ///< of the curves, with `ProfileOptions::plots`
  Assembly deployment;              ///< without documents unless everything succeeded
  Diagnostics diagnostics;
  Value explanation;                ///< null unless asked for, and without a decision
};

/// The whole program: document → decision → deployment.
[[nodiscard]] ProfileResult profile(const Document& document, const TableStore& tables, const ProfileOptions& options = {});

/// A decision and, where asked for, why.
struct Decision {
  PickReport report;
  Value explanation;
  Diagnostics findings;             ///< about what the explanation was asked for
};

/// The search and pick alone, for callers that bring their own request.
[[nodiscard]] std::expected<Decision, Diagnostics> decide_and_explain(const ValidatedRequest& request,
                                                                      const TableStore& tables,
                                                                      const ProfileOptions& options = {});

/// The same without the reasons.
[[nodiscard]] std::expected<PickReport, Diagnostics> decide(const ValidatedRequest& request,
                                                            const TableStore& tables,
                                                            const ProfileOptions& options = {});

}  // namespace dynamo

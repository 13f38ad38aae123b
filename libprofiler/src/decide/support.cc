#include "dynamo/profiler/support.h"

#include <algorithm>
#include <optional>
#include <thread>

#include "dynamo/profiler/pick.h"
#include "facts/backend_facts.h"
#include "search/parallel_for.h"
#include "search/session.h"
#include "tables/pack.h"

namespace dynamo {

namespace {

// Where a layout is tried: a usual prompt, and an answer long enough to have decode steps.
constexpr int kIsl = 1024, kOsl = 8;
constexpr int kBatch = 8;
/// So many that layouts with experts over several nodes are among those tried.
constexpr int kGpus = 64;

/// Why no layout answers; nothing when one does.
std::optional<std::string> failure(const search::Scenario& scenario, const TableStore& tables) {
  auto session = search::open_session(scenario, tables, perf::Role::kAggregated);
  if (!session) return session.error().message;
  // Small layouts need the fewest tables, so the answer comes early where there is one.
  std::ranges::stable_sort(session->layouts, {}, &Parallelism::gpus);
  std::string why;
  for (const Parallelism& layout : session->layouts) {
    if (search::layout_break(scenario, layout)) continue;
    const auto engine = search::build_engine(scenario, *session, layout, 0);
    if (!engine) {
      if (why.empty()) why = engine.error().message;
      continue;
    }
    const auto point = engine->run_static(search::workload_of(scenario), kBatch, perf::StaticMode::kBoth);
    if (point) return std::nullopt;
    // What is missing says more than which layouts cannot be.
    if (why.empty() || point.error().kind == perf::ErrorKind::kMissingData) why = point.error().message;
    if (point.error().kind == perf::ErrorKind::kMissingData && layout.gpus() > scenario.system->gpus_per_node) break;
  }
  return why.empty() ? "no layout that the backend can run" : why;
}

std::string version_of(const SystemSpec& system, Backend backend, const TableStore& tables, std::string_view asked) {
  const auto pack = tables.open(system.name, backend);
  if (!pack.has_value() || *pack == nullptr) return {};
  return (*pack)->resolve_version(asked).value_or("");
}

}  // namespace

std::string_view name_of(SupportTier tier) {
  switch (tier) {
    case SupportTier::kMeasured: return kTierMeasured;
    case SupportTier::kModelled: return kTierModelled;
    case SupportTier::kNaive: return "naive";
  }
  return "";
}

Support support_of(const ModelSpec& model, const SystemSpec& system, Backend backend, const TableStore& tables,
                   std::string_view version) {
  search::Scenario scenario;
  scenario.model = &model;
  scenario.system = &system;
  scenario.backend = backend;
  scenario.version = version;
  scenario.isl = kIsl;
  scenario.osl = kOsl;
  scenario.total_gpus = kGpus;
  scenario.context_parallel = false;
  scenario.database = DatabaseMode::kSilicon;
  Support support;
  support.version = version_of(system, backend, tables, version);
  const auto unmeasured = failure(scenario, tables);
  if (!unmeasured) return {SupportTier::kMeasured, std::move(support.version), {}};
  support.reason = *unmeasured;
  if (std::string reason = facts::why_not_on(backend, system); !reason.empty()) {
    support.reason = std::move(reason);
    return support;
  }
  scenario.database = DatabaseMode::kAuto;
  if (const auto unmodelled = failure(scenario, tables)) {
    support.reason = *unmodelled;
  } else {
    support.tier = SupportTier::kModelled;
  }
  return support;
}

std::vector<SupportCell> support_matrix(const SupportQuery& query, const TableStore& tables) {
  std::vector<SupportCell> cells;
  for (const ModelSpec* model : query.models) {
    for (const SystemSpec* system : query.systems) {
      for (const Backend backend : query.backends) cells.push_back({model, system, backend, {}});
    }
  }
  const unsigned threads = query.threads == 0 ? std::max(1u, std::thread::hardware_concurrency()) : query.threads;
  search::parallel_for(cells.size(), threads, [&](std::size_t i) {
    cells[i].support = support_of(*cells[i].model, *cells[i].system, cells[i].backend, tables, query.version);
  });
  return cells;
}

}  // namespace dynamo

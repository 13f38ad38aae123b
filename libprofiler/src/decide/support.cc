#include "dynamo/profiler/support.h"

#include <algorithm>
#include <optional>
#include <thread>

#include "dynamo/profiler/pick.h"
#include "facts/backend_facts.h"
#include "search/parallel_for.h"
#include "search/session.h"

namespace dynamo {

namespace {

// Where a layout is tried: a usual prompt, and an answer long enough to have decode steps.
constexpr int kIsl = 1024, kOsl = 8;
constexpr int kBatch = 8;
/// So many that layouts with experts over several nodes are among those tried.
constexpr int kGpus = 64;

/// Why no layout answers; nothing when one does.
std::optional<std::string> failure(const search::Scenario& scenario, const perf::Result<perf::Database>& database) {
  if (!database) return database.error().message;
  auto session = search::open_session(scenario, *database, perf::Role::kAggregated);
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

/// What one GPU and backend have for any model. Models share what is derived from the tables.
class Column {
 public:
  Column(const SystemSpec& system, Backend backend, const TableStore& tables, std::string_view version)
      : system_(system), backend_(backend), version_(version), measured_(open(tables, DatabaseMode::kSilicon)),
        modelled_(open(tables, DatabaseMode::kAuto)), unable_(facts::why_not_on(backend, system)) {}

  [[nodiscard]] Support of(const ModelSpec& model) const {
    search::Scenario scenario;
    scenario.model = &model;
    scenario.system = &system_;
    scenario.backend = backend_;
    scenario.version = version_;
    scenario.isl = kIsl;
    scenario.osl = kOsl;
    scenario.total_gpus = kGpus;
    scenario.context_parallel = false;
    scenario.database = DatabaseMode::kSilicon;
    Support support{SupportTier::kMeasured, measured_ ? measured_->version() : std::string(), {}};
    auto reason = failure(scenario, measured_);
    if (!reason) return support;
    support = {SupportTier::kNaive, std::move(support.version), std::move(*reason)};
    if (!unable_.empty()) {
      support.reason = unable_;
      return support;
    }
    scenario.database = DatabaseMode::kAuto;
    if (auto unmodelled = failure(scenario, modelled_)) {
      support.reason = std::move(*unmodelled);
    } else {
      support.tier = SupportTier::kModelled;
    }
    return support;
  }

 private:
  [[nodiscard]] perf::Result<perf::Database> open(const TableStore& tables, DatabaseMode mode) const {
    return perf::Database::open(tables, system_, backend_, version_, mode);
  }

  const SystemSpec& system_;
  Backend backend_;
  std::string version_;
  perf::Result<perf::Database> measured_, modelled_;
  std::string unable_;   ///< why the backend cannot run on this GPU
};

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
  return Column(system, backend, tables, version).of(model);
}

std::vector<SupportCell> support_matrix(const SupportQuery& query, const TableStore& tables) {
  const std::size_t columns = query.systems.size() * query.backends.size();
  std::vector<SupportCell> cells(query.models.size() * columns);
  const unsigned threads = query.threads == 0 ? std::max(1u, std::thread::hardware_concurrency()) : query.threads;
  search::parallel_for(columns, threads, [&](std::size_t c) {
    const SystemSpec& system = *query.systems[c / query.backends.size()];
    const Backend backend = query.backends[c % query.backends.size()];
    const Column column(system, backend, tables, query.version);
    for (std::size_t m = 0; m < query.models.size(); ++m) {
      cells[m * columns + c] = {query.models[m], &system, backend, column.of(*query.models[m])};
    }
  });
  return cells;
}

}  // namespace dynamo

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>

#include "dynamo/profiler/tables.h"
#include "tables/import/catalog.h"
#include "tables/import/derive.h"
#include "tables/import/merge.h"
#include "tables/import/package.h"
#include "tables/pack_writer.h"

namespace dynamo {
namespace {

using tables::Catalog;
using tables::Package;
using tables::Plan;
using tables::RowSource;

constexpr std::string_view kBackends[] = {"trtllm", "sglang", "vllm"};
constexpr unsigned kThreads = 2;

struct PackTask {
  std::string system, backend;
  VersionSlots slots;
};

/// Everything the packs of one import share.
struct Shared {
  const Package& package;
  const Catalog& catalog;
  const std::filesystem::path& directory;
  const std::function<void(std::string_view)>& progress;
  std::mutex mutex;                ///< guards the members below and `progress`
  std::map<std::string, std::size_t> rows_of_file;
  std::size_t packs = 0;
  std::size_t tasks = 0;
  Diagnostics problems;
};

/// Imports one pack. Versions often share a table's sources; such a table is merged only once.
class PackImport {
 public:
  PackImport(Shared& shared, const PackTask& task)
      : shared_(shared), task_(task), writer_(task.system, task.backend, shared.package.release(), task.slots) {}

  void run() {
    for (const std::string& version : versions()) {
      for (const std::string& stem : shared_.catalog.stems(task_.system)) {
        for (const Sources sources : {Sources::kMerged, Sources::kPrimary}) add(version, stem, sources);
      }
    }
    if (failed_) return;
    const auto written = writer_.write(shared_.directory);
    const std::lock_guard lock(shared_.mutex);
    if (!written) {
      shared_.problems.append(written.error());
      return;
    }
    ++shared_.packs;
    report(written->filename().string() + " (" + std::to_string(shared_.packs) + " of " + std::to_string(shared_.tasks) + ")");
  }

 private:
  struct Stored {
    std::string name;
    std::uint32_t table;
  };

  [[nodiscard]] std::vector<std::string> versions() const {
    std::vector<std::string> out = {task_.slots.current};
    for (const auto& slot : {task_.slots.previous, task_.slots.next}) {
      if (slot && std::find(out.begin(), out.end(), *slot) == out.end()) out.push_back(*slot);
    }
    return out;
  }

  void report(const std::string& line) const {
    if (shared_.progress) shared_.progress(line);
  }

  void add(const std::string& version, const std::string& stem, Sources sources) {
    auto list = shared_.catalog.resolve(task_.system, task_.backend, version, stem, sources);
    if (list.empty()) return;
    const auto [at, fresh] = stored_.try_emplace(std::pair(stem, std::move(list)));
    if (fresh) at->second = merge(stem, at->first.second);
    for (const Stored& stored : at->second) writer_.add_entry(version, stored.name, sources, stored.table);
  }

  std::vector<Stored> merge(const std::string& stem, const std::vector<RowSource>& sources) {
    std::vector<Plan> plans = tables::known_plans(stem);
    std::vector<tables::Merger> mergers;
    for (const RowSource& source : sources) {
      const auto bytes = shared_.package.read(source.path);
      if (!bytes) return problem(source.path, bytes.error());
      const auto file = tables::ParquetFile::open(*bytes);
      if (!file) return problem(source.path, file.error());
      count(source.path, file->rows());
      if (plans.empty()) plans.push_back(tables::derive_plan(stem, *file));
      if (mergers.empty()) {
        for (const Plan& plan : plans) mergers.emplace_back(plan, task_.system);
      }
      for (tables::Merger& merger : mergers) {
        const auto done = merger.add(*file, source.kernels ? &*source.kernels : nullptr);
        if (!done) return problem(source.path, done.error());
      }
    }
    std::vector<Stored> out;
    for (tables::Merger& merger : mergers) {
      const tables::TableData table = merger.finish();
      if (table.rows() > 0) out.push_back({table.name, writer_.add_table(table)});
    }
    return out;
  }

  std::vector<Stored> problem(const std::string& path, const std::string& why) {
    failed_ = true;
    const std::lock_guard lock(shared_.mutex);
    shared_.problems.append(one_error(DiagnosticCode::kInvalid, "tables.import.table", "systems/" + path + ": " + why,
                                      "download the package again; if that does not help, this release is not supported"));
    return {};
  }

  void count(const std::string& path, std::size_t rows) {
    const std::lock_guard lock(shared_.mutex);
    shared_.rows_of_file[path] = rows;
  }

  Shared& shared_;
  const PackTask& task_;
  tables::PackWriter writer_;
  std::map<std::pair<std::string, std::vector<RowSource>>, std::vector<Stored>> stored_;
  bool failed_ = false;
};

std::vector<PackTask> tasks_of(const Catalog& catalog) {
  std::vector<PackTask> tasks;
  for (const std::string& system : catalog.systems()) {
    for (const std::string_view backend : kBackends) {
      if (auto slots = catalog.slots(system, std::string(backend))) tasks.push_back({system, std::string(backend), *slots});
    }
  }
  return tasks;
}

void run_all(Shared& shared, const std::vector<PackTask>& tasks) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < tasks.size(); i = next++) PackImport(shared, tasks[i]).run();
  };
  std::vector<std::jthread> workers;
  try {
    for (unsigned i = 1; i < kThreads; ++i) workers.emplace_back(work);
  } catch (const std::system_error&) {
    // Without a further thread the import only takes longer.
  }
  work();
}

}  // namespace

std::expected<ImportSummary, Diagnostics> import_tables(const std::filesystem::path& source,
                                                        const std::filesystem::path& directory,
                                                        const std::function<void(std::string_view)>& progress) {
  const auto package = Package::open(source);
  if (!package) return std::unexpected(package.error());
  const auto catalog = Catalog::build(**package);
  if (!catalog) return std::unexpected(catalog.error());
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return std::unexpected(one_error(DiagnosticCode::kIo, "tables.import.write", directory.string() + ": " + error.message(),
                                     "choose a directory that can be written"));
  }
  const std::vector<PackTask> tasks = tasks_of(*catalog);
  if (progress) {
    progress("importing " + (*package)->release() + ": " + std::to_string(tasks.size()) + " packs");
  }
  Shared shared{**package, *catalog, directory, progress, {}, {}, 0, tasks.size(), {}};
  run_all(shared, tasks);
  if (shared.problems.has_errors()) {
    shared.problems.sort();
    return std::unexpected(std::move(shared.problems));
  }
  ImportSummary summary{shared.rows_of_file.size(), 0, shared.packs};
  for (const auto& [path, rows] : shared.rows_of_file) summary.rows += rows;
  return summary;
}

}  // namespace dynamo

#include <unistd.h>

#include "commands/commands.h"
#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/tables.h"
#include "io/console.h"
#include "io/environment.h"
#include "render/grid.h"
#include "render/numbers.h"
#include "render/report_value.h"

namespace dynamo::cli {
namespace {

namespace fs = std::filesystem;

/// One redrawn line on a terminal, plain lines elsewhere.
void show_progress(std::string_view line) {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  print_error(terminal ? "\r\x1b[K" + std::string(line) : std::string(line) + "\n");
}

ExitCode import_packs(const std::string& source, const fs::path& directory) {
  const std::expected<ImportSummary, Diagnostics> done = import_tables(source, directory, show_progress);
  if (::isatty(STDERR_FILENO) == 1) print_error("\r\x1b[K");
  if (!done) return worse_of(report(done.error()), ExitCode::kError);
  return print(grouped(static_cast<long long>(done->packs)) + " packs from " +
               grouped(static_cast<long long>(done->files)) + " files, " +
               grouped(static_cast<long long>(done->rows)) + " rows, in " + directory.string() + "\n");
}

Value pack_value(const PackInfo& pack) {
  Value value;
  value.set("file", pack.file.string());
  value.set("system", pack.system);
  value.set("backend", pack.backend);
  value.set("release", pack.release);
  value.set("current", pack.slots.current);
  value.set("next", pack.slots.next ? Value(*pack.slots.next) : Value());
  value.set("previous", pack.slots.previous ? Value(*pack.slots.previous) : Value());
  value.set("bytes", static_cast<std::int64_t>(pack.bytes));
  value.set("tables", static_cast<std::int64_t>(pack.tables));
  value.set("rows", static_cast<std::int64_t>(pack.rows));
  return value;
}

std::string packs_json(const std::vector<PackInfo>& packs) {
  Value list;
  list.set("apiVersion", kReportApiVersion);
  list.set("kind", "TablePackList");
  Array items;
  for (const PackInfo& pack : packs) items.push_back(pack_value(pack));
  list.set("items", std::move(items));
  return write_json(list, JsonStyle::kIndented) + "\n";
}

std::string packs_table(const std::vector<PackInfo>& packs, bool wide) {
  std::vector<Grid::Column> columns = {{"SYSTEM"}, {"BACKEND"}, {"CURRENT"}, {"NEXT"}, {"PREVIOUS"}, {"ROWS", true},
                                       {"MIB", true}};
  if (wide) columns.insert(columns.end(), {{"TABLES", true}, {"RELEASE"}, {"FILE"}});
  Grid grid(std::move(columns));
  for (const PackInfo& pack : packs) {
    std::vector<std::string> cells = {pack.system,
                                      pack.backend,
                                      pack.slots.current.empty() ? "-" : pack.slots.current,
                                      pack.slots.next.value_or("-"),
                                      pack.slots.previous.value_or("-"),
                                      grouped(static_cast<long long>(pack.rows)),
                                      fixed(static_cast<double>(pack.bytes) / (1024.0 * 1024.0), 1)};
    if (wide) {
      cells.insert(cells.end(), {grouped(static_cast<long long>(pack.tables)), pack.release, pack.file.string()});
    }
    grid.add(std::move(cells));
  }
  std::string out;
  for (const std::string& line : grid.lines(0)) out += line + "\n";
  return out;
}

std::string packs_names(const std::vector<PackInfo>& packs) {
  std::string out;
  for (const PackInfo& pack : packs) out += pack.system + "-" + pack.backend + "\n";
  return out;
}

std::string no_tables(const fs::path& directory) {
  return "No measured tables in " + directory.string() +
         ".\nImport them: kubectl dynamo tables import aiconfigurator_core-0.12.0-*.whl\n";
}

ExitCode list(const TablesCommand& command, const fs::path& directory) {
  const std::expected<std::vector<PackInfo>, Diagnostics> packs = list_packs(directory);
  if (!packs) return worse_of(report(packs.error()), ExitCode::kError);
  if (packs->empty()) print_error(no_tables(directory));
  if (command.output == OutputFormat::kJson) return print(packs_json(*packs));
  if (command.output == OutputFormat::kName) return print(packs_names(*packs));
  return packs->empty() ? ExitCode::kOk : print(packs_table(*packs, command.output == OutputFormat::kWide));
}

ExitCode verify(const fs::path& directory) {
  const std::expected<std::vector<PackInfo>, Diagnostics> packs = list_packs(directory);
  if (!packs) return worse_of(report(packs.error()), ExitCode::kError);
  if (packs->empty()) {
    print_error(no_tables(directory));
    return ExitCode::kError;
  }
  const Diagnostics damaged = verify_packs(directory);
  if (damaged.has_errors()) return worse_of(report(damaged), ExitCode::kError);
  return print(grouped(static_cast<long long>(packs->size())) + " packs, every checksum is right\n");
}

}  // namespace

ExitCode run(const TablesCommand& command) {
  const fs::path directory = tables_directory(command.tables);
  switch (command.action) {
    case TablesAction::kImport: return import_packs(command.source, directory);
    case TablesAction::kList: return list(command, directory);
    case TablesAction::kVerify: return verify(directory);
  }
  return ExitCode::kError;
}

}  // namespace dynamo::cli

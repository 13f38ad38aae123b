#include "commands/commands.h"
#include "dynamo/profiler/document_io.h"
#include "io/console.h"
#include "render/report_value.h"

namespace dynamo::cli {

ExitCode run(const VersionCommand& command) {
  if (command.output != OutputFormat::kJson) return print("kubectl-dynamo " DYNAMO_VERSION "\n");
  Value value;
  value.set("version", DYNAMO_VERSION);
  value.set("reportApiVersion", kReportApiVersion);
  return print(write_json(value, JsonStyle::kIndented) + "\n");
}

ExitCode run(const PrintAndExit& command) {
  if (!command.usage_error) return print(command.text);
  print_error(command.text);
  return ExitCode::kUsage;
}

}  // namespace dynamo::cli

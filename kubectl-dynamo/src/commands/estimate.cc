#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>

#include "commands/commands.h"
#include "dynamo/profiler/cases.h"
#include "io/case_lines.h"
#include "io/console.h"
#include "io/environment.h"
#include "io/file_handle.h"
#include "io/model_files.h"

namespace dynamo::cli {
namespace {

/// More than `CaseRunner` takes, so that it is the one to refuse a line that was cut here.
constexpr std::size_t kLineLimitBytes = 2u << 20;

/// Answers a batch on all cores; the order of the answers is that of the lines.
std::vector<std::string> answer_all(const CaseRunner& runner, const std::vector<LineReader::Line>& lines) {
  std::vector<std::string> answers(lines.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < lines.size(); i = next++) answers[i] = runner.answer(lines[i].text, lines[i].number);
  };
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::jthread> helpers;
  for (std::size_t i = 1; i < std::min(cores, lines.size()); ++i) helpers.emplace_back(work);
  work();
  helpers.clear();
  return answers;
}

FileHandle open_cases(const std::string& source) {
  return FileHandle(source == "-" ? STDIN_FILENO : ::open(source.c_str(), O_RDONLY | O_CLOEXEC));
}

ExitCode cannot_read(const std::string& source, int error) {
  return report(one_error(DiagnosticCode::kIo, "file.read", "cannot read " + source + ": " + std::strerror(error)));
}

}  // namespace

ExitCode run_cases(const std::string& source, const std::string& tables) {
  const FileHandle file = open_cases(source);
  if (!file.valid()) return cannot_read(source, errno);
  const TableStore store(tables_directory(tables));
  const ModelFiles models(hugging_face_hub());
  const CaseRunner runner(store, models);
  LineReader reader(file.get(), kLineLimitBytes);
  for (std::vector<LineReader::Line> lines = reader.next(); !lines.empty(); lines = reader.next()) {
    std::string out;
    for (const std::string& text : answer_all(runner, lines)) out += text + "\n";
    if (print(out) != ExitCode::kOk) return ExitCode::kError;
  }
  return reader.error() == 0 ? ExitCode::kOk : cannot_read(source, reader.error());
}

ExitCode run(const EstimateCommand& command) {
  return command.cases.empty() ? run_setup(command) : run_cases(command.cases, command.tables);
}

}  // namespace dynamo::cli

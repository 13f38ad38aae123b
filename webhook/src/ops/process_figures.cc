#include "ops/process_figures.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <string>

namespace dynamo::webhook {
namespace {

/// When this file was initialised: within milliseconds of the process.
const double kStart =
    std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; }

std::uint64_t open_files() {
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  std::uint64_t count = 0;
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count - 3;   // `.`, `..` and the folder itself
}

}  // namespace

ProcessFigures process_figures() {
  ProcessFigures figures;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) figures.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == "VmRSS:" && status >> figures.resident_bytes) figures.resident_bytes *= 1024;
    if (word == "Threads:") status >> figures.threads;
  }
  figures.open_files = open_files();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.max_open_files = limit.rlim_cur;
  figures.start_time = kStart;
  return figures;
}

}  // namespace dynamo::webhook

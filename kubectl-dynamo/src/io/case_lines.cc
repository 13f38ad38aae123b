#include "io/case_lines.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace dynamo::cli {

void LineReader::finish_line(std::vector<Line>& lines) {
  ++number_;
  if (partial_.ends_with('\r')) partial_.pop_back();
  const bool blank = partial_.find_first_not_of(" \t") == std::string::npos;
  if (!blank) lines.push_back({std::move(partial_), number_});
  partial_.clear();
}

void LineReader::take(const char* data, std::size_t size, std::vector<Line>& lines) {
  while (size > 0) {
    const char* end = static_cast<const char*>(std::memchr(data, '\n', size));
    const std::size_t length = end == nullptr ? size : static_cast<std::size_t>(end - data);
    partial_.append(data, std::min(length, limit_ - partial_.size()));
    if (end == nullptr) return;
    finish_line(lines);
    data += length + 1;
    size -= length + 1;
  }
}

std::vector<LineReader::Line> LineReader::next() {
  std::vector<Line> lines;
  char chunk[64 * 1024];
  while (lines.empty() && !ended_) {
    const ssize_t got = ::read(descriptor_, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) error_ = errno;
    if (got > 0) {
      take(chunk, static_cast<std::size_t>(got), lines);
    } else {
      ended_ = true;
      if (!partial_.empty()) finish_line(lines);
    }
  }
  return lines;
}

}  // namespace dynamo::cli

#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace dynamo::cli {

/// Splits a stream into lines as it arrives, in bounded memory.
class LineReader {
 public:
  /// Of a line over the limit only the first `limit_bytes` are kept and the rest is skipped.
  LineReader(int descriptor, std::size_t limit_bytes) : descriptor_(descriptor), limit_(limit_bytes) {}

  struct Line {
    std::string text;          ///< without line end
    std::size_t number = 0;    ///< from 1
  };

  /// The lines that one read of the stream completed, so that an answer never waits for lines not yet written. Blank lines
  /// are left out. Empty at the end of the stream.
  [[nodiscard]] std::vector<Line> next();
  /// errno of the read that failed; 0 = none.
  [[nodiscard]] int error() const { return error_; }

 private:
  void take(const char* data, std::size_t size, std::vector<Line>& lines);
  void finish_line(std::vector<Line>& lines);

  int descriptor_;
  std::size_t limit_;
  std::string partial_;
  bool ended_ = false;
  std::size_t number_ = 0;
  int error_ = 0;
};

}  // namespace dynamo::cli

#include "doc/yaml/split.h"

#include <algorithm>
#include <utility>

namespace dynamo {
namespace {

bool is_marker(std::string_view line, std::string_view marker) {
  return line.starts_with(marker) &&
         (line.size() == marker.size() || std::string_view(" \t\r\n").contains(line[marker.size()]));
}

/// A line that may stand before the `---` of a document: blank, a comment or a directive.
bool is_prologue(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos || line[first] == '#' || line[0] == '%';
}

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  std::vector<YamlChunk> split() {
    for (std::size_t offset = 0; offset < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', offset), text_.size() - 1) + 1;
      take_line(offset, text_.substr(offset, end - offset));
      offset = end;
    }
    cut_before(text_.size());
    return std::move(chunks_);
  }

 private:
  void take_line(std::size_t offset, std::string_view line) {
    if (is_marker(line, "---")) {
      if (has_content_) {
        cut_before(offset);
      }
      has_content_ = true;
    } else if (is_marker(line, "...")) {
      cut_before(offset + line.size());
    } else if (!is_prologue(line)) {
      has_content_ = true;
    }
  }

  void cut_before(std::size_t offset) {
    if (has_content_) {
      chunks_.push_back({.offset = start_, .text = text_.substr(start_, offset - start_)});
    }
    start_ = offset;
    has_content_ = false;
  }

  std::string_view text_;
  std::vector<YamlChunk> chunks_;
  std::size_t start_ = 0;
  bool has_content_ = false;
};

}  // namespace

std::vector<YamlChunk> split_yaml(std::string_view text) { return Splitter(text).split(); }

}  // namespace dynamo

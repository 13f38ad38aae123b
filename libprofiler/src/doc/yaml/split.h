#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace dynamo {

/// A stretch of a YAML text that holds one document with its directives.
struct YamlChunk {
  std::size_t offset = 0;
  std::string_view text;
};

/// Cuts a text at its document markers. `---` and `...` at the start of a line end a document wherever they stand, even
/// in a block or quoted scalar, so a mistake in one document cannot spoil the next.
[[nodiscard]] std::vector<YamlChunk> split_yaml(std::string_view text);

}  // namespace dynamo

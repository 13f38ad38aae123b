#pragma once

#include <vector>

#include "doc/source_text.h"
#include "dynamo/profiler/document_io.h"

namespace dynamo {

/// What a text of JSON values one after another held.
struct JsonStream {
  std::vector<Value> values;
  Diagnostics diagnostics;
  bool is_json = true;  ///< false when the text broke the grammar, so that it may be another format
};

enum class JsonValues { kExactlyOne, kAnyNumber };

/// Reads a text that check_source has accepted. A value with a duplicate key is reported and left out.
[[nodiscard]] JsonStream parse_json(const SourceText& source, JsonValues expected, const ReadLimits& limits);

}  // namespace dynamo

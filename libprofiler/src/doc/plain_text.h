#pragma once

#include <string>

#include "dynamo/profiler/document.h"

namespace dynamo {

/// How both formats write a null, a boolean or an integer; empty for any other value.
[[nodiscard]] std::string plain_text(const Value& value);

}  // namespace dynamo

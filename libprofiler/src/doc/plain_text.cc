#include "doc/plain_text.h"

#include <cstdint>

namespace dynamo {

std::string plain_text(const Value& value) {
  if (value.is_null()) {
    return "null";
  }
  if (const bool* flag = value.as_bool()) {
    return *flag ? "true" : "false";
  }
  if (const std::int64_t* integer = value.as_int()) {
    return std::to_string(*integer);
  }
  return {};
}

}  // namespace dynamo

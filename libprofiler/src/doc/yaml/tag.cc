#include "doc/yaml/tag.h"

namespace dynamo {

std::string_view standard_type(std::string_view tag) {
  return tag.starts_with(kTagPrefix) ? tag.substr(kTagPrefix.size()) : std::string_view();
}

bool is_scalar_type(std::string_view type) {
  return type == "null" || type == "bool" || type == "int" || type == "float";
}

bool convert_to_type(std::string_view type, Value& value) {
  switch (value.type()) {
    case Value::Type::kNull:
      return type == "null";
    case Value::Type::kBool:
      return type == "bool";
    case Value::Type::kInt:
      if (type == "float") {
        value = value.number_or(0);
      }
      return type == "int" || type == "float";
    case Value::Type::kFloat:
      return type == "float";
    default:
      return false;
  }
}

}  // namespace dynamo

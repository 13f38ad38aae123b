#include "facts/compiler/number_field.h"

#include <string>

namespace dynamo::facts_compiler {

void add_numbers(const FactNode& node, std::span<const NumberField> fields, RowWriter& row) {
  for (const NumberField& field : fields) {
    const auto value = node.find(field.key);
    if (!value && field.required) node.fail(std::string("missing key '") + field.key + "'");
    if (value) row.number(field.member, value->integer());
  }
}

}  // namespace dynamo::facts_compiler

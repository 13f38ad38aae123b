#pragma once

#include <span>

#include "facts/compiler/fact_file.h"
#include "facts/compiler/table_writer.h"

namespace dynamo::facts_compiler {

/// A whole number of a fact file and the member of the row that holds it.
struct NumberField {
  const char* key;
  const char* member;
  bool required = false;
};

void add_numbers(const FactNode& node, std::span<const NumberField> fields, RowWriter& row);

}  // namespace dynamo::facts_compiler

# dynamo_embed_schema(OUT_VAR): puts the published schema of explanations into one C++ source, so that a saved document is held against
# what docs/ says of it.
function(dynamo_embed_schema out_var)
  set(file ${PROJECT_SOURCE_DIR}/docs/explanation.schema.json)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} schema)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/explanation_schema.cc)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT [[
#include "explain/schema_check.h"

namespace dynamo::explain {

std::string_view explanation_schema() {
  return R"schema(@schema@)schema";
}

}  // namespace dynamo::explain
]])
  set(${out_var} ${generated} PARENT_SCOPE)
endfunction()

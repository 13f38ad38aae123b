# dynamo_embed_page(OUT_VAR): puts the style and the script of the HTML page into one C++ source.
function(dynamo_embed_page out_var)
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/src/render/html)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/page.css ${folder}/page.js)
  file(READ ${folder}/page.css style)
  file(READ ${folder}/page.js script)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/page_assets.cc)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT [[
#include "render/html/page_assets.h"

namespace dynamo::cli {

std::string_view page_style() {
  return R"css(
@style@)css";
}

std::string_view page_script() {
  return R"js(
@script@)js";
}

}  // namespace dynamo::cli
]])
  set(${out_var} ${generated} PARENT_SCOPE)
endfunction()

#pragma once

#include <string_view>

namespace dynamo::cli {

// page.css and page.js, from the build.
[[nodiscard]] std::string_view page_style();
[[nodiscard]] std::string_view page_script();

}  // namespace dynamo::cli

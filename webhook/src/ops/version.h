#pragma once

#include <string>
#include <string_view>

namespace dynamo::webhook {

[[nodiscard]] std::string_view version();
/// `dynamo-webhook 0.1.0` with an end of line.
[[nodiscard]] std::string version_line();

}  // namespace dynamo::webhook

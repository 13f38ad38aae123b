#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dynamo::webhook {

/// Standard alphabet, padded, on one line: how the API writes bytes.
[[nodiscard]] std::string to_base64(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace dynamo::webhook

#pragma once

#include <cstddef>
#include <string_view>

namespace dynamo {

// Where yaml-cpp gives the position of a scalar but not how it was written, the text itself is asked. `rest` is what follows
// the position up to the end of its document.

/// Whether it starts a quoted text that nothing closes.
[[nodiscard]] bool is_open_quote(std::string_view rest);

/// Whether the plain `key` that starts it has its colon.
[[nodiscard]] bool has_colon(std::string_view rest, std::string_view key);

/// Whether it spells a null, rather than being what follows a value that was left out.
[[nodiscard]] bool spells_null(std::string_view rest);

/// Bytes to underline: the scalar with its quotes as far as it stands on one line; 0 for block scalars. `text_size` is the
/// length of its value.
[[nodiscard]] std::size_t written_length(std::string_view rest, std::size_t text_size);

}  // namespace dynamo

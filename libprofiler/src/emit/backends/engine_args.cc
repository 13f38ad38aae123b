#include "emit/backends/engine_args.h"

#include <array>
#include <charconv>

namespace dynamo::emit {

ArgList& ArgList::flag(std::string_view name, double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return flag(name, std::string_view(text.data(), end));
}

int round_up(int value, int multiple) { return (value + multiple - 1) / multiple * multiple; }

}  // namespace dynamo::emit

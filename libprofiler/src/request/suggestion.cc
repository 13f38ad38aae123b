#include "request/suggestion.h"

#include <cstddef>

namespace dynamo {

std::string suggestion(const std::vector<std::string>& nearest) {
  std::string text;
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    text += i == 0 ? "; did you mean " : (i + 1 == nearest.size() ? " or " : ", ");
    text += nearest[i];
  }
  return text.empty() ? text : text + "?";
}

}  // namespace dynamo

#include "facts/json_numbers.h"

namespace dynamo::facts {

std::string without_infinities(std::string_view json) {
  std::string out(json);
  bool in_string = false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] == '\\' && in_string) {
      ++i;
    } else if (out[i] == '"') {
      in_string = !in_string;
    } else if (!in_string && (out[i] == 'I' || out[i] == 'N')) {
      for (const std::string_view word : {std::string_view("Infinity"), std::string_view("NaN")}) {
        if (out.compare(i, word.size(), word) != 0) continue;
        out.replace(i, word.size(), "0" + std::string(word.size() - 1, ' '));
      }
    }
  }
  return out;
}

}  // namespace dynamo::facts

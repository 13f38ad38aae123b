#include "net/openssl.h"

#include <array>

#include <openssl/err.h>

namespace dynamo::webhook {

std::string openssl_error() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

}  // namespace dynamo::webhook

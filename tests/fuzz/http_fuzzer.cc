#include <cstddef>
#include <cstdint>

#include "targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dynamo::fuzz::check_http({reinterpret_cast<const char*>(data), size});
  return 0;
}

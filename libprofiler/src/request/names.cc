#include <string_view>

#include "dynamo/profiler/request.h"

namespace dynamo {

std::string_view name_of(PickingMode mode) {
  switch (mode) {
    case PickingMode::kDefault:
      return "default";
    case PickingMode::kLoadMatch:
      return "load_match";
    case PickingMode::kAutoscale:
      return "autoscale";
  }
  return "";
}

}  // namespace dynamo

#include "facts/efficiency.h"

#include <algorithm>

namespace dynamo::facts {

std::optional<KernelClass> kernel_class_from_name(std::string_view name) {
  const auto at = std::ranges::find(kKernelClassNames, name);
  if (at == kKernelClassNames.end()) return std::nullopt;
  return static_cast<KernelClass>(at - kKernelClassNames.begin());
}

}  // namespace dynamo::facts

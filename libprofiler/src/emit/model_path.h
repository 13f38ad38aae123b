#pragma once

#include <string>

#include "dynamo/profiler/request.h"

namespace dynamo::emit {

/// Where a model cache is mounted, and where the engines find the model.
struct ModelLocation {
  std::string pvc;         ///< claim; empty = no cache
  std::string mount;       ///< absolute, no trailing slash; empty without a claim
  std::string model_path;  ///< directory inside the mount, or the model's name when it is to be looked up or downloaded

  [[nodiscard]] bool cached() const { return !pvc.empty(); }
};

[[nodiscard]] ModelLocation locate_model(const ValidatedRequest& request);

/// A directory rather than a model id: the frontend must then be told the served name.
[[nodiscard]] bool is_filesystem_path(const std::string& model_path);

}  // namespace dynamo::emit

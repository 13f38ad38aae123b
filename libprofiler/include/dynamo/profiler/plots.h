#pragma once

#include <string>
#include <vector>

#include "dynamo/profiler/curves.h"

namespace dynamo {

/// A picture: its name inside the output directory and its bytes.
struct PlotFile {
  std::string name;
  std::string bytes;
};

/// The four plots of the picked engines in depth and the two of all candidates, as PNG with an SVG beside each. Targets are drawn,
/// the pick is marked.
[[nodiscard]] std::vector<PlotFile> plot_files(const ValidatedRequest& request, const Estimate& unit, const Curves& curves,
                                               const EngineSweep& sweep);

}  // namespace dynamo

#include "perf/operators/timing.h"

namespace dynamo::perf {

std::string_view name_of(Source source) {
  switch (source) {
    case Source::kSilicon: return "silicon";
    case Source::kEmpirical: return "empirical";
    case Source::kSol: return "sol";
    case Source::kEstimated: return "estimated";
    case Source::kMixed: return "mixed";
    case Source::kModelled: return "modelled";
  }
  return "";
}

}  // namespace dynamo::perf

#include "render/provenance.h"

#include <utility>

#include "render/numbers.h"
#include "render/tree.h"

namespace dynamo::cli {
namespace {

/// "TTFT 406 to 1,130 ms" for a factor on the pick's number.
std::string range_text(const Value& document, const Value& pick, const char* title, std::string_view field, std::string_view band,
                       const char* unit) {
  const double value = number_at(pick, {field});
  return std::string(title) + " " + readable(value * number_at(document, {"provenance", "errorBand", band, "low"})) + " to " +
         readable(value * number_at(document, {"provenance", "errorBand", band, "high"})) + " " + unit;
}

}  // namespace

std::string share_text(double share) {
  const double percent = share * 100;
  return (percent > 0 && percent < 1 ? std::string("< 1") : fixed(percent, 0)) + " %";
}

std::string provenance_text(const Value& document) {
  const std::string tier = text_at(document, {"provenance", "tier"});
  if (tier == "unverified" || flag_at(document, {"unverified"})) return "unverified: only the memory was calculated.";
  std::string out = tier == "measured" ? "measured tables" : tier;
  const std::string tables = text_at(document, {"provenance", "tables"});
  if (!tables.empty()) out += " (" + tables + ")";
  for (const auto& [field, word] : {std::pair{"lookedUp", "looked up"}, std::pair{"interpolated", "interpolated"},
                                    std::pair{"extrapolated", "extrapolated"}, std::pair{"modelled", "modelled"}}) {
    const double share = number_at(document, {"provenance", field});
    if (share > 0) out += ", " + share_text(share) + " " + word;
  }
  if (const double estimated = number_at(document, {"provenance", "estimated"}); estimated > 0) {
    out += " (" + share_text(estimated) + " for want of rows)";
  }
  return out + ".";
}

std::string band_text(const Value& document, const Value& pick) {
  if (!has_number(document, {"provenance", "errorBand", "ttft", "low"})) return {};
  return range_text(document, pick, "TTFT", "ttftMs", "ttft", "ms") + ", " + range_text(document, pick, "ITL", "itlMs", "itl", "ms") +
         ", throughput" + range_text(document, pick, "", "tokensPerSecondPerGpu", "throughput", "tok/s per GPU") + ".";
}

std::string suspects_text(const Value& document) {
  std::string out;
  for (const Value& suspect : array_at(document, {"provenance", "suspectRows"})) {
    out += (out.empty() ? "Doubtful rows: " : ", ") + text_at(suspect, {"pass"}) + " " + text_at(suspect, {"kernel"}) + " (" +
           readable(number_at(suspect, {"factor"})) + "x)";
  }
  return out.empty() ? out : out + ".";
}

}  // namespace dynamo::cli

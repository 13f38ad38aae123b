#include <algorithm>
#include <span>

#include "facts/compiler/compile.h"
#include "facts/compiler/fact_file.h"

namespace dynamo::facts_compiler {
namespace {

struct Correction {
  const char* key;
  const char* constant;
};

constexpr Correction kDisaggregated[] = {{"prefill_latency_factor", "kPrefillLatencyFactor"},
                                         {"decode_latency_factor", "kDecodeLatencyFactor"},
                                         {"ttft_queueing_factor", "kTtftQueueing"},
                                         {"prefill_utilisation", "kPrefillUtilisation"},
                                         {"decode_utilisation", "kDecodeUtilisation"}};
constexpr Correction kKernels[] = {{"beside_prefill_attention_factor", "kBesidePrefillAttention"},
                                   {"overlapped_launches_factor", "kOverlappedLaunches"},
                                   {"decode_position_low", "kDecodePositionLow"},
                                   {"decode_position_high", "kDecodePositionHigh"}};

void constants_of(const FactNode& group, std::span<const Correction> corrections, TableWriter& out) {
  for (const auto& [key, value] : group.members()) {
    const auto known = [&](const Correction& correction) { return correction.key == key; };
    if (std::ranges::none_of(corrections, known)) value.fail("unknown key '" + key + "'");
  }
  for (const Correction& correction : corrections) {
    const FactNode value = group.at(correction.key);
    if (value.number() <= 0) value.fail("a factor must be positive");
    out.constant(correction.constant, value.number());
  }
}

}  // namespace

void compile_corrections(const std::filesystem::path& file, TableWriter& out) {
  const FactNode root = FactNode::load(file);
  root.allow_only({"source", "disaggregated", "kernels"});
  if (root.at("source").text().empty()) root.fail("the source of the facts must be named");
  constants_of(root.at("disaggregated"), kDisaggregated, out);
  constants_of(root.at("kernels"), kKernels, out);
}

}  // namespace dynamo::facts_compiler

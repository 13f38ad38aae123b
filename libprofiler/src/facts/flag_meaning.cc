#include <array>
#include <charconv>

#include "facts/backend_facts.h"
#include "text/enum_text.h"

namespace dynamo::facts {
namespace {

using enum FlagMeaning;
using Entry = std::pair<FlagMeaning, std::string_view>;

constexpr EnumText kMeanings(std::array{
    Entry{kModel, "model"},
    Entry{kServedName, "served_name"},
    Entry{kTensorParallel, "tensor_parallel"},
    Entry{kPipelineParallel, "pipeline_parallel"},
    Entry{kDataParallel, "data_parallel"},
    Entry{kAttentionDataParallel, "attention_data_parallel"},
    Entry{kExpertParallel, "expert_parallel"},
    Entry{kQuantization, "quantization"},
    Entry{kKvDtype, "kv_dtype"},
    Entry{kBlockTokens, "block_tokens"},
    Entry{kMemoryFraction, "memory_fraction"},
    Entry{kContextLength, "context_length"},
    Entry{kMaxBatch, "max_batch"},
    Entry{kMaxTokens, "max_tokens"},
    Entry{kMaxCachedTokens, "max_cached_tokens"},
    Entry{kChunkTokens, "chunk_tokens"},
    Entry{kChunkedPrefill, "chunked_prefill"},
    Entry{kMixedChunk, "mixed_chunk"},
    Entry{kPrefixCache, "prefix_cache"},
    Entry{kNoPrefixCache, "no_prefix_cache"},
    Entry{kMaxGraphBatch, "max_graph_batch"},
    Entry{kGraphSizes, "graph_sizes"},
    Entry{kSpeculation, "speculation"},
    Entry{kTrustRemoteCode, "trust_remote_code"},
    Entry{kDisaggregation, "disaggregation"},
    Entry{kKvTransfer, "kv_transfer"},
    Entry{kKvTransferPort, "kv_transfer_port"},
    Entry{kKvTransferTokens, "kv_transfer_tokens"},
    Entry{kListenHost, "listen_host"},
    Entry{kEngineOverrides, "engine_overrides"},
    Entry{kEngineFile, "engine_file"},
    Entry{kOverlapSchedulerOff, "overlap_scheduler_off"},
});

}  // namespace

std::string_view name_of(FlagMeaning meaning) { return kMeanings.text(meaning); }
std::optional<FlagMeaning> flag_meaning_from_name(std::string_view name) { return kMeanings.parse(name); }

std::optional<RuntimeRelease> runtime_release(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  int parts[3] = {0, 0, 0};
  int count = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (count < 3) {
    const auto [next, error] = std::from_chars(at, end, parts[count]);
    if (error != std::errc{} || parts[count] < 0) break;
    ++count;
    at = next;
    if (at == end || *at != '.') break;
    ++at;
  }
  if (count < 2) return std::nullopt;
  return RuntimeRelease{parts[0], parts[1], parts[2]};
}

}  // namespace dynamo::facts

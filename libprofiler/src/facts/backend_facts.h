#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dynamo/profiler/facts.h"

namespace dynamo::facts {

/// A release of the Dynamo runtime, which is also the tag of its images.
struct RuntimeRelease {
  int major = 0;
  int minor = 0;
  int patch = 0;
  auto operator<=>(const RuntimeRelease&) const = default;
};

/// `1.3.0`, `v1.3`, `1.2.0-rc4`; suffixes do not count. Nullopt when it does not start like a version.
[[nodiscard]] std::optional<RuntimeRelease> runtime_release(std::string_view text);

enum class EngineRole { kAggregated, kPrefill, kDecode };

/// What a flag is for, whatever the backend calls it.
enum class FlagMeaning {
  kModel, kServedName, kTensorParallel, kPipelineParallel, kDataParallel, kAttentionDataParallel, kExpertParallel,
  kQuantization, kKvDtype, kBlockTokens, kMemoryFraction, kContextLength, kMaxBatch, kMaxTokens, kMaxCachedTokens,
  kChunkTokens, kChunkedPrefill, kMixedChunk, kPrefixCache, kNoPrefixCache, kMaxGraphBatch, kGraphSizes, kSpeculation,
  kTrustRemoteCode, kDisaggregation, kKvTransfer, kKvTransferPort, kKvTransferTokens, kListenHost, kEngineOverrides,
  kEngineFile, kOverlapSchedulerOff,
};

/// The spelling of `max_batch` and the like in the data files.
[[nodiscard]] std::string_view name_of(FlagMeaning meaning);
[[nodiscard]] std::optional<FlagMeaning> flag_meaning_from_name(std::string_view name);

struct BackendFlag {
  FlagMeaning meaning = FlagMeaning::kModel;
  std::string_view flag = {};
  std::string_view value = {};           ///< fixed value; empty = the caller's, or none for a switch
  bool is_switch = false;                ///< takes no value
  bool in_overrides = false;             ///< a dotted key of the object passed as kEngineOverrides, not a flag
  bool roles[3] = {true, true, true};    ///< by EngineRole
  RuntimeRelease from = {};              ///< first release that has it
  std::optional<RuntimeRelease> until = {};  ///< first release that no longer has it
};

/// Another spelling of a flag.
struct FlagAlias {
  std::string_view alias = {};
  std::string_view flag = {};
};

/// A flag that the engine takes and we never write.
struct KnownFlag {
  std::string_view flag = {};
  RuntimeRelease from = {};                  ///< first release known to have it
  std::optional<RuntimeRelease> until = {};  ///< first release known not to have it any more
};

struct KvSpelling {
  KvQuant format = KvQuant::kBfloat16;
  std::string_view spelling = {};
};

struct EngineRelease {
  RuntimeRelease runtime = {};
  std::string_view engine = {};
};

/// What a deployment needs to know of a serving engine.
struct BackendFacts {
  std::string_view name = {};
  std::string_view image_name = {};   ///< last component of the image's path
  std::string_view module = {};       ///< `python3 -m …`
  std::string_view working_dir = {};
  int min_compute_capability = 0;     ///< times 10, of NVIDIA GPUs
  bool other_vendors = false;         ///< runs on GPUs that are not NVIDIA's
  std::string_view services[3] = {};  ///< component names by EngineRole
  std::string_view kv_as_checkpoint = {};  ///< cache format that follows the checkpoint
  std::span<const KvSpelling> kv_formats = {};
  std::span<const EngineRelease> releases = {};  ///< newest first
  std::span<const BackendFlag> flags = {};
  std::span<const FlagAlias> aliases = {};
  std::span<const std::string_view> layout_flags = {};  ///< beside those with a meaning: they too shape the parallelism
  std::span<const KnownFlag> known_flags = {};   ///< others the engine takes; not all of them

  [[nodiscard]] std::string_view service(EngineRole role) const { return services[static_cast<int>(role)]; }
  /// Null when that engine has no such flag for the role. An unknown release counts as the newest.
  [[nodiscard]] const BackendFlag* find_flag(FlagMeaning meaning, EngineRole role = EngineRole::kAggregated,
                                             std::optional<RuntimeRelease> release = std::nullopt) const;
  /// The spelling we use for a flag that may be written by an alias; an unknown flag as it is.
  [[nodiscard]] std::string_view canonical_flag(std::string_view flag) const;
  /// What a flag (or a key of kEngineOverrides) in its canonical spelling is for; nullopt if we never write it.
  [[nodiscard]] std::optional<FlagMeaning> meaning_of(std::string_view flag) const;
  /// Nullopt when the engine has no cache of that format.
  [[nodiscard]] std::optional<std::string_view> kv_spelling(KvQuant format) const;
  /// The engine version inside that runtime; empty when the release is not known.
  [[nodiscard]] std::string_view engine_version(RuntimeRelease release) const;
};

[[nodiscard]] const BackendFacts& backend_facts(Backend backend);

/// Why that engine cannot run on the GPU at all; empty = it can.
[[nodiscard]] std::string why_not_on(Backend backend, const SystemSpec& system);

/// One row per backend, sorted by name.
extern const std::span<const BackendFacts> kBackendRows;

}  // namespace dynamo::facts

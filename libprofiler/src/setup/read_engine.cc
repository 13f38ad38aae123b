#include "setup/read_engine.h"

#include <algorithm>
#include <string_view>

#include "dynamo/profiler/document_io.h"
#include "text/number_text.h"

namespace dynamo::setup {
namespace {

using facts::FlagMeaning;

/// Settings of TensorRT-LLM as flags of their own.
constexpr std::string_view kDotted = "--trtllm.";

class EngineReader {
 public:
  EngineReader(const lint::ServiceView& service, std::vector<IgnoredSetting>& ignored, Diagnostics& problems)
      : service_(service), facts_(facts::backend_facts(*service.backend)), ignored_(ignored), problems_(problems) {}

  EngineRead read() {
    for (const emit::Argument& argument : service_.args.flags) {
      const std::string_view flag = facts_.canonical_flag(argument.flag);
      const auto meaning = facts_.meaning_of(flag);
      if (meaning == FlagMeaning::kEngineOverrides) {
        read_overrides(argument.text());
      } else if (argument.flag.starts_with(kDotted)) {
        take_override(std::string(argument.flag.substr(kDotted.size())), argument.text());
      } else {
        take(meaning, std::string(argument.flag), argument.text());
      }
    }
    finish();
    return std::move(read_);
  }

 private:
  void ignore(const std::string& setting, std::string why) { ignored_.push_back({service_.path, setting, std::move(why)}); }

  void take_number(std::optional<int>& into, const std::string& flag, const std::string& text) {
    into = whole(text);
    if (into) return;
    problems_.add({.code = DiagnosticCode::kTypeInvalid, .rule = "setup.flag", .path = service_.path, .bad_value = text,
                   .reason = flag + " must be a whole number", .hint = {}, .source = {}, .mark = {}});
  }

  void take_fraction(const std::string& flag, const std::string& text) {
    const auto number = parse_double(text);
    if (number && *number > 0 && *number <= 1) {
      read_.setup.memory_fraction = *number;
      return;
    }
    problems_.add({.code = DiagnosticCode::kInvalid, .rule = "setup.flag", .path = service_.path, .bad_value = text,
                   .reason = flag + " must be above 0 and at most 1", .hint = {}, .source = {}, .mark = {}});
  }

  void take_number(int& into, const std::string& flag, const std::string& text) {
    std::optional<int> number;
    take_number(number, flag, text);
    if (number) into = std::max(1, *number);
  }

  void take(std::optional<FlagMeaning> meaning, const std::string& flag, const std::string& text) {
    const std::string written = text.empty() ? flag : flag + " " + text;
    if (!meaning) return ignore(written, "not known to the model");
    using enum FlagMeaning;
    switch (*meaning) {
      case kModel: read_.model = text; return;
      case kServedName: read_.served = text; return;
      case kTensorParallel: return take_number(read_.tensor_width, flag, text);
      case kPipelineParallel: return take_number(read_.pipeline, flag, text);
      case kDataParallel: return take_number(read_.replicas, flag, text);
      case kExpertParallel:
        if (text.empty()) { read_.expert_switch = true; return; }
        return take_number(read_.experts, flag, text);
      case kAttentionDataParallel: read_.attention_dp = true; return;
      case kMaxBatch: return take_number(read_.total_requests, flag, text);
      case kMaxTokens: return take_number(read_.token_limit, flag, text);
      case kMemoryFraction: return take_fraction(flag, text);
      case kKvDtype: read_.kv = text; return;
      case kQuantization: read_.quantization = text; return;
      case kDisaggregation:
        read_.mode = !text.empty() ? text : flag.find("prefill") != std::string::npos ? "prefill" : "decode";
        return;
      case kSpeculation: return ignore(written, "drafts and how many are accepted are not in the deployment: the real ITL is lower");
      case kPrefixCache: case kNoPrefixCache: return ignore(written, "no prompt is assumed to be cached");
      case kEngineFile: return ignore(written, "the file is not part of the deployment; what it sets is not seen");
      case kBlockTokens: case kMaxGraphBatch: case kGraphSizes: case kContextLength: case kChunkTokens: case kMixedChunk:
      case kMaxCachedTokens:
        return note_weak(*meaning, written);
      default: return;   // names, ports, roles: no effect on speed
    }
  }

  /// What our own deployments always carry and the model accounts for by its own rules.
  void note_weak(FlagMeaning meaning, const std::string& written) {
    if (meaning == FlagMeaning::kMaxCachedTokens) ignore(written, "the KV cache is taken to use all the memory it may");
    if (meaning == FlagMeaning::kGraphSizes) ignore(written, "every batch is taken to run from a captured graph");
  }

  void read_overrides(const std::string& text) {
    const auto object = read_json(text, service_.path);
    if (!object || object->as_object() == nullptr) return ignore("--override-engine-args", "it is no JSON object");
    walk("", *object);
  }

  void walk(const std::string& prefix, const Value& object) {
    for (const Member& member : *object.as_object()) {
      const std::string key = prefix.empty() ? member.key : prefix + "." + member.key;
      if (!facts_.meaning_of(key) && member.value.as_object() != nullptr) {
        walk(key, member.value);
      } else {
        const std::string* word = member.value.as_string();
        take_override(key, word != nullptr ? *word : write_json(member.value));
      }
    }
  }

  /// One key of the engine's own settings, in their JSON or as `--trtllm.KEY`.
  void take_override(const std::string& key, const std::string& text) {
    if (key == "kv_cache_config.free_gpu_memory_fraction") return take_fraction(key, text);
    if (key == "moe_tensor_parallel_size") return take_number(read_.expert_tensor_width, key, text);
    if (key == "cuda_graph_config.enable_padding" || key == "print_iter_log") return;   // no effect on speed
    take(facts_.meaning_of(key), key, text);
  }

  /// From what each engine counts over to sizes per attention replica.
  void finish() {
    Parallelism& p = read_.setup.parallel;
    p.pp = read_.pipeline;
    p.tp = read_.tensor_width;
    if (*service_.backend == Backend::kVllm) {
      p.dp = read_.replicas;
      const int width = p.tp * p.dp;
      p.moe_ep = read_.expert_switch ? width : 1;
      p.moe_tp = width / p.moe_ep;
    } else {
      const int spread = !read_.attention_dp ? 1 : *service_.backend == Backend::kTrtllm ? read_.tensor_width : read_.replicas;
      p.dp = std::max(1, spread);
      p.tp = std::max(1, read_.tensor_width / p.dp);
      p.moe_ep = std::max(1, read_.experts.value_or(1));
      p.moe_tp = std::max(1, read_.tensor_width / p.moe_ep);
      if (read_.expert_tensor_width && *read_.expert_tensor_width != p.moe_tp) {
        ignore("moe_tensor_parallel_size " + std::to_string(*read_.expert_tensor_width),
               "the other flags split each expert over " + std::to_string(p.moe_tp) + " GPUs");
      }
      if (!read_.attention_dp && read_.replicas > 1) {
        ignore("--data-parallel-size " + std::to_string(read_.replicas), "replicas inside a worker without attention data parallelism");
      }
    }
    const bool over_all = *service_.backend == Backend::kSglang;
    if (read_.total_requests) read_.setup.batch = std::max(1, *read_.total_requests / (over_all ? p.dp : 1));
    if (read_.token_limit) read_.setup.token_limit = *read_.token_limit;
    read_.setup.workers = service_.replicas;
  }

  const lint::ServiceView& service_;
  const facts::BackendFacts& facts_;
  std::vector<IgnoredSetting>& ignored_;
  Diagnostics& problems_;
  EngineRead read_;
};

}  // namespace

std::optional<int> whole(const std::string& text) {
  const auto number = parse_int(text);
  return number && *number >= 0 && *number <= 1 << 24 ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

EngineRead read_engine(const lint::ServiceView& service, std::vector<IgnoredSetting>& ignored, Diagnostics& problems) {
  return EngineReader(service, ignored, problems).read();
}

}  // namespace dynamo::setup

#include <algorithm>
#include <charconv>
#include <iterator>
#include <set>

#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/setup.h"
#include "emit/model_path.h"
#include "lint/deployment_view.h"
#include "setup/deployment_fields.h"
#include "text/number_text.h"

namespace dynamo {
namespace {

using facts::FlagMeaning;

/// What reading the flags of one engine found.
struct EngineRead {
  WorkerSetup setup;
  int tensor_width = 1, pipeline = 1, replicas = 1;
  std::optional<int> experts, expert_tensor_width;
  bool expert_switch = false, attention_dp = false;
  std::optional<int> total_requests, token_limit;
  std::string model, served, kv, quantization, mode;
};

std::optional<int> whole(const std::string& text) {
  const auto number = parse_int(text);
  return number && *number >= 0 && *number <= 1 << 24 ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

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

std::string text_at(const Value& tree, std::initializer_list<std::string_view> keys) {
  const Value* found = tree.find_path(keys);
  const std::string* text = found == nullptr ? nullptr : found->as_string();
  return text == nullptr ? std::string() : *text;
}

std::string role_of(const lint::ServiceView& service, const EngineRead& read) {
  if (!read.mode.empty()) return read.mode;
  return service.traits.role;
}

std::string gpu_named_by(const Value& service) {
  for (const std::string& name : {text_at(service, {"resources", "limits", "gpuType"}),
                                  text_at(service, {"extraPodSpec", "nodeSelector", "nvidia.com/gpu.product"})}) {
    if (find_system(name) != nullptr) return name;
  }
  return {};
}

/// A count, as a number or as digits in a text.
bool is_count(const Value& value) {
  if (const std::int64_t* number = value.as_int()) return *number >= 0;
  const std::string* text = value.as_string();
  return text != nullptr && whole(*text).has_value();
}

class DeploymentReader {
 public:
  explicit DeploymentReader(const Value& deployment) : view_(lint::view_of(deployment)) { result_.name = view_.name; }

  std::expected<DeploymentSetup, Diagnostics> read() {
    for (const lint::ServiceView& service : view_.services) read_service(service);
    if (const Value* spec = view_.tree.find("spec")) ignore(setup::ignored_fields(*spec));
    if (!engine_seen_) {
      refuse("spec.services", "no service runs one of the engines vllm, sglang or trtllm",
             "the model reads `python3 -m dynamo.vllm` and its like");
    } else if (prefill_ && !decode_) {
      refuse("spec.services", "prefill workers without decode workers", "the decode workers are part of the prediction");
    }
    if (problems_.has_errors()) return std::unexpected(std::move(problems_));
    result_.setup.prefill = prefill_;
    result_.setup.decode = *decode_;
    return std::move(result_);
  }

 private:
  void refuse(const std::string& path, std::string reason, std::string hint = {}) {
    problems_.add({.code = DiagnosticCode::kUnsupported, .rule = "setup.deployment", .path = path, .bad_value = {},
                   .reason = std::move(reason), .hint = std::move(hint), .source = {}, .mark = {}});
  }

  void ignore(std::vector<IgnoredSetting> settings) { std::ranges::move(settings, std::back_inserter(result_.ignored)); }

  void read_other(const lint::ServiceView& service) {
    if (service.mocker) {
      refuse(service.path, "a mocker only pretends to serve: there is nothing to predict");
    } else if (service.traits.component == "planner") {
      result_.ignored.push_back({service.path, "planner", "it changes the number of workers while they run"});
    } else {
      ignore(setup::ignored_beside_engines(service));
    }
  }

  void check_count(const lint::ServiceView& service, std::initializer_list<std::string_view> keys) {
    const Value* count = service.tree->find_path(keys);
    if (count == nullptr || count->is_null() || is_count(*count)) return;
    std::string path = service.path;
    for (const std::string_view key : keys) path += "." + std::string(key);
    problems_.add({.code = DiagnosticCode::kTypeInvalid, .rule = "setup.value", .path = std::move(path), .bad_value = {},
                   .reason = "must be a whole number", .hint = {}, .source = {}, .mark = {}});
  }

  void read_service(const lint::ServiceView& service) {
    if (!service.backend) return read_other(service);
    if (engine_seen_ && *service.backend != result_.backend) {
      return refuse(service.path, "runs another engine than the services before it", "the model knows one backend per deployment");
    }
    if (const Value* replicas = service.tree->find("replicas"); replicas != nullptr && !replicas->is_null() && replicas->as_int() == nullptr) {
      problems_.add({.code = DiagnosticCode::kTypeInvalid, .rule = "setup.value", .path = service.path + ".replicas", .bad_value = {},
                     .reason = "must be a whole number", .hint = {}, .source = {}, .mark = {}});
    }
    if (service.replicas == 0) {
      result_.ignored.push_back({service.path, "replicas 0", "no worker to predict"});
      return;
    }
    check_count(service, {"multinode", "nodeCount"});
    check_count(service, {"resources", "limits", "gpu"});
    const EngineRead read = EngineReader(service, result_.ignored, problems_).read();
    ignore(setup::ignored_fields(service));
    take_model(service, read);
    place(service, read);
    check_gpus(service, read);
    engine_seen_ = true;
    result_.backend = *service.backend;
    if (result_.gpu.empty()) result_.gpu = gpu_named_by(*service.tree);
    if (result_.image.empty()) result_.image = service.image;
  }

  void place(const lint::ServiceView& service, const EngineRead& read) {
    std::optional<WorkerSetup>& slot = role_of(service, read) == "prefill" ? prefill_ : decode_;
    if (slot) {
      refuse(service.path, "a second kind of " + std::string(&slot == &prefill_ ? "prefill" : "decode or aggregated") + " worker",
             "the model predicts one kind of each; split the deployment");
      return;
    }
    slot = read.setup;
  }

  void take_model(const lint::ServiceView& service, const EngineRead& read) {
    const bool directory = emit::is_filesystem_path(read.model);
    const std::string model = directory && !read.served.empty() ? read.served : read.model.empty() ? read.served : read.model;
    if (result_.model.empty()) result_.model = model;
    if (!model.empty() && model != result_.model) {
      refuse(service.path, "serves " + model + " beside " + result_.model, "the model predicts one model per deployment");
    }
    take_formats(read);
  }

  void take_formats(const EngineRead& read) {
    const facts::BackendFacts& facts = facts::backend_facts(result_.backend);
    for (const facts::KvSpelling& known : facts.kv_formats) {
      if (known.spelling == read.kv && read.kv != facts.kv_as_checkpoint) result_.setup.kv_cache = known.format;
    }
    if (read.kv == "fp8_e5m2" || read.kv == "fp8_e4m3" || read.kv == "fp8") result_.setup.kv_cache = KvQuant::kFp8;
    if (read.quantization == "fp8") result_.setup.weights = GemmQuant::kFp8;
  }

  void check_gpus(const lint::ServiceView& service, const EngineRead& read) {
    const int taken = service.gpus * service.nodes, used = read.setup.parallel.gpus();
    const std::string nodes = "multinode.nodeCount " + std::to_string(service.nodes);
    const std::string limit = "resources.limits.gpu " + std::to_string(service.gpus);
    if (taken == 0) {
      if (service.nodes == 1) return;
      result_.ignored.push_back({service.path, nodes,
                                 "without resources.limits.gpu the worker is taken to have the " + std::to_string(used) +
                                     " GPUs that its flags use"});
    } else if (taken != used) {
      result_.ignored.push_back({service.path, service.nodes > 1 ? nodes + " x " + limit : limit,
                                 "the worker takes " + std::to_string(taken) + " GPUs and its flags use " + std::to_string(used)});
    } else if (service.nodes > 1) {
      result_.spans.push_back({service.path, service.nodes, service.gpus});
    }
  }

  lint::DeploymentView view_;
  DeploymentSetup result_;
  Diagnostics problems_;
  std::optional<WorkerSetup> prefill_, decode_;
  bool engine_seen_ = false;
};

}  // namespace

std::vector<IgnoredSetting> nodes_unlike(const DeploymentSetup& deployment, int gpus_per_node) {
  std::vector<IgnoredSetting> out;
  for (const NodeSpan& span : deployment.spans) {
    if (span.gpus == gpus_per_node) continue;
    out.push_back({span.path, "multinode.nodeCount " + std::to_string(span.nodes) + " x " + std::to_string(span.gpus) + " GPUs",
                   "the worker is predicted on nodes of " + std::to_string(gpus_per_node) + " GPUs"});
  }
  return out;
}

std::expected<DeploymentSetup, Diagnostics> read_deployment(const Value& deployment) { return DeploymentReader(deployment).read(); }

}  // namespace dynamo

#include <algorithm>
#include <iterator>

#include "dynamo/profiler/setup.h"
#include "emit/model_path.h"
#include "setup/deployment_fields.h"
#include "setup/read_engine.h"

namespace dynamo {
namespace {

std::string text_at(const Value& tree, std::initializer_list<std::string_view> keys) {
  const Value* found = tree.find_path(keys);
  const std::string* text = found == nullptr ? nullptr : found->as_string();
  return text == nullptr ? std::string() : *text;
}

std::string role_of(const lint::ServiceView& service, const setup::EngineRead& read) {
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
  return text != nullptr && setup::whole(*text).has_value();
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
    const setup::EngineRead read = setup::read_engine(service, result_.ignored, problems_);
    ignore(setup::ignored_fields(service));
    take_model(service, read);
    place(service, read);
    check_gpus(service, read);
    engine_seen_ = true;
    result_.backend = *service.backend;
    if (result_.gpu.empty()) result_.gpu = gpu_named_by(*service.tree);
    if (result_.image.empty()) result_.image = service.image;
  }

  void place(const lint::ServiceView& service, const setup::EngineRead& read) {
    std::optional<WorkerSetup>& slot = role_of(service, read) == "prefill" ? prefill_ : decode_;
    if (slot) {
      refuse(service.path, "a second kind of " + std::string(&slot == &prefill_ ? "prefill" : "decode or aggregated") + " worker",
             "the model predicts one kind of each; split the deployment");
      return;
    }
    slot = read.setup;
  }

  void take_model(const lint::ServiceView& service, const setup::EngineRead& read) {
    const bool directory = emit::is_filesystem_path(read.model);
    const std::string model = directory && !read.served.empty() ? read.served : read.model.empty() ? read.served : read.model;
    if (result_.model.empty()) result_.model = model;
    if (!model.empty() && model != result_.model) {
      refuse(service.path, "serves " + model + " beside " + result_.model, "the model predicts one model per deployment");
    }
    take_formats(read);
  }

  void take_formats(const setup::EngineRead& read) {
    const facts::BackendFacts& facts = facts::backend_facts(result_.backend);
    for (const facts::KvSpelling& known : facts.kv_formats) {
      if (known.spelling == read.kv && read.kv != facts.kv_as_checkpoint) result_.setup.kv_cache = known.format;
    }
    if (read.kv == "fp8_e5m2" || read.kv == "fp8_e4m3" || read.kv == "fp8") result_.setup.kv_cache = KvQuant::kFp8;
    if (read.quantization == "fp8") result_.setup.weights = GemmQuant::kFp8;
  }

  void check_gpus(const lint::ServiceView& service, const setup::EngineRead& read) {
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

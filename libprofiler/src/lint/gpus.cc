#include <charconv>

#include "lint/checks.h"

namespace dynamo::lint {
namespace {

using facts::FlagMeaning;

/// The number after a flag; 1 if it is absent or no number.
int width(const ServiceView& service, FlagMeaning meaning) {
  const facts::BackendFacts& backend = facts::backend_facts(*service.backend);
  for (auto argument = service.args.flags.rbegin(); argument != service.args.flags.rend(); ++argument) {
    const std::string_view flag = backend.canonical_flag(argument->flag);
    if (backend.meaning_of(flag) != meaning) continue;
    const std::string text = argument->text();
    int number = 1;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }
  return 1;
}

bool has_flag(const ServiceView& service, FlagMeaning meaning) {
  const facts::BackendFacts& backend = facts::backend_facts(*service.backend);
  for (const emit::Argument& argument : service.args.flags) {
    if (backend.meaning_of(backend.canonical_flag(argument.flag)) == meaning) return true;
  }
  return false;
}

/// GPUs that one engine's flags ask for. vLLM multiplies all three; the others count attention replicas within the
/// tensor width, SGLang only when told so.
int gpus_of_flags(const ServiceView& service) {
  using enum FlagMeaning;
  const int base = width(service, kTensorParallel) * width(service, kPipelineParallel);
  switch (*service.backend) {
    case Backend::kVllm: return base * width(service, kDataParallel);
    case Backend::kSglang: return has_flag(service, kAttentionDataParallel) ? base : base * width(service, kDataParallel);
    case Backend::kTrtllm: return base;
  }
  return base;
}

void check_engine(const ServiceView& service, Findings& findings) {
  const int asked = gpus_of_flags(service);
  const int has = service.gpus * service.nodes;
  if (service.gpus < 1) {
    return findings.error("lint.gpus.limit", service.path + ".resources.limits.gpu", "an engine without a GPU",
                          "its flags ask for " + std::to_string(asked));
  }
  if (asked != has) {
    findings.error("lint.gpus.width", service.path,
                   "its flags spread the engine over " + std::to_string(asked) + " GPUs, its limits give it " + std::to_string(has),
                   "make tensor x pipeline x data width equal to GPUs x nodes");
  }
}

}  // namespace

void check_gpus(const DeploymentView& deployment, const LintOptions& options, Findings& findings) {
  std::int64_t total = 0;
  for (const ServiceView& service : deployment.services) {
    total += std::int64_t{service.gpus} * service.replicas * service.nodes;
    const bool engine = service.backend.has_value();
    if (service.replicas < 1 && (engine || service.mocker)) {
      findings.error("lint.replicas", service.path + ".replicas", "no replica would ever serve", "at least 1",
                     std::to_string(service.replicas));
    }
    if (service.tree->find("multinode") != nullptr && service.nodes < 2) {
      findings.error("lint.nodes", service.path + ".multinode.nodeCount", "the operator wants at least 2", "drop multinode",
                     std::to_string(service.nodes));
    }
    if (engine) check_engine(service, findings);
  }
  if (options.total_gpus && total > *options.total_gpus) {
    findings.error("lint.gpus.budget", "spec", "takes " + std::to_string(total) + " GPUs of " + std::to_string(*options.total_gpus),
                   "limits x replicas x nodes, summed over the services");
  }
}

}  // namespace dynamo::lint

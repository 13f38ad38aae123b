#include "admission/deprecated.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "rules/catalog.h"

namespace dynamo::admission {
namespace {

struct Renamed {
  std::string_view name;
  std::string_view now;
};

constexpr auto kComponents = std::to_array<Renamed>({
    {"VllmWorker", "worker"},
    {"VllmPrefillWorker", "prefill"},
    {"TRTLLMPrefillWorker", "prefill"},
    {"SGLangPrefillWorker", "prefill"},
    {"SglangPrefillWorker", "prefill"},
    {"TRTLLMDecodeWorker", "decode"},
    {"VllmDecodeWorker", "worker (aggregated) or decode (disaggregated)"},
    {"SGLangDecodeWorker", "worker (aggregated) or decode (disaggregated)"},
    {"SglangDecodeWorker", "worker (aggregated) or decode (disaggregated)"},
});

constexpr Renamed kGpu{"gb200_sxm", "gb200"};

Diagnostic warning(RuleId rule, std::string path, const Renamed& renamed, SourceMark mark) {
  Diagnostic warning;
  warning.severity = Severity::kWarning;
  warning.rule = rule.text();
  warning.path = std::move(path);
  warning.reason = "\"" + std::string(renamed.name) + "\" is deprecated and will not be translated for ever";
  warning.hint = "write " + std::string(renamed.now);
  warning.mark = mark;
  return warning;
}

std::string_view text_at(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* found = value.find_path(path);
  const std::string* text = found == nullptr ? nullptr : found->as_string();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

/// All with the place of the deployment: findings are ordered by place, then by path.
void note(Diagnostics& found, std::string_view name, std::string path, SourceMark mark) {
  const auto renamed = std::ranges::find(kComponents, name, &Renamed::name);
  if (renamed != kComponents.end()) {
    found.add(warning("overrides.dgd.component.deprecated", std::move(path), *renamed, mark));
  }
}

/// v1alpha1 names its components by key, v1beta1 in a list. Other shapes are not ours to judge.
void note_components(Diagnostics& found, const Value& deployment) {
  const std::string_view version = text_at(deployment, {"apiVersion"});
  const Value* services = deployment.find_path({"spec", "services"});
  if (version == "nvidia.com/v1alpha1" && services != nullptr && services->as_object() != nullptr) {
    for (const Member& service : *services->as_object()) {
      note(found, service.key, "spec.overrides.dgd.spec.services." + service.key, deployment.mark);
    }
  }
  const Value* components = deployment.find_path({"spec", "components"});
  if (version == "nvidia.com/v1beta1" && components != nullptr && components->as_array() != nullptr) {
    for (const Value& component : *components->as_array()) {
      const std::string name(text_at(component, {"name"}));
      note(found, name, "spec.overrides.dgd.spec.components[name=" + name + "]", deployment.mark);
    }
  }
}

}  // namespace

Diagnostics deprecated_names(const Document& document) {
  Diagnostics found;
  if (text_at(document.root, {"spec", "hardware", "gpuSku"}) == kGpu.name) {
    found.add(warning("hardware.gpuSku.deprecated", "spec.hardware.gpuSku", kGpu, document.root.find_path({"spec", "hardware", "gpuSku"})->mark));
  }
  if (const Value* deployment = document.root.find_path({"spec", "overrides", "dgd"})) {
    note_components(found, *deployment);
  }
  return found;
}

}  // namespace dynamo::admission

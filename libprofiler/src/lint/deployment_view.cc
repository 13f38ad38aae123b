#include "lint/deployment_view.h"

#include <charconv>

#include "emit/api_version.h"

namespace dynamo::lint {
namespace {

int whole(const Value* value, int fallback) {
  if (value == nullptr) return fallback;
  if (const std::int64_t* number = value->as_int()) return static_cast<int>(*number);
  const std::string* text = value->as_string();
  int number = fallback;
  if (text != nullptr) std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

std::string text_at(const Value& tree, std::initializer_list<std::string_view> keys) {
  const Value* value = tree.find_path(keys);
  const std::string* text = value == nullptr ? nullptr : value->as_string();
  return text == nullptr ? std::string() : *text;
}

std::optional<Backend> backend_of(const std::vector<std::string>& command) {
  for (const Backend backend : {Backend::kTrtllm, Backend::kSglang, Backend::kVllm}) {
    for (const std::string& word : command) {
      if (word == facts::backend_facts(backend).module) return backend;
    }
  }
  return std::nullopt;
}

/// Command and arguments as one line of words, out of its shell where that is possible.
std::vector<std::string> line_of(const Value& container) {
  std::vector<std::string> words = emit::words_of(container.find("command"));
  const std::vector<std::string> args = emit::words_of(container.find("args"));
  if (args.size() == 1) {
    if (auto plain = emit::plain_words(args[0])) {
      words.insert(words.end(), plain->begin(), plain->end());
      return words;
    }
  }
  words.insert(words.end(), args.begin(), args.end());
  return words;
}

void read_command(const Value& container, ServiceView& view) {
  const std::vector<std::string> words = line_of(container);
  view.backend = backend_of(words);
  std::vector<std::string> args;
  bool past_module = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (past_module) {
      args.push_back(words[i]);
    } else if (i > 0 && words[i - 1] == "-m") {
      past_module = true;
      view.mocker = words[i] == "dynamo.mocker";
    }
  }
  view.args = emit::parse_arguments(args);
}

ServiceView service_view(const Member& service, bool beta) {
  ServiceView view;
  view.name = service.key;
  view.path = beta ? "spec.components[" + service.key + "]" : "spec.services." + service.key;
  view.traits = emit::traits_of(service.key, service.value);
  view.tree = &service.value;
  view.replicas = whole(service.value.find("replicas"), 1);
  view.nodes = whole(service.value.find_path({"multinode", "nodeCount"}), 1);
  view.gpus = whole(service.value.find_path({"resources", "limits", "gpu"}), 0);
  view.image = text_at(service.value, {"extraPodSpec", "mainContainer", "image"});
  if (const Value* container = service.value.find_path({"extraPodSpec", "mainContainer"})) read_command(*container, view);
  return view;
}

}  // namespace

DeploymentView view_of(const Value& deployment) {
  DeploymentView view;
  view.name = text_at(deployment, {"metadata", "name"});
  const bool beta = deployment.find_path({"spec", "components"}) != nullptr;
  view.tree = beta ? emit::to_v1alpha1(deployment) : deployment;
  const Value* services = view.tree.find_path({"spec", "services"});
  if (services == nullptr || services->as_object() == nullptr) return view;
  for (const Member& service : *services->as_object()) view.services.push_back(service_view(service, beta));
  return view;
}

}  // namespace dynamo::lint

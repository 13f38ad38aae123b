#include "emit/single_engine.h"

#include <algorithm>

#include "dynamo/profiler/document_io.h"
#include "emit/backends/engine_args.h"
#include "emit/template/arg_list.h"
#include "facts/backend_facts.h"

namespace dynamo::emit {
namespace {

using facts::FlagMeaning;

std::string_view role_of(const Value& service) {
  const Value* role = service.find("subComponentType");
  return role == nullptr || role->as_string() == nullptr ? std::string_view() : std::string_view(*role->as_string());
}

const Member* worker_of(const Value& services, Role role) {
  const auto found = std::ranges::find_if(*services.as_object(), [&](const Member& member) { return role_of(member.value) == name_of(role); });
  return found == services.as_object()->end() ? nullptr : &*found;
}

/// What only engines that hand over KV caches are told, and the prefix cache, which is set anew.
bool belongs_to_pair(FlagMeaning meaning) {
  using enum FlagMeaning;
  return meaning == kDisaggregation || meaning == kKvTransfer || meaning == kKvTransferPort || meaning == kPrefixCache ||
         meaning == kNoPrefixCache;
}

/// The settings of an engine that takes them as one object.
std::string alone_settings(const std::string& text, Role role) {
  auto settings = read_json(text, "engine settings");
  if (!settings || settings->as_object() == nullptr) return text;
  settings->set("cache_transceiver_config", Value());
  settings->set("disable_overlap_scheduler", false);
  Value* cache = settings->find("kv_cache_config");
  if (cache == nullptr) cache = &settings->set("kv_cache_config", Object{});
  cache->set("enable_block_reuse", role == Role::kDecode);
  return write_json(*settings);
}

std::vector<std::string> alone(const std::vector<std::string>& words, Backend backend, Role role) {
  const facts::BackendFacts& facts = facts::backend_facts(backend);
  const facts::BackendFlag* settings = facts.find_flag(FlagMeaning::kEngineOverrides);
  ArgumentList args = parse_arguments(words);
  std::erase_if(args.flags, [&](const Argument& argument) {
    const auto meaning = facts.meaning_of(facts.canonical_flag(argument.flag));
    return meaning && belongs_to_pair(*meaning);
  });
  for (Argument& argument : args.flags) {
    if (settings != nullptr && argument.flag == settings->flag) argument.values = {alone_settings(argument.text(), role)};
  }
  const FlagMeaning cache = role == Role::kPrefill ? FlagMeaning::kNoPrefixCache : FlagMeaning::kPrefixCache;
  const facts::BackendFlag* flag = facts.find_flag(cache);
  if (flag != nullptr && !flag->in_overrides) args.flags.push_back({std::string(flag->flag), {}});
  return args.words();
}

}  // namespace

std::optional<Value> single_engine(const Value& picked, Backend backend, Role role) {
  const Value* services = picked.find_path({"spec", "services"});
  if (services == nullptr || services->as_object() == nullptr) return std::nullopt;
  const Member* engine = worker_of(*services, role);
  const Member* decode = worker_of(*services, Role::kDecode);
  if (engine == nullptr || decode == nullptr) return std::nullopt;

  Value worker = engine->value;
  worker.set("subComponentType", std::string(name_of(Role::kDecode)));
  worker.set("replicas", 1);
  if (Value* main = worker.find("extraPodSpec") == nullptr ? nullptr : worker.find("extraPodSpec")->find("mainContainer")) {
    main->set("args", list_of(alone(words_of(main->find("args")), backend, role)));
  }
  Value kept{Object{}};
  for (const Member& member : *services->as_object()) {
    if (role_of(member.value).empty()) kept.set(member.key, member.value);
  }
  kept.set(decode->key, std::move(worker));

  Value out = picked;
  out.find("spec")->set("services", std::move(kept));
  out.find("metadata")->set("name", backend == Backend::kVllm ? "agg" : std::string(name_of(backend)) + "-agg");
  return out;
}

}  // namespace dynamo::emit

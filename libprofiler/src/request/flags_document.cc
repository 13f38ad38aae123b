#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "dynamo/profiler/request_flags.h"
#include "request/envelope.h"

namespace dynamo {
namespace {

constexpr std::string_view kFlagsSource = "<flags>";
constexpr std::string_view kDefaultName = "dynamo";

void remove(Value& object, std::string_view key) {
  if (Object* members = object.as_object()) {
    std::erase_if(*members, [&](const Member& member) { return member.key == key; });
  }
}

/// The object `key` of `parent`, made if absent; nullptr if something else stands there (decoding reports that).
Value* section(Value& parent, std::string_view key) {
  Value* found = parent.find(key);
  if (found == nullptr) {
    parent.set(key, Value(Object{}));
    found = parent.find(key);
  }
  if (found->is_null()) {
    *found = Value(Object{});
  }
  return found->as_object() == nullptr ? nullptr : found;
}

template <typename T>
void put(Value& spec, std::string_view section_key, std::string_view key, const std::optional<T>& flag) {
  if (!flag) {
    return;
  }
  if (Value* parent = section(spec, section_key)) {
    parent->set(key, Value(*flag));
  }
}

template <typename T>
void put(Value& spec, std::string_view key, const std::optional<T>& flag) {
  if (flag) {
    spec.set(key, Value(*flag));
  }
}

void put_load(Value& spec, const FlagValues& flags) {
  Value* workload = spec.find("workload");
  if (workload != nullptr && flags.request_rate && !flags.concurrency) {
    remove(*workload, "concurrency");
  }
  if (workload != nullptr && flags.concurrency && !flags.request_rate) {
    remove(*workload, "requestRate");
  }
  put(spec, "workload", "requestRate", flags.request_rate);
  put(spec, "workload", "concurrency", flags.concurrency);
}

void drop_end_to_end(Value& sla) {
  remove(sla, "e2eLatency");
  for (const std::string_view key : {"ttft", "itl"}) {
    const Value* value = sla.find(key);
    if (value != nullptr && value->is_null()) {
      remove(sla, key);
    }
  }
}

void put_sla(Value& spec, const FlagValues& flags) {
  const bool per_token = flags.ttft || flags.itl;
  if (Value* sla = spec.find("sla"); sla != nullptr && per_token && !flags.e2e_latency) {
    drop_end_to_end(*sla);
  }
  if (flags.e2e_latency && !per_token) {
    if (Value* sla = section(spec, "sla")) {
      sla->set("ttft", Value(nullptr));
      sla->set("itl", Value(nullptr));
    }
  }
  put(spec, "sla", "ttft", flags.ttft);
  put(spec, "sla", "itl", flags.itl);
  put(spec, "sla", "e2eLatency", flags.e2e_latency);
}

void put_spec(Value& spec, const FlagValues& flags) {
  put(spec, "model", flags.model);
  put(spec, "backend", flags.backend);
  put(spec, "image", flags.image);
  put(spec, "searchStrategy", flags.strategy);
  put(spec, "hardware", "gpuSku", flags.gpu);
  put(spec, "hardware", "totalGpus", flags.gpus);
  put(spec, "hardware", "numGpusPerNode", flags.gpus_per_node);
  put(spec, "workload", "isl", flags.isl);
  put(spec, "workload", "osl", flags.osl);
  put_load(spec, flags);
  put_sla(spec, flags);
}

Value custom_resource(Value spec, std::string name) {
  Value root{Object{}};
  root.set("apiVersion", Value(std::string(kApiVersion)));
  root.set("kind", Value(std::string(kKind)));
  root.set("metadata", Value(Object{}));
  root.find("metadata")->set("name", Value(std::move(name)));
  root.set("spec", std::move(spec));
  return root;
}

}  // namespace

Document request_from_flags(const FlagValues& flags) {
  Document empty{.source = std::string(kFlagsSource),
                 .root = custom_resource(Value(Object{}), std::string(kDefaultName))};
  return merge_flags(std::move(empty), flags);
}

Document merge_flags(Document document, const FlagValues& flags) {
  if (document.root.as_object() == nullptr) {
    return document;
  }
  if (!is_custom_resource(document.root)) {
    if (!flags.name && !flags.namespace_name) {
      put_spec(document.root, flags);
      return document;
    }
    document.root = custom_resource(std::move(document.root), std::string(kDefaultName));
  }
  put(document.root, "metadata", "name", flags.name);
  put(document.root, "metadata", "namespace", flags.namespace_name);
  if (Value* spec = section(document.root, "spec")) {
    put_spec(*spec, flags);
  }
  return document;
}

}  // namespace dynamo

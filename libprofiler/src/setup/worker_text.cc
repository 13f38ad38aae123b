#include <array>

#include "dynamo/profiler/setup.h"
#include "text/did_you_mean.h"
#include "text/number_text.h"

namespace dynamo {
namespace {

constexpr int kLargest = 1 << 20;

struct Key {
  std::string_view name;
  void (*set)(WorkerSetup&, int);
};

constexpr std::array kKeys = {
    Key{"tp", [](WorkerSetup& w, int n) { w.parallel.tp = n; }},
    Key{"pp", [](WorkerSetup& w, int n) { w.parallel.pp = n; }},
    Key{"dp", [](WorkerSetup& w, int n) { w.parallel.dp = n; }},
    Key{"moe-tp", [](WorkerSetup& w, int n) { w.parallel.moe_tp = n; }},
    Key{"moe-ep", [](WorkerSetup& w, int n) { w.parallel.moe_ep = n; }},
    Key{"batch", [](WorkerSetup& w, int n) { w.batch = n; }},
    Key{"step-tokens", [](WorkerSetup& w, int n) { w.step_tokens = n; }},
    Key{"workers", [](WorkerSetup& w, int n) { w.workers = n; }},
};

const Key* key_named(std::string_view name) {
  for (const Key& key : kKeys) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

std::string keys_near(std::string_view name) {
  std::vector<std::string> names;
  for (const Key& key : kKeys) names.emplace_back(key.name);
  std::string near = did_you_mean(name, names);
  return near.empty() ? "keys: tp, pp, dp, moe-tp, moe-ep, batch, step-tokens, workers" : near;
}

}  // namespace

std::expected<WorkerSetup, Diagnostics> parse_worker_setup(std::string_view text) {
  WorkerSetup worker;
  Diagnostics problems;
  bool experts = false;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view part = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    const std::size_t equals = part.find('=');
    const std::string_view name = part.substr(0, equals);
    const Key* key = key_named(name);
    const auto number = equals == std::string_view::npos ? std::nullopt : parse_int(part.substr(equals + 1));
    if (key == nullptr) {
      problems.append(one_error(DiagnosticCode::kUnknownField, "setup.key", "a worker has no \"" + std::string(name) + "\"", keys_near(name)));
    } else if (!number || *number < 1 || *number > kLargest) {
      problems.append(one_error(DiagnosticCode::kInvalid, "setup.value", "\"" + std::string(part) + "\" is no size",
                                "write it as " + std::string(name) + "=4: a whole number from 1"));
    } else {
      key->set(worker, static_cast<int>(*number));
      experts = experts || name.starts_with("moe");
    }
  }
  if (problems.has_errors()) return std::unexpected(std::move(problems));
  if (!experts) worker.parallel.moe_tp = worker.parallel.moe_ep = 0;   // settled when the model is known
  return worker;
}

}  // namespace dynamo

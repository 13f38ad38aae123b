#include "perf/large_ep/coverage.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

namespace dynamo::perf {

namespace {

struct Kernel {
  AllToAll kernel;
  std::string_view name;
  bool trtllm;          ///< else SGLang and vLLM
  bool prefill, decode;
  bool one_node_stands_for_more;
  int min_sm_version;
};
/// In the order in which they are preferred. Source: registry of aiconfigurator-core 0.12.0.
constexpr std::array<Kernel, 6> kKernels = {{
    {AllToAll::kDeepEpHt, "deepep_ht", false, true, false, true, 0},
    {AllToAll::kDeepEpLl, "deepep_ll", false, false, true, true, 0},
    {AllToAll::kTrtllmDeepEpHt, "trtllm_deepep_ht", true, true, false, true, 0},
    {AllToAll::kTrtllmDeepEpLl, "trtllm_deepep_ll", true, false, true, true, 0},
    {AllToAll::kNvlinkTwoSided, "nvlink_two_sided", true, true, true, false, 100},
    {AllToAll::kNvlinkOneSided, "nvlink_one_sided", true, true, true, false, 100},
}};
constexpr int kMaxTopk = 8;            ///< of all kernels
constexpr int kSglangMeasuredEp = 8;   ///< its one-node rows are labelled so on every system

const Kernel& facts_of_kernel(AllToAll kernel) { return *std::ranges::find(kKernels, kernel, &Kernel::kernel); }

std::string_view name_of(ExchangeStep step) {
  switch (step) {
    case ExchangeStep::kPrepare: return "prepare";
    case ExchangeStep::kDispatch: return "dispatch";
    case ExchangeStep::kCombine: return "combine";
  }
  return "";
}

bool is_hopper_sxm(const SystemSpec& system) { return system.name == "h100_sxm" || system.name == "h200_sxm"; }

bool has_both_steps(const Database::Impl& database, AllToAll kernel, MoeQuant quant, ExchangePhase phase, ExchangePlace place,
                    const ModelSpec& model) {
  return std::ranges::all_of(std::array{ExchangeStep::kDispatch, ExchangeStep::kCombine}, [&](ExchangeStep step) {
    const std::string format = wire_format(kernel, quant, phase, step, database.system);
    return !format.empty() && exchange_slice(database, kernel, step, format, place, model) != nullptr;
  }) || deep_ep_slice(database, kernel, place, model) != nullptr;
}

/// Adds the expert widths of the slices whose key is `…|topk|experts|<skipped>|hidden|inter|1|ep` behind a format prefix.
void collect_widths(const Table& table, std::string_view format, const std::string& shape, std::set<int>& widths) {
  for (const Slice& slice : table.slices) {
    const auto at = slice.key.find(shape);
    if (at == std::string_view::npos || slice.key.find(format) == std::string_view::npos) continue;
    const std::string_view rest = slice.key.substr(at + shape.size());
    int ep = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), ep);
    if (error == std::errc{} && end == rest.data() + rest.size() && slice.rows > 0) widths.insert(ep);
  }
}

std::set<int> measured_widths(const Database::Impl& database, MoeQuant quant, ExchangePhase phase, const ModelSpec& model) {
  std::set<int> widths;
  const std::string routed = "|" + std::to_string(model.experts_per_token) + "|" + std::to_string(model.experts) + "|";
  const std::string matrices = std::to_string(model.hidden) + "|" + std::to_string(model.moe_intermediate) + "|1|";
  const std::string name(facts_of(quant).name);
  const auto wide = database.table(wide_experts_table(database.backend, phase));
  if (database.backend == Backend::kSglang) {
    if (wide.has_value() && *wide != nullptr) collect_widths(**wide, name + "|", routed + matrices, widths);
    return widths;
  }
  if (const auto table = database.table("moe"); table.has_value() && *table != nullptr) {
    collect_widths(**table, name + "|", routed + matrices, widths);
  }
  if (wide.has_value() && *wide != nullptr) {
    collect_widths(**wide, "|" + name + "|", routed + std::to_string(model.experts) + "|" + matrices, widths);
  }
  return widths;
}

}  // namespace

std::string_view name_of(AllToAll kernel) { return facts_of_kernel(kernel).name; }

std::string wire_format(AllToAll kernel, MoeQuant quant, ExchangePhase phase, ExchangeStep step, const SystemSpec& system) {
  const MoeQuant wire = quant == MoeQuant::kFp8Block ? MoeQuant::kFp8 : quant;
  const bool plain = wire == MoeQuant::kBfloat16 || wire == MoeQuant::kFp8;
  const bool combine = step == ExchangeStep::kCombine;
  switch (kernel) {
    case AllToAll::kDeepEpHt:
    case AllToAll::kDeepEpLl: return "default";
    case AllToAll::kTrtllmDeepEpHt: return wire == MoeQuant::kNvfp4 ? "nvfp4" : plain ? "bfloat16" : "";
    case AllToAll::kTrtllmDeepEpLl:
      if (plain) return std::string(facts_of(wire).name);
      if (wire == MoeQuant::kNvfp4 && !is_hopper_sxm(system)) return combine ? "fp4" : "nvfp4";
      return "";
    case AllToAll::kNvlinkTwoSided:
    case AllToAll::kNvlinkOneSided:
      if (wire == MoeQuant::kNvfp4 && phase == ExchangePhase::kDecode && combine) return "fp4";
      return std::string(facts_of(wire).name);
  }
  return "";
}

const Slice* exchange_slice(const Database::Impl& database, AllToAll kernel, ExchangeStep step, const std::string& format,
                            ExchangePlace place, const ModelSpec& model) {
  const auto table = database.table("moe_a2a");
  if (!table.has_value() || *table == nullptr) return nullptr;
  std::string key = std::string(name_of(kernel)) + "|" + std::string(name_of(step)) + "|" + format;
  for (const int part : {place.ep, place.nodes, model.hidden, model.experts_per_token, model.experts}) {
    key += "|" + std::to_string(part);
  }
  return (*table)->find(key);
}

const Slice* deep_ep_slice(const Database::Impl& database, AllToAll kernel, ExchangePlace place, const ModelSpec& model) {
  constexpr int kRanksOfANode = 8;
  const bool deep_ep = kernel == AllToAll::kDeepEpHt || kernel == AllToAll::kDeepEpLl;
  if (!deep_ep || place.ep != place.nodes * kRanksOfANode) return nullptr;
  const auto table = database.table(kernel == AllToAll::kDeepEpHt ? "wideep_deepep_normal" : "wideep_deepep_ll");
  if (!table.has_value() || *table == nullptr) return nullptr;
  std::string key = std::to_string(place.nodes);
  for (const int part : {model.hidden, model.experts_per_token, model.experts}) key += "|" + std::to_string(part);
  const Slice* slice = (*table)->find(key);
  return slice != nullptr && slice->grid.points() > 0 ? slice : nullptr;
}

std::optional<ExchangePlace> exchange_place(const Database::Impl& database, AllToAll kernel, MoeQuant quant, ExchangePhase phase,
                                            int ep, const ModelSpec& model) {
  const ExchangePlace exact{ep, nodes_of(database.system, ep)};
  if (has_both_steps(database, kernel, quant, phase, exact, model)) return exact;
  if (!facts_of_kernel(kernel).one_node_stands_for_more || exact.nodes <= 1) return std::nullopt;
  const ExchangePlace one_node{database.backend == Backend::kSglang ? kSglangMeasuredEp : database.system.gpus_per_node, 1};
  if (has_both_steps(database, kernel, quant, phase, one_node, model)) return one_node;
  return std::nullopt;
}

std::string_view wide_experts_table(Backend backend, ExchangePhase phase) {
  if (backend != Backend::kSglang) return "wideep_moe";
  return phase == ExchangePhase::kPrefill ? "wideep_context_moe" : "wideep_generation_moe";
}

std::set<int> expert_widths(const Database::Impl& database, MoeQuant quant, ExchangePhase phase, const ModelSpec& model) {
  std::string key = "expert widths of " + std::string(facts_of(quant).name) + (phase == ExchangePhase::kPrefill ? " prefill" : " decode");
  for (const int part : {model.experts_per_token, model.experts, model.hidden, model.moe_intermediate}) key += " " + std::to_string(part);
  return *database.parts->find_or_make<std::set<int>>(
      key, [&] { return std::make_shared<const std::set<int>>(measured_widths(database, quant, phase, model)); });
}

std::optional<AllToAll> measured_kernel(const Database::Impl& database, const ModelSpec& model, MoeQuant quant,
                                        ExchangePhase phase, int ep) {
  if (!expert_widths(database, quant, phase, model).contains(ep) || model.experts_per_token > kMaxTopk || ep <= 1 || ep > model.experts || model.experts % ep != 0) {
    return std::nullopt;
  }
  for (const Kernel& kernel : kKernels) {
    const bool runs = phase == ExchangePhase::kPrefill ? kernel.prefill : kernel.decode;
    if (!runs || kernel.trtllm != (database.backend == Backend::kTrtllm)) continue;
    if (database.system.sm_version < kernel.min_sm_version) continue;
    if (exchange_place(database, kernel.kernel, quant, phase, ep, model).has_value()) return kernel.kernel;
  }
  return std::nullopt;
}

}  // namespace dynamo::perf

#include "search/layouts.h"

#include <algorithm>
#include <array>

namespace dynamo::search {
namespace {

/// Families whose prefill is modelled with context parallelism on SGLang.
constexpr std::array kContextParallelFamilies = {Family::kDeepseek,   Family::kDeepseekV32, Family::kDeepseekV4,
                                                 Family::kGemma4Mix,  Family::kGpt,         Family::kHybridMoe,
                                                 Family::kLlama,      Family::kMoe};

bool supports_context_parallel(Family family) {
  return std::ranges::find(kContextParallelFamilies, family) != kContextParallelFamilies.end();
}

bool is_blackwell(const SystemSpec& system) { return system.sm_version >= 100; }

/// Dense layouts wider than a node pay off only where NVLink spans the rack and nodes hold four GPUs.
bool has_wide_dense_layouts(const SystemSpec& system) { return system.name == "gb200" || system.name == "gb300"; }

bool needs_pipeline(const ModelSpec& model, const SystemSpec& system, int total_gpus) {
  const bool large = model.family == Family::kDeepseekV32 || model.family == Family::kDeepseekV4;
  return large && model.is_moe() && is_blackwell(system) && total_gpus >= 16;
}

void merge(std::vector<int>& list, const std::vector<int>& more) {
  list.insert(list.end(), more.begin(), more.end());
  std::ranges::sort(list);
  list.erase(std::ranges::unique(list).begin(), list.end());
}

bool contains(const std::vector<int>& list, int value) { return std::ranges::find(list, value) != list.end(); }

bool backend_runs(const Parallelism& p, Backend backend) {
  if (backend == Backend::kTrtllm) return !(p.dp > 1 && p.tp > 1);
  if (backend == Backend::kVllm) return !(p.moe_tp > 1 && p.moe_ep > 1);
  return true;
}

void add_moe_layouts(const LayoutLists& lists, Backend backend, int tp, int pp, std::vector<Parallelism>& out) {
  for (const int dp : lists.dp)
    for (const int moe_tp : lists.moe_tp)
      for (const int moe_ep : lists.moe_ep)
        for (const int cp : lists.cp) {
          const Parallelism p{tp, pp, dp, moe_tp, moe_ep, cp};
          const bool same_width = tp * dp * cp == moe_tp * moe_ep;
          if (same_width && contains(lists.gpus, p.gpus()) && backend_runs(p, backend)) out.push_back(p);
        }
}

void add_dense_layouts(const LayoutLists& lists, int tp, int pp, std::vector<Parallelism>& out) {
  for (const int cp : lists.cp) {
    const Parallelism p{tp, pp, 1, 1, 1, cp};
    if (contains(lists.gpus, p.gpus())) out.push_back(p);
  }
}

}  // namespace

LayoutLists default_lists(const ModelSpec& model,
                          const SystemSpec& system,
                          Backend backend,
                          perf::Role role,
                          int total_gpus) {
  const bool moe = model.states_expert_layout();
  std::vector<int> sizes = {1, 2, 4, 8};
  if (moe || has_wide_dense_layouts(system)) sizes.push_back(16);
  LayoutLists lists{sizes, sizes, {1}, {1}, {1}, {1}, {1}};
  if (moe) lists.dp = lists.moe_tp = lists.moe_ep = sizes;
  if (backend == Backend::kSglang && role != perf::Role::kDecode && supports_context_parallel(model.family)) {
    lists.cp = {1, 2, 4, 8};
  }
  if (needs_pipeline(model, system, total_gpus)) {
    merge(lists.gpus, {16});
    merge(lists.tp, {8});
    merge(lists.pp, {2});
  }
  return lists;
}

void widen(LayoutLists& lists, Backend backend, perf::Role role, const std::vector<int>& widths) {
  if (widths.empty()) return;
  std::vector<int> sizes = widths;
  if (backend == Backend::kTrtllm) sizes = role == perf::Role::kPrefill ? std::vector{4, 8, 16, 32} : std::vector{4, 8, 16, 32, 64};
  if (backend == Backend::kSglang) sizes = role == perf::Role::kPrefill ? std::vector{8, 16, 32} : std::vector{8, 16, 32, 64};
  for (std::vector<int>* list : {&lists.gpus, &lists.dp, &lists.moe_ep}) merge(*list, sizes);
}

void restrict_to(const LayoutSizes& sizes, LayoutLists& lists) {
  if (!sizes.restricts()) return;
  const auto choose = [](std::vector<int>& list, const std::vector<int>& asked) {
    if (!asked.empty()) list = {};
    merge(list, asked);
  };
  choose(lists.tp, sizes.tp);
  choose(lists.pp, sizes.pp);
  choose(lists.dp, sizes.dp);
  choose(lists.moe_tp, sizes.moe_tp);
  choose(lists.moe_ep, sizes.moe_ep);
  for (const int tp : lists.tp)
    for (const int pp : lists.pp)
      for (const int dp : lists.dp)
        for (const int cp : lists.cp) merge(lists.gpus, {tp * pp * dp * cp});
}

std::vector<Parallelism> enumerate_layouts(const LayoutLists& lists, bool moe, Backend backend) {
  std::vector<Parallelism> out;
  for (const int tp : lists.tp)
    for (const int pp : lists.pp) {
      if (moe) {
        add_moe_layouts(lists, backend, tp, pp, out);
      } else {
        add_dense_layouts(lists, tp, pp, out);
      }
    }
  return out;
}

std::string layout_problem(const Parallelism& layout, Backend backend) {
  if (layout.cp > 1 && backend != Backend::kSglang) return "context parallelism needs SGLang";
  if (layout.cp > 1 && (layout.tp > 1 || layout.dp > 1)) {
    return "SGLang cannot combine context parallelism with attention TP or DP";
  }
  return {};
}

std::string reference_label(const Parallelism& p) {
  std::string label = "tp" + std::to_string(p.tp) + "pp" + std::to_string(p.pp) + "dp" + std::to_string(p.dp) + "etp" +
                      std::to_string(p.moe_tp) + "ep" + std::to_string(p.moe_ep);
  if (p.cp > 1) label += "cp" + std::to_string(p.cp);
  return label;
}

}  // namespace dynamo::search

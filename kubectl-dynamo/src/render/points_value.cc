#include "render/points_value.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "dynamo/profiler/pick.h"

namespace dynamo::cli {
namespace {

bool meets(const Estimate& row, const ValidatedRequest& request) {
  constexpr double kRounding = 0.0005;   // ms; rows are rounded after they were checked
  const auto within = [](double value, const std::optional<double>& limit) { return !limit || value <= *limit + kRounding; };
  return within(row.ttft_ms, request.ttft_ms) && within(row.tpot_ms, request.itl_ms) && within(row.request_latency_ms, request.e2e_ms);
}

auto order_of(const Estimate& row) {
  return std::tuple(row.tokens_per_s_user, row.tokens_per_s_gpu, static_cast<int>(row.mode), static_cast<int>(row.decode.backend),
                    row.decode.parallel, row.prefill.parallel, row.decode.batch, row.ctx_tokens, row.prefill_workers, row.decode_workers);
}

std::string unit_text(const Estimate& row, bool moe) {
  Pick one;
  one.unit = row;
  const std::string text = layout_text(one, moe);
  return text.starts_with("1 x ") ? text.substr(4) : text;
}

}  // namespace

Value points_value(const std::vector<Estimate>& rows, const ValidatedRequest& request, bool frontier_only) {
  std::vector<const Estimate*> sorted;
  for (const Estimate& row : rows) sorted.push_back(&row);
  std::ranges::stable_sort(sorted, [](const Estimate* a, const Estimate* b) { return order_of(*a) < order_of(*b); });
  const auto same = [](const Estimate* a, const Estimate* b) { return order_of(*a) == order_of(*b); };
  sorted.erase(std::ranges::unique(sorted, same).begin(), sorted.end());
  std::map<ServingMode, double> best;   // per GPU, of the rows that serve a user faster
  std::vector<bool> frontier(sorted.size());
  for (std::size_t i = sorted.size(); i-- > 0;) {
    double& so_far = best[sorted[i]->mode];
    frontier[i] = sorted[i]->tokens_per_s_gpu > so_far;
    so_far = std::max(so_far, sorted[i]->tokens_per_s_gpu);
  }
  Array points;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (frontier_only && !frontier[i]) continue;
    const Estimate& row = *sorted[i];
    Value point;
    point.set("servingMode", std::string(name_of(row.mode)));
    point.set("layout", unit_text(row, request.model.is_moe()));
    point.set("backend", std::string(name_of(row.decode.backend)));
    point.set("batch", row.decode.batch);
    point.set("gpus", row.gpus);
    point.set("ttftMs", row.ttft_ms);
    point.set("itlMs", row.tpot_ms);
    point.set("tokensPerSecondPerUser", row.tokens_per_s_user);
    point.set("tokensPerSecondPerGpu", row.tokens_per_s_gpu);
    point.set("frontier", static_cast<bool>(frontier[i]));
    point.set("meets", meets(row, request));
    points.push_back(std::move(point));
  }
  return Value(std::move(points));
}

}  // namespace dynamo::cli

#include "search/schedules.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <set>

namespace dynamo::search {
namespace {

constexpr int kMaxBatch = 512;
constexpr int kUsualContextTokens = 8192;
/// TTFT limits under an end-to-end target, ms, and as shares of it where those lie beyond.
constexpr std::array kUsualTtfts = {300.0, 400.0, 500.0, 600.0, 800.0, 1000.0, 1200.0, 1400.0, 1600.0, 2000.0, 3000.0, 5000.0, 8000.0};
constexpr std::array kTtftShares = {0.1, 0.2, 0.3, 0.5, 0.7};
constexpr double kWidestTtftShare = 0.95;

void append(std::vector<int>& out, int first, int end, int step) {
  for (int value = first; value < end; value += step) out.push_back(value);
}

/// Floor division of doubles as the reference's language defines it: exact remainder first, then the quotient.
double floor_divide(double numerator, double divisor) {
  const double remainder = std::fmod(numerator, divisor);
  const double quotient = (numerator - remainder) / divisor;
  const double floored = std::floor(quotient);
  return quotient - floored > 0.5 ? floored + 1.0 : floored;
}

int ceil_divide(int numerator, int divisor) { return (numerator + divisor - 1) / divisor; }

bool room_for_decode(int batch, int ctx_tokens, int isl) {
  const int prefills = ceil_divide(ctx_tokens, isl);
  return batch >= prefills && (batch == 1 || batch > prefills);
}

}  // namespace

std::vector<int> aggregated_batches() {
  std::vector<int> out;
  append(out, 1, 16, 1);
  append(out, 16, 32, 4);
  append(out, 32, 64, 8);
  append(out, 64, 256, 16);
  append(out, 256, 512, 32);
  out.push_back(kMaxBatch);
  return out;
}

std::vector<int> decode_batches() {
  std::vector<int> out;
  append(out, 1, 16, 1);
  append(out, 16, 32, 2);
  append(out, 32, 128, 4);
  append(out, 128, 512, 8);
  out.push_back(kMaxBatch);
  return out;
}

std::vector<int> context_budgets(int isl, bool chunked_prefill) {
  const int limit = std::max(kUsualContextTokens, 2 * isl);
  int step = kUsualContextTokens / 16;
  int large_step = std::max({1024, step, limit / 8});
  if (!chunked_prefill) {
    step = std::max(isl, step);
    large_step = ceil_divide(large_step, isl) * isl;
  }
  std::set<int> budgets = {isl, 2 * isl};
  for (int tokens = step; tokens <= limit; tokens += tokens < kUsualContextTokens ? step : large_step) {
    budgets.insert(tokens);
  }
  return {budgets.begin(), budgets.end()};
}

std::vector<AggregatedLoad> aggregated_loads(int isl, int osl, bool chunked_prefill, bool speculative) {
  std::vector<AggregatedLoad> loads;
  std::set<double> seen;
  const std::vector<int> budgets = context_budgets(isl, chunked_prefill);
  for (const int batch : aggregated_batches())
    for (const int ctx_tokens : budgets) {
      if (!room_for_decode(batch, ctx_tokens, isl)) break;
      const double balance = static_cast<double>(std::int64_t{isl} * batch) / ctx_tokens / osl;
      if (!speculative && balance > 1) {
        const double riders = floor_divide(batch, balance);
        if (!seen.insert(riders).second && riders > 1) continue;
      }
      loads.push_back({batch, ctx_tokens});
    }
  return loads;
}

std::vector<Limits> tpot_ladder(std::optional<double> ttft_ms) {
  Limits limits;
  if (ttft_ms) limits.ttft_ms = *ttft_ms;
  std::vector<int> steps;
  append(steps, 1, 20, 1);
  append(steps, 20, 300, 5);
  std::vector<Limits> ladder;
  for (const int tpot : steps) ladder.push_back({limits.ttft_ms, static_cast<double>(tpot)});
  return ladder;
}

std::vector<Limits> request_latency_ladder(double request_latency_ms, std::optional<double> ttft_ms, int osl) {
  std::set<double> ttfts(kUsualTtfts.begin(), kUsualTtfts.end());
  for (const double share : kTtftShares) {
    const double ttft = request_latency_ms * share;
    if (ttft < kUsualTtfts.front() || ttft > kUsualTtfts.back()) ttfts.insert(ttft);
  }
  ttfts.insert(ttft_ms.value_or(request_latency_ms * kWidestTtftShare));
  std::vector<Limits> ladder;
  for (const double ttft : ttfts) {
    if (ttft < request_latency_ms) ladder.push_back({ttft, (request_latency_ms - ttft) / (osl - 1)});
  }
  return ladder;
}

double first_room(double ttft_ms, double decode_ms) {
  const auto by_share = [&](double share) { return std::max(ttft_ms / share, decode_ms / (1 - share)); };
  double limit = by_share(kWidestTtftShare);
  const auto usual = std::ranges::lower_bound(kUsualTtfts, ttft_ms);
  if (usual != kUsualTtfts.end()) limit = std::min(limit, *usual + decode_ms);
  for (const double share : kTtftShares) {
    const double ttft = by_share(share) * share;
    if (ttft < kUsualTtfts.front() || ttft > kUsualTtfts.back()) limit = std::min(limit, by_share(share));
  }
  return limit;
}

Limits loosest(const std::vector<Limits>& ladder) {
  Limits out{0, 0};
  for (const Limits& limits : ladder) {
    out.ttft_ms = std::max(out.ttft_ms, limits.ttft_ms);
    out.tpot_ms = std::max(out.tpot_ms, limits.tpot_ms);
  }
  return out;
}

}  // namespace dynamo::search

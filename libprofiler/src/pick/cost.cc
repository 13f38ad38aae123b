#include "dynamo/profiler/cost.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "text/number_text.h"

namespace dynamo {
namespace {

constexpr double kSecondsPerHour = 3600.0;
constexpr double kMillion = 1e6;

std::string spellings_near(std::string_view name) {
  std::string text;
  for (const std::string& near : similar_systems(name)) text += (text.empty() ? "did you mean " : " or ") + near;
  return text.empty() ? "write 2.49 for every GPU or h200_sxm=2.49 for one kind" : text + "?";
}

std::unexpected<Diagnostics> refused(std::string_view text, std::string why, std::string hint) {
  return std::unexpected(
      one_error(DiagnosticCode::kInvalid, "price.gpu", "--gpu-price " + std::string(text) + ": " + std::move(why), std::move(hint)));
}

}  // namespace

std::optional<double> GpuPrices::of(const std::string& system) const {
  const auto own = by_gpu.find(system);
  return own == by_gpu.end() ? any : own->second;
}

std::expected<void, Diagnostics> add_gpu_price(std::string_view text, GpuPrices& prices) {
  const std::size_t equals = text.find('=');
  std::string_view amount = equals == std::string_view::npos ? text : text.substr(equals + 1);
  for (const std::string_view unit : {"/hour", "/h"}) {
    if (amount.ends_with(unit)) amount.remove_suffix(unit.size());
  }
  if (amount.starts_with('$')) amount.remove_prefix(1);
  const std::optional<double> price = parse_double(amount);
  if (!price || *price < 0) return refused(text, "not a price for an hour", "write a number of at least 0, such as 2.49 or 2.49/h");
  if (equals == std::string_view::npos) {
    prices.any = price;
    return {};
  }
  const std::string_view gpu = text.substr(0, equals);
  const SystemSpec* system = find_system(gpu);
  if (system == nullptr) return refused(text, "unknown GPU \"" + std::string(gpu) + "\"", spellings_near(gpu));
  prices.by_gpu[system->name] = *price;
  return {};
}

Cost cost_of(double gpu_hour, int gpus, double tokens_per_s) {
  const double per_hour = gpu_hour * gpus;
  if (!(tokens_per_s > 0)) return {per_hour, std::numeric_limits<double>::infinity()};
  return {per_hour, per_hour / (tokens_per_s * kSecondsPerHour) * kMillion};
}

Cost cost_of(double gpu_hour, int gpus, double tokens_per_s, const ValidatedRequest& request) {
  const double asked = request.request_rate ? *request.request_rate * static_cast<double>(request.osl) : tokens_per_s;
  return cost_of(gpu_hour, gpus, std::min(tokens_per_s, asked));
}

Cost cost_of(double gpu_hour, const Pick& pick, const ValidatedRequest& request) {
  return cost_of(gpu_hour, pick.gpus_used, pick.unit.tokens_per_s * pick.replicas, request);
}

}  // namespace dynamo

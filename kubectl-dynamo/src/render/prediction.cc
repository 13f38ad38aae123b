#include "render/prediction.h"

#include "render/numbers.h"
#include "render/style.h"
#include "render/tree.h"

namespace dynamo::cli {
namespace {

std::string right(const std::string& text, std::size_t width) {
  const std::size_t used = columns(text);
  return std::string(used < width ? width - used : 0, ' ') + text;
}

std::string left(const std::string& text, std::size_t width) {
  const std::size_t used = columns(text);
  return text + std::string(used < width ? width - used : 0, ' ');
}

std::string latency_row(const std::string& title, const Value& report, const Value& pick, std::string_view target_name,
                        std::string_view field) {
  std::string line = "  " + left(title, 12) + right(number_text(pick, {field}), 7) + " ms";
  for (const Value& target : array_at(report, {"sla", "targets"})) {
    if (text_at(target, {"name"}) != target_name) continue;
    line += "   <= " + right(plain(number_at(target, {"submittedMs"})), 4) + " ms";
    if (flag_at(target, {"missed"})) {
      line += "    missed";
    } else if (text_at(report, {"sla", "binding"}) == target_name) {
      line += "    binding";
    }
  }
  return line + "\n";
}

std::string load_row(const Value& report, const Value& pick) {
  const bool rate = has_number(report, {"request", "requestRate"});
  if (!rate && !has_number(report, {"request", "concurrency"})) return {};
  const std::string wanted = rate ? plain(number_at(report, {"request", "requestRate"})) + " req/s"
                                  : plain(number_at(report, {"request", "concurrency"})) + " in flight";
  return "  " + left("load", 12) + right(number_text(pick, {"loadServedPercent"}), 7) + " % of " + wanted + "\n";
}

/// "cost           19.92 per hour   0.87 per million output tokens", in the currency of the price.
std::string cost_row(const Value& pick) {
  if (!has_number(pick, {"cost", "perHour"})) return {};
  return "  " + left("cost", 12) + right(fixed(number_at(pick, {"cost", "perHour"}), 2), 7) + " per hour         " +
         (has_number(pick, {"cost", "perMillionTokens"}) ? fixed(number_at(pick, {"cost", "perMillionTokens"}), 2) : "-") +
         " per million output tokens\n";
}

/// GPUs of the budget that stay idle count in the first number, as they do in a ranking; the second leaves them out.
std::string throughput_rows(const Value& pick) {
  const std::string of_budget = number_text(pick, {"tokensPerSecondPerGpuOfBudget"});
  const std::string of_used = number_text(pick, {"tokensPerSecondPerGpu"});
  std::string out = "  " + left("throughput", 12) + right(of_budget, 7) + " tok/s per GPU    " +
                    number_text(pick, {"total", "tokensPerSecond"}) + " tok/s, " + number_text(pick, {"total", "requestsPerSecond"}) +
                    " req/s at " + grouped(integer_at(pick, {"total", "concurrency"})) + " in flight\n";
  if (of_used != of_budget) {
    out += "  " + left("", 12) + right(of_used, 7) + " tok/s per GPU of the " + grouped(integer_at(pick, {"total", "gpus"})) + " in use\n";
  }
  return out;
}

}  // namespace

std::string prediction_rows(const Value& report, const Value& pick) {
  std::string out = "              predicted   target\n";
  out += latency_row("TTFT", report, pick, "ttft", "ttftMs");
  out += latency_row("ITL", report, pick, "itl", "itlMs");
  out += latency_row("request", report, pick, "e2eLatency", "requestLatencyMs");
  out += throughput_rows(pick);
  out += "  " + left("per user", 12) + right(number_text(pick, {"tokensPerSecondPerUser"}), 7) + " tok/s\n";
  return out + load_row(report, pick) + cost_row(pick);
}

std::string memory_rows(const Value& report, const Value& pick) {
  std::string out;
  const Array& workers = array_at(pick, {"workers"});
  for (const Value& worker : workers) {
    const double total = number_at(worker, {"memoryGiB", "total"});
    const double weights = number_at(worker, {"memoryGiB", "weights"});
    const double kv = number_at(worker, {"memoryGiB", "kvCache"});
    out += "  " + left(workers.size() > 1 ? text_at(worker, {"role"}) + " mem" : "memory", 12) + right(fixed(total, 0), 7) +
           " of " + fixed(number_at(report, {"request", "gpuMemoryGiB"}), 0) + " GiB per GPU (weights " +
           fixed(weights, 0) + ", KV " + fixed(kv, 0) + ", rest " + fixed(total - weights - kv, 0) + ")\n";
  }
  return out;
}

}  // namespace dynamo::cli

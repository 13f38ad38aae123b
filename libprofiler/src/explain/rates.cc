#include <algorithm>

#include "explain/sections.h"
#include "explain/words.h"
#include "search/factors.h"

namespace dynamo::explain {
namespace {

constexpr int kMostWorkers = 8;          ///< of each role
constexpr std::size_t kMostRows = 10;

/// A unit with so many workers of each role; rates in requests/s, of which the slower one is served.
struct Row {
  int prefill = 0, decode = 0, gpus = 0;
  double prefill_rate = 0, decode_rate = 0;
  bool used = false;                     ///< the unit that is explained

  [[nodiscard]] double rate() const { return std::min(prefill_rate, decode_rate); }
  [[nodiscard]] double per_gpu() const { return rate() / gpus; }
};

/// Those within the budget and the one in use, the fastest per GPU first.
std::vector<Row> rows_of(const Estimate& unit, int total_gpus) {
  std::vector<Row> rows;
  for (int p = 1; p <= kMostWorkers; ++p) {
    for (int d = 1; d <= kMostWorkers; ++d) {
      const Row row{p, d, p * unit.prefill.parallel.gpus() + d * unit.decode.parallel.gpus(),
                    unit.prefill.seq_per_s * p * search::kPrefillUtilisation, unit.decode.seq_per_s * d * search::kDecodeUtilisation,
                    p == unit.prefill_workers && d == unit.decode_workers};
      if (row.gpus <= total_gpus || row.used) rows.push_back(row);
    }
  }
  std::ranges::stable_sort(rows, [](const Row& a, const Row& b) { return a.per_gpu() > b.per_gpu(); });
  return rows;
}

Value row_value(const Row& row, double osl) {
  Value value;
  value.set("prefillWorkers", row.prefill);
  value.set("decodeWorkers", row.decode);
  value.set("gpus", row.gpus);
  value.set("prefillRequestsPerSecond", row.prefill_rate);
  value.set("decodeRequestsPerSecond", row.decode_rate);
  value.set("requestsPerSecond", row.rate());
  value.set("tokensPerSecondPerGpu", row.per_gpu() * osl);
  value.set("bottleneck", row.prefill_rate < row.decode_rate ? "prefill" : "decode");
  value.set("idlePercent", percent_lost(row.rate(), std::max(row.prefill_rate, row.decode_rate)));
  value.set("used", row.used);
  return value;
}

}  // namespace

Value rates_of(const Evidence& evidence) {
  const PickReport& report = *evidence.report;
  Value value;
  if (report.naive || report.disaggregated.empty()) return value;
  const bool chosen = report.chosen->unit.mode == ServingMode::kDisaggregated;
  const Estimate& unit = chosen ? report.chosen->unit : report.disaggregated.front().unit;
  Array table;
  for (const Row& row : rows_of(unit, evidence.request->total_gpus)) {
    if (table.size() < kMostRows || row.used) table.push_back(row_value(row, static_cast<double>(evidence.request->osl)));
  }
  value.set("prefill", unit.prefill.parallel.label(evidence.moe()));
  value.set("decode", unit.decode.parallel.label(evidence.moe()) + ", batch " + std::to_string(unit.decode.batch));
  value.set("prefillRequestsPerSecondPerWorker", unit.prefill.seq_per_s);
  value.set("decodeRequestsPerSecondPerWorker", unit.decode.seq_per_s);
  value.set("ofThePick", chosen);
  value.set("table", std::move(table));
  return value;
}

}  // namespace dynamo::explain

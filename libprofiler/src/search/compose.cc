#include "search/compose.h"

#include <algorithm>

#include "search/factors.h"
#include "search/rounding.h"

namespace dynamo::search {

double queued_ttft(const RoleRow& row) { return row.point.ttft_ms * kTtftQueueing; }

Estimate compose(const RoleRow& prefill, int prefill_workers, const RoleRow& decode, int decode_workers, int osl) {
  Estimate row;
  row.mode = ServingMode::kDisaggregated;
  row.prefill = prefill.worker;
  row.decode = decode.worker;
  row.prefill_workers = prefill_workers;
  row.decode_workers = decode_workers;
  row.seq_per_s = std::min(prefill.worker.seq_per_s * prefill_workers * kPrefillUtilisation,
                           decode.worker.seq_per_s * decode_workers * kDecodeUtilisation);
  row.gpus = prefill.worker.parallel.gpus() * prefill_workers + decode.worker.parallel.gpus() * decode_workers;
  row.ttft_ms = queued_ttft(prefill);
  row.tpot_ms = decode.point.tpot_ms;
  row.request_latency_ms = row.ttft_ms + row.tpot_ms * std::max(osl - 1, 0);
  row.concurrency = decode.point.concurrency * decode_workers;
  row.tokens_per_s = row.seq_per_s * osl;
  row.tokens_per_s_gpu = row.tokens_per_s / row.gpus;
  row.tokens_per_s_user = decode.point.tokens_per_s_user;
  return row;
}

Estimate compose_unit(const RoleRow& prefill, int prefill_workers, const RoleRow& decode, int decode_workers, int osl) {
  Estimate unit = compose(prefill, prefill_workers, decode, decode_workers, osl);
  round_row(unit);
  return unit;
}

void round_row(Estimate& row) {
  for (double* value : {&row.ttft_ms, &row.tpot_ms, &row.request_latency_ms, &row.concurrency, &row.seq_per_s,
                        &row.tokens_per_s, &row.tokens_per_s_gpu, &row.tokens_per_s_user}) {
    *value = round3(*value);
  }
}

}  // namespace dynamo::search

#include "dynamo/profiler/explain.h"

namespace dynamo {
namespace {

Value band_value(const Band& band) {
  Value value;
  value.set("low", band.low);
  value.set("high", band.high);
  return value;
}

Value error_band_value(const ErrorBand& band) {
  Value value;
  value.set("ttft", band_value(band.ttft));
  value.set("itl", band_value(band.itl));
  value.set("throughput", band_value(band.throughput));
  return value;
}

Array suspects_value(const std::vector<SuspectKernel>& suspects) {
  Array array;
  for (const SuspectKernel& suspect : suspects) {
    Value value;
    value.set("pass", suspect.pass);
    value.set("kernel", suspect.kernel);
    value.set("contradicts", suspect.contradicts);
    value.set("factor", suspect.factor);
    value.set("excessShareOfPass", suspect.excess_share);
    array.push_back(std::move(value));
  }
  return array;
}

}  // namespace

Value provenance_value(const Provenance& provenance) {
  Value value;
  value.set("tier", provenance.tier);
  value.set("tables", provenance.tables);
  value.set("lookedUp", provenance.looked_up);
  value.set("interpolated", provenance.interpolated);
  value.set("extrapolated", provenance.extrapolated);
  value.set("modelled", provenance.modelled);
  value.set("estimated", provenance.estimated);
  value.set("errorBand", provenance.band ? error_band_value(*provenance.band) : Value());
  value.set("suspectRows", suspects_value(provenance.suspects));
  return value;
}

}  // namespace dynamo

#include "perf/operators/mla.h"

#include "perf/operators/mla_kernel.h"

namespace dynamo::perf {

OperatorPtr make_context_mla(std::string name, double scale, const Database::Impl& database, const MlaConfig& config) {
  const std::string key = std::string(facts_of(config.fmha).name) + "|" + std::string(facts_of(config.kv).name);
  return make_mla_prefill(std::move(name), scale, database, database.mode, config, mla_rows(database, "context_mla", key));
}

OperatorPtr make_generation_mla(std::string name, double scale, const Database::Impl& database, const MlaConfig& config) {
  const std::string key(facts_of(config.kv).name);
  return make_mla_decode(std::move(name), scale, database, database.mode, config, {}, mla_rows(database, "generation_mla", key));
}

}  // namespace dynamo::perf

#include "search/memo.h"

#include <array>

#include "search/layouts.h"
#include "text/number_text.h"

namespace dynamo::search {
namespace {

/// Parts of a key never contain it.
constexpr char kSeparator = '\x1f';

void add(std::string& key, std::string_view part) { (key += part) += kSeparator; }
void add(std::string& key, double number) { add(key, shortest(number)); }

void add_formats(std::string& key, const QuantModes& quant) {
  add(key, facts_of(quant.gemm).name);
  add(key, facts_of(quant.moe).name);
  add(key, facts_of(quant.kv).name);
  add(key, facts_of(quant.fmha).name);
  add(key, facts_of(quant.comm).name);
}

}  // namespace

std::string memory_key(const Scenario& scenario, const Session& session, const Parallelism& layout) {
  std::string key;
  add(key, scenario.model->id);
  add(key, session.system->name);
  add(key, name_of(scenario.backend));
  add(key, session.database.version());
  add(key, static_cast<double>(scenario.database));
  add(key, static_cast<double>(session.role));
  add_formats(key, session.quant);
  for (const int number : {scenario.isl, scenario.osl, scenario.prefix, scenario.nextn, scenario.max_seq_len.value_or(-1),
                           scenario.chunked_prefill ? 1 : 0, scenario.keep_rejected ? 1 : 0}) {
    add(key, number);
  }
  add(key, scenario.nextn_accepted);
  add(key, scenario.kv_fraction.value_or(-1));
  add(key, reference_label(layout));
  return key;
}

}  // namespace dynamo::search

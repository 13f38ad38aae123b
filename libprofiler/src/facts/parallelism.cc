#include "dynamo/profiler/parallelism.h"

namespace dynamo {
namespace {

void append(std::string& label, const char* key, int size) {
  if (!label.empty()) label += '-';
  label += key + std::to_string(size);
}

// The three layouts people name; every other one is spelled out with `etp` and `ep`, so none can share a label.
std::string short_moe_label(const Parallelism& layout) {
  if (layout.cp != 1) return {};
  const bool attention_split = layout.dp == 1;
  const bool attention_copied = layout.tp == 1 && layout.dp > 1;
  if (attention_split && layout.moe_tp == layout.tp && layout.moe_ep == 1) return "tp" + std::to_string(layout.tp);
  if (attention_split && layout.moe_ep == layout.tp && layout.moe_tp == 1) return "tep" + std::to_string(layout.tp);
  if (attention_copied && layout.moe_ep == layout.dp && layout.moe_tp == 1) return "dep" + std::to_string(layout.dp);
  return {};
}

}  // namespace

std::string Parallelism::label(bool moe) const {
  std::string text = moe ? short_moe_label(*this) : std::string();
  const bool spelled_out = text.empty();
  if (spelled_out) append(text, "tp", tp);
  if (pp != 1) append(text, "pp", pp);
  if (!spelled_out) return text;
  if (dp != 1) append(text, "dp", dp);
  if (cp != 1) append(text, "cp", cp);
  if (moe) {
    append(text, "etp", moe_tp);
    append(text, "ep", moe_ep);
  }
  return text;
}

}  // namespace dynamo

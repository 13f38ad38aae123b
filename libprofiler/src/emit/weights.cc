#include "emit/weights.h"

#include <algorithm>

namespace dynamo::emit {
namespace {

constexpr double kBf16Bytes = 2;  ///< embeddings, norms, routers and whatever a checkpoint excludes from quantisation

/// Width of a projection group, which a checkpoint may keep in bf16.
double group_bytes(const ModelSpec& model, const QuantModes& quant, const char* group) {
  const auto& excluded = model.quant.excluded;
  return std::ranges::find(excluded, group) == excluded.end() ? facts_of(quant.gemm).bytes_per_element : kBf16Bytes;
}

double product(int a, int b) {
  return static_cast<double>(a) * b;
}

bool latent_attention(const ModelSpec& model) {
  return model.kv_lora_rank > 0;
}

double latent_attention_bytes(const ModelSpec& m, const QuantModes& quant) {
  const int qk_dim = m.qk_nope_head_dim + m.qk_rope_head_dim;
  const double query = m.q_lora_rank > 0 ? product(m.hidden, m.q_lora_rank) + product(m.q_lora_rank, m.heads) * qk_dim
                                         : product(m.hidden, m.heads) * qk_dim;
  const double key_value = product(m.hidden, m.kv_lora_rank + m.qk_rope_head_dim) +
                           product(m.kv_lora_rank, m.heads) * (m.qk_nope_head_dim + m.v_head_dim);
  const double output = product(m.heads, m.v_head_dim) * m.hidden;
  return query * group_bytes(m, quant, "q") + key_value * group_bytes(m, quant, "kv") +
         output * group_bytes(m, quant, "o");
}

double attention_bytes(const ModelSpec& m, const QuantModes& quant) {
  if (latent_attention(m))
    return latent_attention_bytes(m, quant);
  const double query = product(m.hidden, m.heads) * m.head_dim;
  const double key_value = 2 * product(m.hidden, m.kv_heads) * m.head_dim;
  return query * group_bytes(m, quant, "q") + key_value * group_bytes(m, quant, "kv") +
         query * group_bytes(m, quant, "o");
}

double ffn_bytes(const ModelSpec& m, const QuantModes& quant) {
  const double dense_width = facts_of(quant.gemm).bytes_per_element;
  if (!m.is_moe())
    return 3 * product(m.hidden, m.intermediate) * dense_width;
  const int expert_width = m.moe_intermediate > 0 ? m.moe_intermediate : m.intermediate;
  const double expert = 3 * product(m.hidden, expert_width);
  return m.experts * expert * facts_of(quant.moe).bytes_per_element +
         m.shared_experts * expert * group_bytes(m, quant, "shared_expert") + product(m.hidden, m.experts) * kBf16Bytes;
}

}  // namespace

double weight_bytes(const ModelSpec& model, const QuantModes& quant) {
  // Whether embedding and head share a table is not known; both are counted.
  const double tables = 2 * product(model.vocab, model.hidden) * kBf16Bytes;
  return tables + model.layers * (attention_bytes(model, quant) + ffn_bytes(model, quant));
}

double kv_bytes_per_token(const ModelSpec& model, const QuantModes& quant, int tp, int pp) {
  const int layers = (model.layers + pp - 1) / pp;
  const double width = facts_of(quant.kv).bytes_per_element;
  if (latent_attention(model))
    return product(layers, model.kv_lora_rank + model.qk_rope_head_dim) * width;
  const int heads = std::max(1, (model.kv_heads + tp - 1) / tp);
  return 2 * product(layers, heads) * model.head_dim * width;
}

}  // namespace dynamo::emit

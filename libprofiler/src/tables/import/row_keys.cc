#include "tables/import/row_keys.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace dynamo::tables {
namespace {

using Result = std::expected<CodedKey, std::string>;

/// Gives every distinct number the next code; neighbours are usually equal.
CodedKey code_numbers(const std::vector<std::int64_t>& numbers) {
  CodedKey out;
  out.codes.reserve(numbers.size());
  std::unordered_map<std::int64_t, std::uint32_t> known;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0 && numbers[i] == numbers[i - 1]) {
      out.codes.push_back(out.codes.back());
      continue;
    }
    const auto [at, fresh] = known.try_emplace(numbers[i], static_cast<std::uint32_t>(out.words.size()));
    if (fresh) out.words.push_back(std::to_string(numbers[i]));
    out.codes.push_back(at->second);
  }
  return out;
}

CodedKey constant(std::string word, std::size_t rows) {
  return {{std::move(word)}, std::vector<std::uint32_t>(rows, 0)};
}

Result plain_column(ColumnCache& columns, std::string_view name) {
  const auto column = columns.get(name);
  if (!column) return std::unexpected(column.error());
  switch ((*column)->type) {
    case ParquetType::kByteArray: return CodedKey{(*column)->words, (*column)->codes};
    case ParquetType::kInt64:
    case ParquetType::kBoolean: return code_numbers((*column)->integers);
    case ParquetType::kDouble: break;
  }
  return std::unexpected("column " + std::string(name) + " holds measurements, not names");
}

Result lane(ColumnCache& columns, std::string_view name) {
  if (!columns.has(name)) return constant("default", columns.rows());
  Result key = plain_column(columns, name);
  if (key) std::replace(key->words.begin(), key->words.end(), std::string(), std::string("default"));
  return key;
}

Result kv_heads(ColumnCache& columns) {
  const auto heads = columns.get("num_heads");
  const auto kv = columns.get("num_key_value_heads");
  if (!heads) return std::unexpected(heads.error());
  if (!kv) return std::unexpected(kv.error());
  std::vector<std::int64_t> numbers = (*kv)->integers;
  if (numbers.size() != (*heads)->integers.size()) return std::unexpected(std::string("the head counts are no integers"));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] == (*heads)->integers[i]) numbers[i] = 0;
  }
  return code_numbers(numbers);
}

Result native(ColumnCache& columns, std::string_view name) {
  Result key = plain_column(columns, name);
  if (!key) return key;
  for (std::string& word : key->words) {
    const int heads = native_heads(word);
    if (heads == 0) return std::unexpected("the head count of model `" + word + "` is not known");
    word = std::to_string(heads);
  }
  return key;
}

Result short_dtype(ColumnCache& columns, std::string_view name) {
  Result key = plain_column(columns, name);
  if (key) std::replace(key->words.begin(), key->words.end(), std::string("fp8_e4m3"), std::string("fp8"));
  return key;
}

Result sharded_heads(ColumnCache& columns) {
  const auto heads = columns.get("num_heads");
  const auto ranks = columns.get("tp_size");
  if (!heads) return std::unexpected(heads.error());
  if (!ranks) return std::unexpected(ranks.error());
  std::vector<std::int64_t> numbers = (*heads)->integers;
  const std::vector<std::int64_t>& tp = (*ranks)->integers;
  if (numbers.size() != tp.size()) return std::unexpected(std::string("the head or rank counts are no integers"));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    constexpr std::int64_t kMost = 1 << 20;
    if (numbers[i] < 0 || numbers[i] > kMost || tp[i] > kMost) return std::unexpected(std::string("a head count is out of range"));
    numbers[i] *= std::max<std::int64_t>(tp[i], 1);
  }
  return code_numbers(numbers);
}

Result moe_dtype(ColumnCache& columns, std::string_view name) {
  const auto dtype = columns.get(name);
  const auto kernel = columns.get("kernel_source");
  if (!dtype) return std::unexpected(dtype.error());
  if (!kernel) return std::unexpected(kernel.error());
  CodedKey out{(*dtype)->words, (*dtype)->codes};
  const std::vector<std::uint32_t>& kernels = (*kernel)->codes;
  if (kernels.size() != out.codes.size()) return std::unexpected(std::string("the dtype or kernel column holds no names"));
  for (std::uint32_t d = 0; d < (*dtype)->words.size(); ++d) {
    for (std::uint32_t k = 0; k < (*kernel)->words.size(); ++k) {
      const std::string_view effective = effective_moe_dtype((*dtype)->words[d], (*kernel)->words[k]);
      if (effective == (*dtype)->words[d]) continue;
      const auto code = static_cast<std::uint32_t>(out.words.size());
      out.words.emplace_back(effective);
      for (std::size_t i = 0; i < out.codes.size(); ++i) {
        if ((*dtype)->codes[i] == d && kernels[i] == k) out.codes[i] = code;
      }
    }
  }
  return out;
}

/// Drops the rows whose text in `name` meets `refuse`; a column that is absent drops none.
template <typename Refuse>
std::expected<void, std::string> drop(ColumnCache& columns, std::string_view name, Refuse refuse, std::vector<bool>& taken) {
  if (!columns.has(name)) return {};
  const auto column = columns.get(name);
  if (!column) return std::unexpected(column.error());
  if ((*column)->type != ParquetType::kByteArray) return {};
  std::vector<bool> bad;
  for (const std::string& word : (*column)->words) bad.push_back(refuse(word));
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (bad[(*column)->codes[i]]) taken[i] = false;
  }
  return {};
}

/// Which of SGLang's two ways to run sparse attention a kernel belongs to: `dense_mha_trtllm_ragged` answers short prompts in both.
bool runs_sparse_attention(std::string_view kernel, RowRule rule) {
  if (kernel == "sglang_dsa_dense_mha_trtllm_ragged") return true;
  const bool trtllm = kernel.find("trtllm") != std::string_view::npos;
  return trtllm == (rule == RowRule::kSparseTrtllm);
}

/// With a bf16 cache there is one way only, whose rows stand for both.
std::expected<void, std::string> keep_sparse(ColumnCache& columns, RowRule rule, std::vector<bool>& taken) {
  const auto cache = columns.get("kv_cache_dtype");
  const auto kernel = columns.get("kernel_source");
  if (!cache) return std::unexpected(cache.error());
  if (!kernel) return std::unexpected(kernel.error());
  if ((*cache)->codes.size() != taken.size() || (*kernel)->codes.size() != taken.size()) {
    return std::unexpected(std::string("the cache or kernel column holds no names"));
  }
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const bool both = (*cache)->words[(*cache)->codes[i]] == "bfloat16";
    if (!both && !runs_sparse_attention((*kernel)->words[(*kernel)->codes[i]], rule)) taken[i] = false;
  }
  return {};
}

std::expected<void, std::string> apply_rule(ColumnCache& columns, RowRule rule, std::string_view system,
                                            std::vector<bool>& taken) {
  const auto eager = [](const std::string& word) { return word.ends_with("_eager"); };
  const auto low_latency = [](const std::string& word) { return word == "moe_torch_flow_min_latency"; };
  switch (rule) {
    case RowRule::kAll: return {};
    case RowRule::kNoAwqGptq:
      return drop(columns, "gemm_dtype", [](const std::string& w) { return w == "awq" || w == "gptq"; }, taken);
    case RowRule::kNoEager: {
      if (system == "b60") return {};
      if (const auto done = drop(columns, "kernel_source", eager, taken); !done) return done;
      return drop(columns, "backend", eager, taken);
    }
    case RowRule::kNoLowLatency: return drop(columns, "kernel_source", low_latency, taken);
    case RowRule::kOnlyLowLatency:
      return drop(columns, "kernel_source", [&](const std::string& w) { return !low_latency(w); }, taken);
    case RowRule::kSparseTrtllm:
    case RowRule::kSparseFlashMla: return keep_sparse(columns, rule, taken);
  }
  return {};
}

}  // namespace

std::expected<const Column*, std::string> ColumnCache::get(std::string_view name) {
  for (const auto& [known, column] : columns_) {
    if (known == name) return column.get();
  }
  auto column = file_.read(name);
  if (!column) return std::unexpected(column.error());
  columns_.emplace_back(name, std::make_unique<Column>(std::move(*column)));
  return columns_.back().second.get();
}

std::expected<CodedKey, std::string> code_key(ColumnCache& columns, const Plan::Key& key, bool derived) {
  switch (key.rule) {
    case KeyRule::kColumn:
      if (derived && !columns.has(key.column)) return constant("", columns.rows());
      return plain_column(columns, key.column);
    case KeyRule::kLane: return lane(columns, key.column);
    case KeyRule::kKvHeads: return kv_heads(columns);
    case KeyRule::kOptional:
      return columns.has(key.column) ? plain_column(columns, key.column) : constant("0", columns.rows());
    case KeyRule::kConstant: return constant(key.column, columns.rows());
    case KeyRule::kNativeHeads: return native(columns, key.column);
    case KeyRule::kMoeDtype: return moe_dtype(columns, key.column);
    case KeyRule::kShortDtype: return short_dtype(columns, key.column);
    case KeyRule::kShardedHeads: return sharded_heads(columns);
  }
  return std::unexpected(std::string("an unknown rule"));
}

std::expected<std::vector<bool>, std::string> accepted_rows(ColumnCache& columns,
                                                            RowRule rule,
                                                            const std::vector<std::string>* kernels,
                                                            std::string_view system) {
  std::vector<bool> taken(columns.rows(), true);
  if (kernels != nullptr) {
    const auto foreign = [&](const std::string& word) {
      return std::find(kernels->begin(), kernels->end(), word) == kernels->end();
    };
    if (const auto done = drop(columns, "kernel_source", foreign, taken); !done) return std::unexpected(done.error());
  }
  if (const auto done = apply_rule(columns, rule, system, taken); !done) return std::unexpected(done.error());
  return taken;
}

std::expected<std::vector<std::uint32_t>, std::string> axis_values(ColumnCache& columns, const Plan::Axis& axis) {
  std::vector<std::int64_t> sum;
  for (const std::string& name : {axis.column, axis.plus}) {
    if (name.empty()) continue;
    const auto column = columns.get(name);
    if (!column) return std::unexpected(column.error());
    if ((*column)->type != ParquetType::kInt64) return std::unexpected("column " + name + " holds no integers");
    const auto& numbers = (*column)->integers;
    if (sum.empty()) sum.resize(numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max() / 2;
      if (numbers[i] < 0 || numbers[i] > kMost) {
        return std::unexpected("column " + name + ": " + std::to_string(numbers[i]) + " is out of range");
      }
      sum[i] += numbers[i];
    }
  }
  return std::vector<std::uint32_t>(sum.begin(), sum.end());
}

}  // namespace dynamo::tables

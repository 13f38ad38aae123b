#include "emit/backends/engine_args.h"

#include <charconv>

#include "dynamo/profiler/document_io.h"

namespace dynamo::emit {
namespace {

/// A fixed value of the fact files as the engine's settings type it.
Value typed(std::string_view text) {
  if (text == "true")
    return true;
  if (text == "false")
    return false;
  std::int64_t number = 0;
  const auto end = text.data() + text.size();
  if (const auto parsed = std::from_chars(text.data(), end, number); parsed.ec == std::errc{} && parsed.ptr == end)
    return number;
  return std::string(text);
}

std::string argument_text(const Value& value) {
  if (const auto* text = value.as_string())
    return *text;
  return write_json(value);
}

}  // namespace

int EngineContext::tensor_width() const {
  const Parallelism& parallel = worker->engine.parallel;
  return attention_dp() ? parallel.tp * parallel.dp : parallel.tp;
}

std::optional<std::string_view> kv_spelling(Backend backend, KvQuant kv, const CheckpointQuant& checkpoint) {
  const auto& facts = facts::backend_facts(backend);
  if (kv == KvQuant::kBfloat16 && checkpoint.kv_algorithm.empty())
    return facts.kv_as_checkpoint;
  return facts.kv_spelling(kv);
}

ArgBuilder& ArgBuilder::add(facts::FlagMeaning meaning) {
  const auto* flag = facts_.find_flag(meaning, role_, release_);
  if (!flag)
    return *this;
  if (flag->in_overrides)
    return override_setting(flag->flag, flag->value.empty() ? Value(true) : typed(flag->value));
  args_.emplace_back(flag->flag);
  if (!flag->value.empty())
    args_.emplace_back(flag->value);
  return *this;
}

ArgBuilder& ArgBuilder::add(facts::FlagMeaning meaning, Value value) {
  const auto* flag = facts_.find_flag(meaning, role_, release_);
  if (!flag)
    return *this;
  if (flag->in_overrides)
    return override_setting(flag->flag, std::move(value));
  args_.emplace_back(flag->flag);
  args_.push_back(argument_text(value));
  return *this;
}

ArgBuilder& ArgBuilder::override_setting(std::string_view path, Value value) {
  Value* node = &overrides_;
  for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    const auto key = path.substr(0, dot);
    Value* child = node->find(key);
    node = child ? child : &node->set(key, Value());
    path.remove_prefix(dot + 1);
  }
  node->set(path, std::move(value));
  return *this;
}

std::vector<std::string> ArgBuilder::take() {
  if (!overrides_.is_null()) {
    if (const auto* flag = facts_.find_flag(facts::FlagMeaning::kEngineOverrides, role_, release_)) {
      args_.emplace_back(flag->flag);
      args_.push_back(write_json(overrides_));
    }
  }
  return std::move(args_);
}

bool quantised_on_load(const EngineContext& context) {
  return context.request->model.quant.algorithm.empty() && context.worker->engine.quant.gemm == GemmQuant::kFp8;
}

int round_up(int value, int multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

}  // namespace dynamo::emit

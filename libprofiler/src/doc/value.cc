#include <algorithm>

#include "dynamo/profiler/document.h"

namespace dynamo {

double Value::number_or(double fallback) const {
  if (const std::int64_t* integer = as_int()) {
    return static_cast<double>(*integer);
  }
  const double* floating = as_float();
  return floating != nullptr ? *floating : fallback;
}

const Value* Value::find(std::string_view key) const {
  const Object* object = as_object();
  if (object == nullptr) {
    return nullptr;
  }
  const auto member = std::find_if(object->begin(), object->end(), [&](const Member& m) { return m.key == key; });
  return member == object->end() ? nullptr : &member->value;
}

Value* Value::find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

const Value* Value::find_path(std::initializer_list<std::string_view> keys) const {
  const Value* value = this;
  for (const std::string_view key : keys) {
    value = value == nullptr ? nullptr : value->find(key);
  }
  return value;
}

Value& Value::set(std::string_view key, Value value) {
  if (Value* existing = find(key)) {
    *existing = std::move(value);
    return *existing;
  }
  if (as_object() == nullptr) {
    data_ = Object();
  }
  as_object()->push_back(Member{.key = std::string(key), .value = std::move(value), .key_mark = {}});
  return as_object()->back().value;
}

Value& Value::push(Value value) {
  if (as_array() == nullptr) {
    data_ = Array();
  }
  as_array()->push_back(std::move(value));
  return as_array()->back();
}

bool operator==(const Value& a, const Value& b) { return a.data_ == b.data_; }

}  // namespace dynamo

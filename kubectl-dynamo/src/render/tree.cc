#include "render/tree.h"

#include "render/numbers.h"
#include "render/style.h"

namespace dynamo::cli {

std::string text_at(const Value& value, Path path) {
  const Value* found = value.find_path(path);
  const std::string* text = found == nullptr ? nullptr : found->as_string();
  return text == nullptr ? std::string() : printable(*text);
}

bool has_number(const Value& value, Path path) {
  const Value* found = value.find_path(path);
  return found != nullptr && found->is_number();
}

double number_at(const Value& value, Path path) {
  const Value* found = value.find_path(path);
  return found == nullptr ? 0 : found->number_or(0);
}

long long integer_at(const Value& value, Path path) { return static_cast<long long>(number_at(value, path)); }

bool flag_at(const Value& value, Path path) {
  const Value* found = value.find_path(path);
  const bool* flag = found == nullptr ? nullptr : found->as_bool();
  return flag != nullptr && *flag;
}

const Array& array_at(const Value& value, Path path) {
  static const Array kNone;
  const Value* found = value.find_path(path);
  const Array* array = found == nullptr ? nullptr : found->as_array();
  return array == nullptr ? kNone : *array;
}

std::string number_text(const Value& value, Path path) {
  return has_number(value, path) ? readable(number_at(value, path)) : "-";
}

std::string count_text(const Value& value, Path path) { return has_number(value, path) ? grouped(integer_at(value, path)) : "-"; }

}  // namespace dynamo::cli

#include "explain/schema_check.h"

#include <algorithm>

namespace dynamo::explain {
namespace {

bool has_type(const Value& value, std::string_view name) {
  if (name == "null") return value.is_null();
  if (name == "boolean") return value.as_bool() != nullptr;
  if (name == "integer") return value.as_int() != nullptr;
  if (name == "number") return value.as_int() != nullptr || value.as_float() != nullptr;
  if (name == "string") return value.as_string() != nullptr;
  return name == "array" ? value.as_array() != nullptr : value.as_object() != nullptr;
}

std::string spoken(std::string_view name) {
  if (name == "null") return "null";
  if (name == "boolean") return "true or false";
  if (name == "integer") return "a whole number";
  if (name == "array") return "a list";
  return std::string(name == "object" ? "an " : "a ") + std::string(name);
}

/// Of `"number"` or `["number", "null"]`; a list of allowed values is one of strings.
std::vector<std::string_view> types_of(const Value& schema) {
  std::vector<std::string_view> names;
  if (schema.find("enum") != nullptr) names.emplace_back("string");
  const Value* type = schema.find("type");
  if (type == nullptr) return names;
  if (const std::string* name = type->as_string()) names.emplace_back(*name);
  if (const Array* several = type->as_array()) {
    for (const Value& name : *several) names.emplace_back(*name.as_string());
  }
  return names;
}

class Check {
 public:
  Check(const Value& root, std::size_t most) : root_(root), most_(most) {}

  std::vector<SchemaBreak> run(const Value& value) {
    check(value, root_, "");
    return std::move(found_);
  }

 private:
  void add(const std::string& path, std::string reason, bool missing) {
    if (found_.size() < most_) found_.push_back({path, std::move(reason), missing});
  }

  /// `#/$defs/choice`.
  const Value& followed(const Value& schema) const {
    const Value* reference = schema.find("$ref");
    if (reference == nullptr) return schema;
    return *root_.find_path({"$defs", std::string_view(*reference->as_string()).substr(std::string_view("#/$defs/").size())});
  }

  void check(const Value& value, const Value& referring, const std::string& path) {
    if (found_.size() >= most_) return;
    const Value& schema = followed(referring);
    if (!check_type(value, schema, path)) return;
    check_members(value, schema, path);
    const Value* items = schema.find("items");
    if (const Array* list = value.as_array(); list != nullptr && items != nullptr) {
      for (std::size_t i = 0; i < list->size(); ++i) check((*list)[i], *items, path + "[" + std::to_string(i) + "]");
    }
    if (const Value* all = schema.find("allOf")) {
      for (const Value& part : *all->as_array()) check(value, part, path);
    }
    if (const Value* forms = schema.find("oneOf")) check_forms(value, *forms->as_array(), path);
  }

  bool check_type(const Value& value, const Value& schema, const std::string& path) {
    const std::vector<std::string_view> types = types_of(schema);
    if (types.empty() || std::ranges::any_of(types, [&](std::string_view name) { return has_type(value, name); })) return true;
    std::string wanted;
    for (const std::string_view name : types) wanted += (wanted.empty() ? "" : " or ") + spoken(name);
    add(path, "must be " + wanted, false);
    return false;
  }

  void check_members(const Value& value, const Value& schema, const std::string& path) {
    if (value.as_object() == nullptr) return;
    const std::string prefix = path.empty() ? path : path + ".";
    if (const Value* required = schema.find("required")) {
      for (const Value& name : *required->as_array()) {
        if (value.find(*name.as_string()) == nullptr) add(prefix + *name.as_string(), "is missing", true);
      }
    }
    const Value* properties = schema.find("properties");
    if (properties == nullptr) return;
    for (const Member& property : *properties->as_object()) {
      if (const Value* member = value.find(property.key)) check(*member, property.value, prefix + property.key);
    }
  }

  /// null or one other form.
  void check_forms(const Value& value, const Array& forms, const std::string& path) {
    const auto null_form = [](const Value& form) { return types_of(form) == std::vector<std::string_view>{"null"}; };
    if (value.is_null() && std::ranges::any_of(forms, null_form)) return;
    for (const Value& form : forms) {
      if (!null_form(form)) check(value, form, path);
    }
  }

  const Value& root_;
  std::size_t most_;
  std::vector<SchemaBreak> found_;
};

}  // namespace

std::vector<SchemaBreak> schema_breaks(const Value& value, const Value& schema, std::size_t most) { return Check(schema, most).run(value); }

}  // namespace dynamo::explain

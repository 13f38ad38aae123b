#include "emit/template/tree_merge.h"

#include <algorithm>

namespace dynamo::emit {
namespace {

bool all_have(const Array& items, std::string_view key) {
  return std::ranges::all_of(items, [&](const Value& item) {
    const Value* name = item.find(key);
    return name != nullptr && name->as_string() != nullptr;
  });
}

bool all_objects(const Array& items) {
  return std::ranges::all_of(items, [](const Value& item) { return item.as_object() != nullptr; });
}

/// The member that tells the entries of both lists apart. One volume can be mounted at two places, so mounts go by place.
std::string_view identity_of(const Array& a, const Array& b) {
  for (const std::string_view key : {"mountPath", "mountPoint", "name"}) {
    if (all_have(a, key) && all_have(b, key)) return key;
  }
  return {};
}

void merge_named(Array& base, const Array& theirs, std::string_view key) {
  const std::size_t ours = base.size();
  for (const Value& item : theirs) {
    const auto end = base.begin() + static_cast<std::ptrdiff_t>(ours);
    const auto same = std::find_if(base.begin(), end, [&](const Value& known) { return *known.find(key) == *item.find(key); });
    if (same == end) {
      base.push_back(item);
      continue;
    }
    // Two ways of giving a variable its value exclude each other.
    if (item.find("valueFrom") != nullptr) erase_member(*same, "value");
    if (item.find("value") != nullptr) erase_member(*same, "valueFrom");
    merge_tree(*same, item);
  }
}

void merge_lists(Value& base, const Array& theirs) {
  Array& ours = *base.as_array();
  if (const std::string_view key = identity_of(ours, theirs); !key.empty()) return merge_named(ours, theirs, key);
  if (!all_objects(ours) || !all_objects(theirs)) {
    base = theirs;
    return;
  }
  for (const Value& item : theirs) {
    if (std::ranges::find(ours, item) == ours.end()) ours.push_back(item);
  }
}

}  // namespace

void merge_tree(Value& base, const Value& theirs) {
  if (theirs.is_null()) return;
  if (const Object* members = theirs.as_object(); members != nullptr && (base.as_object() != nullptr || base.is_null())) {
    if (base.is_null()) base = Object{};
    for (const Member& member : *members) {
      if (Value* known = base.find(member.key)) {
        merge_tree(*known, member.value);
      } else if (!member.value.is_null()) {
        base.set(member.key, member.value);
      }
    }
    return;
  }
  if (const Array* items = theirs.as_array(); items != nullptr && base.as_array() != nullptr) return merge_lists(base, *items);
  base = theirs;
}

void erase_member(Value& object, std::string_view key) {
  if (Object* members = object.as_object()) {
    std::erase_if(*members, [&](const Member& member) { return member.key == key; });
  }
}

}  // namespace dynamo::emit

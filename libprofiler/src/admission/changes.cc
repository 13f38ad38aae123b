#include "admission/changes.h"

#include <algorithm>
#include <utility>

#include "rules/catalog.h"

namespace dynamo::admission {
namespace {

const Value* present(const Value* value) { return value == nullptr || value->is_null() ? nullptr : value; }

bool same(const Value& a, const Value& b);

bool same_members(const Object& a, const Value& b, const Value& whole_a) {
  const auto known = [](const Value& other, const Member& member) {
    const Value* twin = present(other.find(member.key));
    const Value* value = present(&member.value);
    return value == nullptr ? twin == nullptr : twin != nullptr && same(*value, *twin);
  };
  return std::ranges::all_of(a, [&](const Member& member) { return known(b, member); }) &&
         std::ranges::all_of(*b.as_object(), [&](const Member& member) {
           return present(&member.value) == nullptr || present(whole_a.find(member.key)) != nullptr;
         });
}

/// Equality of meaning: the order of members does not count.
bool same(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number() && a.type() != b.type()) {
    return a.number_or(0) == b.number_or(0);
  }
  if (const Object* members = a.as_object(); members != nullptr && b.as_object() != nullptr) {
    return same_members(*members, b, a);
  }
  if (const Array* items = a.as_array(); items != nullptr && b.as_array() != nullptr) {
    return std::ranges::equal(*items, *b.as_array(), same);
  }
  return a == b;
}

void compare(const Value* before, const Value* after, const std::string& path, std::vector<Change>& changes) {
  before = present(before);
  after = present(after);
  const bool object_before = before != nullptr && before->as_object() != nullptr;
  const bool object_after = after != nullptr && after->as_object() != nullptr;
  const bool below = (object_before || before == nullptr) && (object_after || after == nullptr);
  if (!below) {
    if (before == nullptr || after == nullptr || !same(*before, *after)) {
      changes.push_back({path, before, after});
    }
    return;
  }
  const auto child = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
  if (object_before) {
    for (const Member& member : *before->as_object()) {
      compare(&member.value, after == nullptr ? nullptr : after->find(member.key), child(member.key), changes);
    }
  }
  if (object_after) {
    for (const Member& member : *after->as_object()) {
      if (before == nullptr || before->find(member.key) == nullptr) {
        compare(nullptr, &member.value, child(member.key), changes);
      }
    }
  }
}

bool is_bool(const Value* value, bool wanted) {
  return value != nullptr && value->as_bool() != nullptr && *value->as_bool() == wanted;
}

/// What the operator's discovery does.
bool fills_in_hardware(const Change& change) { return change.path.starts_with("hardware.") && change.before == nullptr; }

bool overrides_version(const Change& change) { return change.path == "runtimeVersionOverride"; }

/// What an update may do to a spec.
class Freedom {
 public:
  Freedom(const Value& old_object, Immutability immutability)
      : strict_(immutability == Immutability::kStrict),
        deferred_(is_bool(old_object.find_path({"spec", "autoApply"}), false)) {
    const Value* phase = old_object.find_path({"status", "phase"});
    if (phase != nullptr && phase->as_string() != nullptr) {
      phase_ = *phase->as_string();
    }
  }

  [[nodiscard]] const std::string& phase() const { return phase_; }

  [[nodiscard]] bool allows(const Change& change) const {
    const bool pending = phase_.empty() || phase_ == "Pending";
    if (pending && fills_in_hardware(change)) {
      return true;
    }
    if (phase_ == "Ready" && switches_apply_on(change)) {
      return true;
    }
    if (strict_) {
      return false;
    }
    const bool held_back = (phase_ == "Ready" || phase_ == "Profiling") && deferred_;
    return pending || phase_ == "Failed" || (held_back && overrides_version(change));
  }

 private:
  bool strict_;
  bool deferred_;   ///< autoApply is explicitly off: nothing is deployed yet
  std::string phase_;
};

std::string named(const std::vector<std::string>& paths) {
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(paths.size(), kShown); ++i) {
    text += (i == 0 ? "" : ", ") + paths[i];
  }
  return paths.size() > kShown ? text + " and " + std::to_string(paths.size() - kShown) + " more" : text;
}

}  // namespace

std::vector<Change> changes_between(const Value* before, const Value* after) {
  std::vector<Change> changes;
  compare(before, after, {}, changes);
  return changes;
}

bool switches_apply_on(const Change& change) {
  return change.path == "autoApply" && is_bool(change.before, false) &&
         (change.after == nullptr || is_bool(change.after, true));
}

std::optional<Diagnostic> forbidden_update(const std::vector<Change>& changes,
                                           const Value& old_object,
                                           Immutability immutability) {
  const Freedom freedom(old_object, immutability);
  std::vector<std::string> paths;
  for (const Change& change : changes) {
    if (!freedom.allows(change)) {
      paths.push_back(change.path);
    }
  }
  if (paths.empty()) {
    return std::nullopt;
  }
  const std::string when = freedom.phase().empty() ? std::string("once the resource is created")
                                                   : "while the resource is in phase \"" + freedom.phase() + "\"";
  Diagnostic error;
  error.code = DiagnosticCode::kForbidden;
  error.rule = RuleId("spec.immutable").text();
  error.path = "spec";
  error.reason = "updates are forbidden " + when + " (changed: " + named(paths) + ")";
  error.hint = "delete and recreate the resource to change its spec";
  return error;
}

}  // namespace dynamo::admission

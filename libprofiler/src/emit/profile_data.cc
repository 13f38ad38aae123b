#include <algorithm>

#include "dynamo/profiler/assembly.h"
#include "dynamo/profiler/document_io.h"
#include "emit/config_map.h"
#include "emit/template/services.h"

namespace dynamo {
namespace {

constexpr std::string_view kStem = "planner-profile-data";
constexpr std::string_view kFlag = "--planner-profile-data";
constexpr std::string_view kRoleFlag = "--disaggregation-mode";

bool is_word(const Value& value, std::string_view word) { return value.as_string() != nullptr && *value.as_string() == word; }

bool runs_mocker(const Value& service) {
  const Value* command = service.find_path({"extraPodSpec", "mainContainer", "command"});
  if (command == nullptr || command->as_array() == nullptr) return false;
  return std::ranges::any_of(*command->as_array(), [](const Value& word) { return is_word(word, "dynamo.mocker"); });
}

bool is_planner(const Member& service) { return emit::traits_of(service.key, service.value).component == "planner"; }

/// Replaces the flag's value, or adds the flag before the role, which stays last as in the mocker's own examples.
void point_mocker_at(Value& service, const std::string& path) {
  Value* main = service.find("extraPodSpec")->find("mainContainer");
  Value* args = main->find("args");
  if (args == nullptr || args->as_array() == nullptr) return;
  Array& list = *args->as_array();
  const auto flag = std::ranges::find_if(list, [](const Value& word) { return is_word(word, kFlag); });
  if (flag != list.end() && flag + 1 != list.end()) {
    *(flag + 1) = path;
    return;
  }
  const auto role = std::ranges::find_if(list, [](const Value& word) { return is_word(word, kRoleFlag); });
  const Array addition = {std::string(kFlag), path};
  list.insert(role, addition.begin(), addition.end());
}

}  // namespace

Value add_profile_data(Value& deployment, const ValidatedRequest& request, const Curves& curves) {
  Value data;
  data.set("prefill_raw_data.json", write_json(prefill_json(curves.prefill)));
  data.set("decode_raw_data.json", write_json(decode_json(curves.decode)));
  Value map = emit::config_map(request, kStem, std::move(data));
  const std::string name = emit::name_of_object(map);
  const std::string path(emit::kProfileDataMount);
  Value* spec = deployment.find("spec");
  Value* services = spec == nullptr ? nullptr : spec->find("services");
  if (services == nullptr || services->as_object() == nullptr) return map;
  for (Member& service : *services->as_object()) {
    const bool mocker = runs_mocker(service.value);
    if (!mocker && !is_planner(service)) continue;
    emit::mount_config_map(service.value, name, path);
    // Engines that are called prefill or decode must never get the mocker's flag.
    if (mocker) point_mocker_at(service.value, path);
  }
  return map;
}

}  // namespace dynamo

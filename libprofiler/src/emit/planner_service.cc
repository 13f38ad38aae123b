#include "dynamo/profiler/assembly.h"
#include "dynamo/profiler/document_io.h"
#include "emit/config_map.h"
#include "emit/deployment_tree.h"
#include "emit/planner_config.h"
#include "emit/runtime.h"
#include "emit/template/base_template.h"
#include "emit/template/services.h"
#include "emit/template/tree_merge.h"

namespace dynamo {
namespace {

constexpr std::string_view kStem = "planner-config";
constexpr std::string_view kConfigFile = "planner_config.json";

std::string config_mount() { return std::string(emit::kWorkspace) + "/planner_config"; }

Value service(const std::string& image, const std::string& config_map) {
  Value service;
  service.set("componentType", "planner");
  service.set("replicas", 1);
  Value main;
  main.set("image", image);
  main.set("workingDir", std::string(emit::kWorkspace) + "/components/src/dynamo/planner");
  main.set("command", Array{"python3", "-m", "dynamo.planner"});
  main.set("args", Array{"--config", config_mount() + "/" + std::string(kConfigFile)});
  emit::set_main_container(service, std::move(main));
  emit::mount_config_map(service, config_map, config_mount());
  return service;
}

/// What `overrides.dgd` says of the planner is laid over ours; what it runs and which configuration it reads stays.
void lay_over(Value& ours, const Value& theirs) {
  const Value* main = ours.find_path({"extraPodSpec", "mainContainer"});
  const Value command = *main->find("command"), args = *main->find("args");
  emit::merge_tree(ours, theirs);
  Value* merged = ours.find("extraPodSpec")->find("mainContainer");
  merged->set("command", command);
  merged->set("args", args);
}

/// The planner finds the workers it scales by their roles; the one worker of an aggregated deployment counts as decode.
void name_roles(Value& services) {
  Value* only = nullptr;
  for (Member& member : *services.as_object()) {
    const emit::ServiceTraits traits = emit::traits_of(member.key, member.value);
    if (!emit::is_worker(traits, member.value)) continue;
    if (!traits.role.empty() || only != nullptr) return;
    only = &member.value;
  }
  if (only != nullptr) only->set("subComponentType", "decode");
}

/// Newer planners scale through adapters, which the operator makes for the workers that ask for one.
void enable_adapters(Value& services) {
  for (Member& member : *services.as_object()) {
    if (!emit::is_worker(emit::traits_of(member.key, member.value), member.value)) continue;
    Value adapter;
    adapter.set("enabled", true);
    member.value.set("scalingAdapter", std::move(adapter));
  }
}

}  // namespace

std::expected<Value, Diagnostics> add_planner(Value& deployment, const ValidatedRequest& request, const PickReport& report,
                                              bool swept, const EmitOptions& options, Diagnostics& warnings) {
  const PlannerLine line = emit::planner_line(emit::runtime_of(request, options.runtime_version, request.image));
  auto config = emit::planner_config(request, report, {line, request.mocker, swept}, warnings);
  if (!config) return std::unexpected(std::move(config.error()));
  const emit::Images images(request, report.chosen->unit.decode.backend, options.runtime_version);
  Value data;
  data.set(kConfigFile, write_json(*config));
  Value map = emit::config_map(request, kStem, std::move(data));

  Value planner = service(images.planner(line), emit::name_of_object(map));
  Value& services = *deployment.find("spec")->find("services");
  const emit::BaseTemplate base = emit::base_template(request, options);
  if (const Value* theirs = base.planner()) lay_over(planner, *theirs);
  std::erase_if(*services.as_object(), [](const Member& member) { return emit::is_planner(emit::traits_of(member.key, member.value)); });
  name_roles(services);
  const Value* advisory = config->find("advisory");
  if (line == PlannerLine::kNewest && !(advisory != nullptr && *advisory == Value(true))) enable_adapters(services);
  services.set(emit::kPlannerService, std::move(planner));
  return map;
}

}  // namespace dynamo

#include <string>

#include "rules/planner.h"
#include "rules/rules.h"

namespace dynamo {

void check_features(Report& report) {
  const RequestSpec& spec = report.spec;
  ValidatedRequest& request = report.request;
  request.mocker = spec.mocker_enabled.value_or(false);
  request.kv_router = spec.kv_router_enabled.value_or(false);
  if (!spec.planner.set() || spec.planner.value.as_object() == nullptr) {
    return;
  }
  request.planner = normalise_planner(report, spec.planner.value);
  request.planner_scaling = check_planner(report, request.planner);
  if (request.mocker && sweep_is_off(request.planner)) {
    report.error({.rule = "mocker.sweep.none",
                  .code = DiagnosticCode::kForbidden,
                  .field = "features.planner.pre_deployment_sweeping_mode",
                  .reason = "a mocker replays the sweep that \"none\" skips",
                  .hint = "use rapid or thorough, or switch features.mocker off",
                  .bad_value = std::string(kNoSweep),
                  .mark = planner_mark(report, request.planner, "pre_deployment_sweeping_mode")});
  }
}

}  // namespace dynamo

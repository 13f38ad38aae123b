#pragma once

#include <expected>
#include <optional>

#include "dynamo/profiler/emit.h"
#include "emit/plan.h"
#include "emit/template/report.h"

namespace dynamo::emit {

/// `overrides.dgd`: the deployment a user starts from. Everything in it survives, once, except what the profiler decides:
/// the parallelism of the engines, their roles, replicas and GPUs.
class BaseTemplate {
 public:
  /// Nothing, or a DynamoGraphDeployment of either API version. `planned` = its planner is no service of the pick, but for the planner
  /// that is added later.
  explicit BaseTemplate(const Value& overrides_dgd, bool planned = false);

  [[nodiscard]] bool empty() const { return tree_.is_null(); }
  /// The version that is written: `asked`, else the template's own, else v1alpha1.
  [[nodiscard]] DeploymentApi written_api(std::optional<DeploymentApi> asked) const {
    return asked.value_or(api_.value_or(DeploymentApi::kV1alpha1));
  }

  /// Workers that the template has under another name take that name.
  void name_workers(DeploymentPlan& plan) const;

  /// The planner service of the template; nullptr if it has none.
  [[nodiscard]] const Value* planner() const;

  /// Lays the template over a finished v1alpha1 deployment. Errors in `findings` mean it cannot be a base.
  void apply(Value& deployment, Backend backend, Diagnostics& findings) const;

 private:
  void apply_metadata(Value& deployment, TemplateReport& report) const;
  void apply_services(Value& spec, Backend backend, TemplateReport& report) const;
  [[nodiscard]] std::string service_path(const std::string& name) const;

  Value tree_;   ///< as v1alpha1, without nulls; null = no template
  std::optional<DeploymentApi> api_;
  bool planned_;
};

/// The template of a request; none where its overrides are not applied.
[[nodiscard]] BaseTemplate base_template(const ValidatedRequest& request, const EmitOptions& options);

}  // namespace dynamo::emit

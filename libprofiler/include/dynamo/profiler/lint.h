#pragma once

#include <optional>
#include <vector>

#include "dynamo/profiler/diagnostic.h"
#include "dynamo/profiler/document.h"

namespace dynamo {

struct LintOptions {
  std::optional<int> total_gpus = {};   ///< budget; empty = not checked
  bool complete = false;                ///< the documents must bring every ConfigMap they name
};

/// Checks documents that are about to be applied: a DynamoGraphDeployment (v1alpha1 or v1beta1) with the ConfigMaps beside it.
/// Names within the operator's budget, GPU arithmetic, replicas, flags of the engines, and that everything referred to is
/// there. Rule ids begin with `lint.`; an error is something the operator or an engine would refuse.
[[nodiscard]] Diagnostics lint_documents(const std::vector<Value>& documents, const LintOptions& options = {});

}  // namespace dynamo

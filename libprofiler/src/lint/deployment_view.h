#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dynamo/profiler/document.h"
#include "emit/template/arg_list.h"
#include "emit/template/services.h"
#include "facts/backend_facts.h"

namespace dynamo::lint {

/// One service of a deployment, read.
struct ServiceView {
  std::string name;
  std::string path;                  ///< `spec.services.NAME`, or `spec.components[NAME]`
  emit::ServiceTraits traits;
  const Value* tree = nullptr;       ///< as v1alpha1
  int replicas = 1;
  int nodes = 1;
  int gpus = 0;                      ///< per node
  std::optional<Backend> backend;    ///< of an engine; empty for everything else
  bool mocker = false;
  emit::ArgumentList args;
  std::string image;
};

/// A deployment of either API version, as v1alpha1.
struct DeploymentView {
  std::string name;
  Value tree;
  std::vector<ServiceView> services;
};

[[nodiscard]] DeploymentView view_of(const Value& deployment);

}  // namespace dynamo::lint

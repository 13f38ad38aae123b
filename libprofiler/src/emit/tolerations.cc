#include "emit/tolerations.h"

#include "emit/template/tree_merge.h"

namespace dynamo::emit {

void add_job_tolerations(Value& deployment, const Value& profiling_job) {
  const Value* tolerations = profiling_job.find_path({"template", "spec", "tolerations"});
  Value* spec = deployment.find("spec");
  Value* services = spec == nullptr ? nullptr : spec->find("services");
  if (tolerations == nullptr || tolerations->as_array() == nullptr || services == nullptr) return;
  Value pod;
  pod.set("tolerations", *tolerations);
  Value addition;
  addition.set("extraPodSpec", std::move(pod));
  for (Member& service : *services->as_object()) merge_tree(service.value, addition);
}

}  // namespace dynamo::emit

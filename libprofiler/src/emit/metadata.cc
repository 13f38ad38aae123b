#include "emit/metadata.h"

#include "emit/naming.h"

namespace dynamo::emit {

Value object_metadata(const ValidatedRequest& request, const std::string& name) {
  Value metadata;
  metadata.set("name", name);
  if (!request.namespace_name.empty())
    metadata.set("namespace", request.namespace_name);
  if (has_request_name(request)) {
    Value labels;
    labels.set("dgdr.nvidia.com/name", request.name);
    if (!request.namespace_name.empty())
      labels.set("dgdr.nvidia.com/namespace", request.namespace_name);
    metadata.set("labels", std::move(labels));
  }
  return metadata;
}

}  // namespace dynamo::emit

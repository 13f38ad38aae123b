#include "admission/patch.h"

#include <algorithm>
#include <string>
#include <utility>

namespace dynamo::admission {
namespace {

Value operation(const char* name, const char* path, std::string value) {
  Value op;
  op.set("op", name);
  op.set("path", path);
  op.set("value", std::move(value));
  return op;
}

/// The enum's spelling of the GPU, or empty when it is spelt so, unknown, or not in the enum.
std::string canonical_sku(const std::string& written) {
  const SystemSpec* system = find_system(written);
  const bool right = system == nullptr || system->dgdr_sku.empty() || system->dgdr_sku == written;
  // An older enum's spelling of the same GPU, such as gb200_sxm, is the table's own name for it.
  return right || system->name == written ? std::string() : system->dgdr_sku;
}

}  // namespace

Value normalising_patch(const Value& object, const AdmissionOptions& options) {
  Value patch;
  const Value* spec = object.find("spec");
  if (spec == nullptr || spec->as_object() == nullptr) {
    return patch;
  }
  const Value* sku = spec->find_path({"hardware", "gpuSku"});
  if (sku != nullptr && sku->as_string() != nullptr) {
    if (std::string canonical = canonical_sku(*sku->as_string()); !canonical.empty()) {
      patch.push(operation("replace", "/spec/hardware/gpuSku", std::move(canonical)));
    }
  }
  const Value* image = spec->find("image");
  const bool absent = image == nullptr || image->is_null();
  const bool blank = !absent && image->as_string() != nullptr && image->as_string()->empty();
  if (!options.default_image.empty() && (absent || blank)) {
    patch.push(operation(image == nullptr ? "add" : "replace", "/spec/image", options.default_image));
  }
  return patch;
}

}  // namespace dynamo::admission

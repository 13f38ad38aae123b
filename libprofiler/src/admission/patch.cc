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

Value normalising_patch(const Value& object, bool created, const AdmissionOptions& options) {
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
  if (created && !options.default_image.empty() && (absent || blank)) {
    patch.push(operation(image == nullptr ? "add" : "replace", "/spec/image", options.default_image));
  }
  return patch;
}

}  // namespace dynamo::admission

namespace dynamo {

Value mutated_object(Value object, bool created, const AdmissionOptions& options) {
  const Value patch = admission::normalising_patch(object, created, options);
  for (const Value& operation : patch.is_null() ? Array{} : *patch.as_array()) {
    // Both operations set a member; none of our paths holds a character that RFC 6901 escapes.
    std::string_view path = *operation.find("path")->as_string();
    Value* place = &object;
    for (path.remove_prefix(1); path.find('/') != std::string_view::npos; path.remove_prefix(path.find('/') + 1)) {
      place = place->find(path.substr(0, path.find('/')));
    }
    place->set(path, *operation.find("value"));
  }
  return object;
}

}  // namespace dynamo

# dynamo_embed_manifests(OUT_VAR): puts manifests/webhook/install/*.yaml into one C++ source, so that the plugin can print
# them without the tree.
function(dynamo_embed_manifests out_var)
  file(GLOB manifests CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/manifests/webhook/install/*.yaml)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${manifests})
  set(entries "")
  foreach(manifest ${manifests})
    cmake_path(GET manifest STEM name)
    file(READ ${manifest} text)
    string(APPEND entries "    {\"${name}\", R\"yaml(${text})yaml\"},\n")
  endforeach()
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/webhook_manifests.cc)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT [[
#include "commands/webhook_manifests.h"

namespace dynamo::cli {
namespace {

constexpr WebhookManifest kManifests[] = {
@entries@};

}  // namespace

std::span<const WebhookManifest> webhook_manifests() { return kManifests; }

}  // namespace dynamo::cli
]])
  set(${out_var} ${generated} PARENT_SCOPE)
endfunction()

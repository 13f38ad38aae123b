#include <string>

#include "dynamo/profiler/request.h"
#include "request/envelope.h"
#include "request/object_reader.h"

namespace dynamo {
namespace {

void decode_workload(ObjectReader reader, RequestSpec::Workload& workload, std::string_view spec_path) {
  reader.read("isl", workload.isl);
  reader.read("osl", workload.osl);
  reader.read("requestRate", workload.request_rate);
  reader.read("concurrency", workload.concurrency);
  reader.finish(spec_path);
}

void decode_sla(ObjectReader reader, RequestSpec::Sla& sla, std::string_view spec_path) {
  reader.read("ttft", sla.ttft);
  reader.read("itl", sla.itl);
  reader.read("e2eLatency", sla.e2e_latency);
  reader.read("optimizationType", sla.optimization_type);
  reader.finish(spec_path);
}

void decode_hardware(ObjectReader reader, RequestSpec::Hardware& hardware, std::string_view spec_path) {
  reader.read("gpuSku", hardware.gpu_sku);
  reader.read("vramMb", hardware.vram_mb);
  reader.read("totalGpus", hardware.total_gpus);
  reader.read("numGpusPerNode", hardware.gpus_per_node);
  // Information for people; nothing is decided by these two.
  Field<std::string> interconnect;
  Field<bool> rdma;
  reader.read("interconnect", interconnect);
  reader.read("rdma", rdma);
  reader.finish(spec_path);
}

void decode_model_cache(ObjectReader reader, RequestSpec::ModelCache& cache, std::string_view spec_path) {
  reader.read("pvcName", cache.pvc_name);
  reader.read("pvcModelPath", cache.pvc_model_path);
  reader.read("pvcMountPath", cache.pvc_mount_path);
  reader.finish(spec_path);
}

void decode_features(ObjectReader reader, RequestSpec& request) {
  reader.read("planner", request.planner);
  ObjectReader mocker = reader.child("mocker");
  mocker.read("enabled", request.mocker_enabled);
  mocker.finish(request.path_prefix);
  ObjectReader router = reader.child("kvRouter");
  router.read("enabled", request.kv_router_enabled);
  router.finish(request.path_prefix);
  reader.finish(request.path_prefix);
}

void decode_overrides(ObjectReader reader, RequestSpec& request) {
  reader.read("dgd", request.overrides_dgd);
  reader.read("profilingJob", request.overrides_profiling_job);
  reader.read("trustRemoteCode", request.trust_remote_code);
  reader.finish(request.path_prefix);
}

void decode_spec(const Value* value, RequestSpec& request, Diagnostics& diagnostics) {
  ObjectReader spec(value, request.path_prefix, request.source, diagnostics);
  spec.read("model", request.model);
  spec.read("backend", request.backend);
  spec.read("image", request.image);
  spec.read("searchStrategy", request.search_strategy);
  spec.read("autoApply", request.auto_apply);
  spec.read("runtimeVersionOverride", request.runtime_version_override);
  decode_workload(spec.child("workload"), request.workload, request.path_prefix);
  decode_sla(spec.child("sla"), request.sla, request.path_prefix);
  decode_hardware(spec.child("hardware"), request.hardware, request.path_prefix);
  request.hardware.mark = spec.key_mark("hardware");
  decode_model_cache(spec.child("modelCache"), request.model_cache, request.path_prefix);
  decode_features(spec.child("features"), request);
  decode_overrides(spec.child("overrides"), request);
  spec.finish(request.path_prefix);
}

}  // namespace

RequestSpec decode_request(const Document& document, Diagnostics& diagnostics) {
  RequestSpec request;
  request.source = document.source;
  if (document.root.as_object() != nullptr && is_custom_resource(document.root)) {
    const Value* spec = decode_envelope(document, request, diagnostics);
    decode_spec(spec, request, diagnostics);
    return request;
  }
  request.path_prefix.clear();
  decode_spec(&document.root, request, diagnostics);
  return request;
}

}  // namespace dynamo

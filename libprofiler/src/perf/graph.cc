#include "perf/graph.h"

namespace dynamo::perf {

namespace {

Error invalid(std::string message) { return {ErrorKind::kInvalidConfig, std::move(message)}; }

std::string divides(const std::string& what, int value, int tp) {
  return what + " (" + std::to_string(value) + ") cannot be divided by tp " + std::to_string(tp);
}

}  // namespace

Result<Graph> build_graph(const GraphInput& in) {
  const Parallelism& p = in.parallel;
  if (p.tp < 1 || p.pp < 1 || p.dp < 1 || p.cp < 1) return std::unexpected(invalid("parallel sizes must be at least 1"));
  if (in.model.heads % p.tp != 0) return std::unexpected(invalid(divides("attention heads", in.model.heads, p.tp)));
  if (p.cp > 1 && in.database.backend != Backend::kSglang) {
    return std::unexpected(invalid("context parallelism is an SGLang feature"));
  }
  if (p.cp > 1 && (p.tp > 1 || p.dp > 1)) return std::unexpected(invalid("context parallelism needs tp 1 and dp 1"));
  if (in.model.family != Family::kLlama) {
    return std::unexpected(
        invalid("models of family " + std::string(name_of(in.model.family)) + " have no performance model here"));
  }
  return build_llama_graph(in);
}

}  // namespace dynamo::perf

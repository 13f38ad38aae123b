#include <algorithm>
#include <array>

#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/request_flags.h"
#include "request/envelope.h"
#include "request/known_keys.h"
#include "text/did_you_mean.h"

namespace dynamo {
namespace {

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (true) {
    const std::size_t dot = path.find('.');
    segments.emplace_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return segments;
    path.remove_prefix(dot + 1);
  }
}

void put(Value& spec, const std::vector<std::string>& segments, Value value) {
  Value* node = &spec;
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    Value* child = node->find(segments[i]);
    if (child == nullptr || child->as_object() == nullptr) child = &node->set(segments[i], Value(Object{}));
    node = child;
  }
  node->set(segments.back(), std::move(value));
}

Diagnostics refused(DiagnosticCode code, std::string rule, const std::string& path, const std::string& text, std::string reason,
                    std::string hint) {
  Diagnostics out;
  out.add({.code = code, .rule = std::move(rule), .path = path, .bad_value = text, .reason = std::move(reason),
           .hint = std::move(hint), .source = {}, .mark = {}});
  return out;
}

/// "did you mean sla.itl?" for `itl`, `sla.itll` or `sls.itl`.
std::string fields_near(const std::vector<std::string>& segments) {
  std::string path;
  for (const std::string& segment : segments) path += (path.empty() ? "" : ".") + segment;
  const std::vector<std::string> known = field_paths();
  for (const std::string& candidate : known) {
    if (candidate.ends_with("." + segments.back())) return "did you mean " + candidate + "?";
  }
  std::string near = did_you_mean(path, known);
  if (near.empty()) near = did_you_mean(segments.back(), known);
  return near.empty() ? "fields are named as below `spec`, such as sla.itl or hardware.totalGpus" : near;
}

/// What decoding says about a request that has only this field.
Diagnostics judged(const std::vector<std::string>& segments, const Value& value) {
  Value root{Object{}};
  root.set("apiVersion", std::string(kApiVersion));
  root.set("kind", std::string(kKind));
  root.set("metadata", Value(Object{})).set("name", "judged");
  root.set("spec", Value(Object{}));
  put(*root.find("spec"), segments, value);
  Diagnostics findings;
  static_cast<void>(decode_request({"--set", std::move(root)}, findings));
  return findings;
}

/// The other members of an either/or pair make room, as they do for flags.
void make_room(Value& spec, const std::string& path) {
  FlagValues none;
  Document wrapped{{}, std::move(spec)};
  constexpr double kAnything = 1;
  if (path == "sla.ttft") none.ttft = kAnything;
  if (path == "sla.itl") none.itl = kAnything;
  if (path == "sla.e2eLatency") none.e2e_latency = kAnything;
  if (path == "workload.requestRate") none.request_rate = kAnything;
  if (path == "workload.concurrency") none.concurrency = kAnything;
  spec = merge_flags(std::move(wrapped), none).root;
}

}  // namespace

std::expected<Document, Diagnostics> with_field(Document document, std::string_view path, std::string_view text) {
  if (path.starts_with("spec.")) path.remove_prefix(5);
  const std::string name(path);
  const std::string written(text);
  const std::vector<std::string> segments = segments_of(path);
  if (std::ranges::any_of(segments, &std::string::empty)) {
    return std::unexpected(refused(DiagnosticCode::kInvalid, "field.path", name, written, "no path of a field",
                                   "write it as sla.itl=20"));
  }
  const ReadResult read = read_yaml(text, "--set");
  if (read.diagnostics.has_errors()) return std::unexpected(read.diagnostics);
  const Value value = read.documents.empty() ? Value() : read.documents.front().root;
  const Diagnostics findings = judged(segments, value);
  for (const Diagnostic& found : findings.items()) {
    if (found.code == DiagnosticCode::kUnknownField) {
      return std::unexpected(refused(found.code, "field.path", name, written, "the request has no such field", fields_near(segments)));
    }
    if (found.severity == Severity::kError) {
      return std::unexpected(refused(found.code, found.rule, name, written, "\"" + written + "\" " + found.reason, found.hint));
    }
  }
  if (document.root.as_object() == nullptr) return document;
  Value* spec = &document.root;
  if (is_custom_resource(document.root)) {
    spec = document.root.find("spec");
    if (spec == nullptr || spec->as_object() == nullptr) spec = &document.root.set("spec", Value(Object{}));
  }
  make_room(*spec, name);
  put(*spec, segments, value);
  return document;
}

}  // namespace dynamo

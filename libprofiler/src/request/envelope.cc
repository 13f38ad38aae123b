#include "request/envelope.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "request/known_keys.h"
#include "request/object_reader.h"

namespace dynamo {
namespace {

// The operator names its Job `profile-<name>`, and a Job's name is copied into a label of at most 63 characters.
constexpr std::size_t kMaxName = 55;
constexpr std::size_t kMaxLabel = 63;
constexpr std::string_view kFallbackName = "dynamo";

constexpr auto kEnvelopeKeys = std::to_array<std::string_view>({"spec", "status"});

bool is_dns_label(std::string_view text) {
  const auto letter_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && letter_or_digit(text.front()) && letter_or_digit(text.back()) &&
         std::ranges::all_of(text, [&](char c) { return letter_or_digit(c) || c == '-'; });
}

/// The nearest valid name: lower case, other characters as dashes, none at the ends, cut to `limit`.
std::string repaired_label(std::string_view text, std::size_t limit) {
  std::string label;
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    const char lowered = upper ? static_cast<char>(c - 'A' + 'a') : c;
    const bool allowed = (lowered >= 'a' && lowered <= 'z') || (lowered >= '0' && lowered <= '9');
    if (allowed) {
      label += lowered;
    } else if (!label.empty() && label.back() != '-') {
      label += '-';
    }
  }
  label.resize(std::min(label.size(), limit));
  while (!label.empty() && label.back() == '-') {
    label.pop_back();
  }
  return label;
}

class Envelope {
 public:
  Envelope(RequestSpec& request, Diagnostics& diagnostics) : request_(request), diagnostics_(diagnostics) {}

  void check_kind(const Field<std::string>& kind) {
    if (kind.malformed || kind.value == kKind) {
      return;
    }
    if (!kind.set()) {
      error(DiagnosticCode::kRequired, "request.kind", "kind", kind, "is missing", "add kind: " + std::string(kKind));
      return;
    }
    std::string reason = "\"" + kind.value + "\" is not " + std::string(kKind);
    std::string hint = "write kind: " + std::string(kKind);
    if (kind.value == "DynamoGraphDeployment") {
      hint =
          "a DynamoGraphDeployment is what a request leads to; to start from one, put it below spec.overrides.dgd of "
          "a " +
          std::string(kKind);
    }
    error(DiagnosticCode::kNotSupported, "request.kind", "kind", kind, std::move(reason), std::move(hint));
  }

  void check_api_version(const Field<std::string>& version) {
    if (version.malformed || version.value == kApiVersion) {
      return;
    }
    if (!version.set()) {
      error(DiagnosticCode::kRequired,
            "request.apiVersion",
            "apiVersion",
            version,
            "is missing",
            "add apiVersion: " + std::string(kApiVersion));
      return;
    }
    std::string hint = "write apiVersion: " + std::string(kApiVersion);
    if (version.value == "nvidia.com/v1alpha1") {
      hint +=
          " and move profilingConfig.config.sla.{ttft,itl} to spec.sla, its {isl,osl} to spec.workload, "
          "profilingConfig.profilerImage to spec.image, useMocker to spec.features.mocker.enabled; autoApply is now "
          "true "
          "unless written";
    } else if (version.value == "nvidia.com/v1beta2") {
      hint += ": v1beta2 is newer than this program";
    }
    error(DiagnosticCode::kNotSupported,
          "request.apiVersion",
          "apiVersion",
          version,
          "\"" + version.value + "\" is not " + std::string(kApiVersion),
          std::move(hint));
  }

  void check_name(const Field<std::string>& name, bool generated, SourceMark metadata) {
    if (name.malformed) {
      return;
    }
    if (!name.set() || name.value.empty()) {
      if (!generated) {
        Field<std::string> place = name;
        place.mark = place.mark.line == 0 ? metadata : place.mark;
        error(DiagnosticCode::kRequired,
              "metadata.name.required",
              "metadata.name",
              place,
              "is missing",
              "name the request, for example " + std::string(kFallbackName));
      }
      return;
    }
    check_label("metadata.name.dns", "metadata.name", name, kMaxName);
    request_.name = name.value;
  }

  void check_namespace(const Field<std::string>& name) {
    if (name.set() && !name.value.empty()) {
      check_label("metadata.namespace.dns", "metadata.namespace", name, kMaxLabel);
      request_.namespace_name = name.value;
    }
  }

 private:
  void check_label(std::string rule, std::string path, const Field<std::string>& field, std::size_t limit) {
    std::string reason;
    if (!is_dns_label(field.value)) {
      reason = "\"" + field.value + "\" is not a DNS label: lower-case letters, digits and inner dashes only";
    } else if (field.value.size() > limit) {
      reason = "has " + std::to_string(field.value.size()) + " characters, at most " + std::to_string(limit) +
               " leave room for the names made from it";
    } else {
      return;
    }
    const std::string repaired = repaired_label(field.value, limit);
    error(DiagnosticCode::kInvalid,
          std::move(rule),
          std::move(path),
          field,
          std::move(reason),
          repaired.empty() ? std::string() : "for example " + repaired);
  }

  void error(DiagnosticCode code,
             std::string rule,
             std::string path,
             const Field<std::string>& field,
             std::string reason,
             std::string hint) {
    diagnostics_.add({.code = code,
                      .rule = std::move(rule),
                      .path = std::move(path),
                      .bad_value = field.value,
                      .reason = std::move(reason),
                      .hint = std::move(hint),
                      .source = request_.source,
                      .mark = field.mark});
  }

  RequestSpec& request_;
  Diagnostics& diagnostics_;
};

}  // namespace

bool is_custom_resource(const Value& root) {
  return root.find("apiVersion") != nullptr || root.find("kind") != nullptr || root.find("metadata") != nullptr ||
         root.find("spec") != nullptr;
}

const Value* decode_envelope(const Document& document, RequestSpec& request, Diagnostics& diagnostics) {
  ObjectReader root(&document.root, "", request.source, diagnostics);
  Field<std::string> api_version, kind, name, generate_name, namespace_name;
  root.read("apiVersion", api_version);
  root.read("kind", kind);
  ObjectReader metadata = root.child("metadata");
  metadata.read("name", name);
  metadata.read("generateName", generate_name);
  metadata.read("namespace", namespace_name);
  metadata.know(object_meta_keys());
  metadata.finish();
  root.know(kEnvelopeKeys);
  root.finish("spec");

  Envelope envelope(request, diagnostics);
  envelope.check_api_version(api_version);
  envelope.check_kind(kind);
  envelope.check_name(name, generate_name.set() || generate_name.malformed, root.key_mark("metadata"));
  envelope.check_namespace(namespace_name);
  request.mark = root.key_mark("spec");
  return document.root.find("spec");
}

}  // namespace dynamo

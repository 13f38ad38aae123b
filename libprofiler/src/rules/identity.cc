#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "request/suggestion.h"
#include "rules/rules.h"

namespace dynamo {
namespace {

constexpr std::string_view kFallbackName = "dynamo";

bool is_graph(char c) {
  return c > ' ' && c < '\x7f';
}

void report_unknown_model(Report& report, const std::string& id) {
  const std::vector<std::string> near = similar_models(id);
  report.error(
      {.rule = "model.known",
       .code = DiagnosticCode::kMissingData,
       .field = "model",
       .reason = "no configuration for " + quoted(id) + suggestion(near),
       .hint = "name a built-in model, a model in the local Hugging Face cache, or the directory or config.json of "
               "one on this machine",
       .bad_value = id,
       .mark = report.spec.model.mark});
}

bool only_missing(const Diagnostics& diagnostics) {
  return std::ranges::all_of(diagnostics.items(),
                             [](const Diagnostic& item) { return item.code == DiagnosticCode::kMissingData; });
}

void resolve_model(Report& report, const std::string& id) {
  if (const ModelSpec* built_in = find_model(id)) {
    report.request.model = *built_in;
    return;
  }
  if (report.options.models != nullptr) {
    auto found = report.options.models->find(id);
    if (found) {
      report.request.model = std::move(*found);
      return;
    }
    if (!only_missing(found.error())) {
      report.adopt(found.error(), "model", report.spec.model.mark);
      return;
    }
  }
  report_unknown_model(report, id);
}

void check_model(Report& report) {
  const Field<std::string>& model = report.spec.model;
  if (model.malformed) {
    return;
  }
  const bool blank = std::ranges::none_of(model.value, is_graph);
  if (!model.set() || blank) {
    report.error({.rule = "spec.model.required",
                  .code = DiagnosticCode::kRequired,
                  .field = "model",
                  .reason = "is missing",
                  .hint = "name the model to serve, for example model: Qwen/Qwen3-32B",
                  .mark = report.place(model)});
    return;
  }
  report.request.model_name = model.value;
  resolve_model(report, model.value);
}

void check_image(Report& report) {
  const Field<std::string>& image = report.spec.image;
  if (!image.set() || image.value.empty()) {
    return;
  }
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-/:@").find(c) != std::string_view::npos;
  };
  const std::string& text = image.value;
  const bool ends = allowed(text.front()) && text.front() != '/' && text.back() != '/' && text.back() != ':';
  if (!ends || text.find("//") != std::string::npos || !std::ranges::all_of(text, allowed)) {
    report.error({.rule = "image.reference",
                  .field = "image",
                  .reason = quoted(text) + " is not an image reference",
                  .hint = "write registry/path/name:tag without scheme or blanks",
                  .bad_value = text,
                  .mark = image.mark});
    return;
  }
  report.request.image = text;
}

/// MAJOR.MINOR.PATCH, each 0 to 9999 without leading zeros, as the CRD has it.
bool is_runtime_version(std::string_view text) {
  int parts = 0;
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    const bool digits =
        !part.empty() && part.size() <= 4 && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || (part.size() > 1 && part.front() == '0')) {
      return false;
    }
    ++parts;
    if (dot == std::string_view::npos) {
      return parts == 3;
    }
    text.remove_prefix(dot + 1);
  }
}

void check_versions(Report& report) {
  const Field<std::string>& runtime = report.spec.runtime_version_override;
  if (runtime.set() && !is_runtime_version(runtime.value)) {
    report.error({.rule = "runtimeVersionOverride.version",
                  .field = "runtimeVersionOverride",
                  .reason = quoted(runtime.value) + " is not MAJOR.MINOR.PATCH",
                  .hint = "write three numbers, for example \"1.1.0\"",
                  .bad_value = runtime.value,
                  .mark = runtime.mark});
  }
  report.request.runtime_version_override = runtime.value;

  const std::string& perf = report.options.perf_version;
  if (perf.empty() || !std::ranges::all_of(perf, is_graph) || perf.find('/') != std::string::npos) {
    report.error({.rule = "perfVersion.format",
                  .field = "",
                  .reason = quoted(perf) + " is not a version of the performance data",
                  .hint = "use current, next, previous or a version such as 1.3.0rc20",
                  .bad_value = perf});
  }
  report.request.perf_version = perf;
}

}  // namespace

void check_identity(Report& report) {
  const std::string& name = report.spec.name.empty() ? report.options.name : report.spec.name;
  report.request.name = name.empty() ? std::string(kFallbackName) : name;
  report.request.namespace_name = report.spec.namespace_name;
  check_model(report);
  check_image(report);
  check_versions(report);
}

}  // namespace dynamo

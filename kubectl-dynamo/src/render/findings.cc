#include "render/findings.h"

#include <algorithm>

namespace dynamo::cli {

void Findings::append(const Diagnostics& diagnostics, const std::string& about) {
  if (!diagnostics.empty()) groups_.push_back({about, diagnostics});
}

bool Findings::has_errors() const {
  return std::ranges::any_of(groups_, [](const Group& group) { return group.diagnostics.has_errors(); });
}

Diagnostics Findings::all() const {
  Diagnostics all;
  for (const Group& group : groups_) all.append(group.diagnostics);
  return all;
}

std::string Findings::text(const SourceTexts& texts, const Style& style) const {
  std::string out;
  for (const Group& group : groups_) out += render_diagnostics(group.diagnostics, texts, style, group.about);
  return out + render_counts(all());
}

}  // namespace dynamo::cli

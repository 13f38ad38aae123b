#pragma once

#include <string>
#include <vector>

#include "render/diagnostics.h"

namespace dynamo::cli {

/// What a call found, list by list, each under the request it is about.
class Findings {
 public:
  /// `about` names the request in a line above; empty where the call is about one thing only.
  void append(const Diagnostics& diagnostics, const std::string& about = {});

  [[nodiscard]] bool has_errors() const;
  /// All of them, in order.
  [[nodiscard]] Diagnostics all() const;
  /// As `render_diagnostics`, with the count below.
  [[nodiscard]] std::string text(const SourceTexts& texts, const Style& style) const;

 private:
  struct Group {
    std::string about;
    Diagnostics diagnostics;
  };
  std::vector<Group> groups_;
};

}  // namespace dynamo::cli

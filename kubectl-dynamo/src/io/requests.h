#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "args/options.h"
#include "dynamo/profiler/document.h"
#include "render/diagnostics.h"

namespace dynamo::cli {

/// The requests a command line names, with the texts they came from.
class Requests {
 public:
  /// Reads files and merges the flags into each document; without files the flags alone are the request.
  explicit Requests(const RequestSource& source);

  [[nodiscard]] const std::vector<Document>& documents() const { return documents_; }
  /// Where there are several documents, the one at `index` as a reader finds it: `team.yaml, document 2 (qwen)`, or `qwen.yaml` where
  /// the file holds one. Empty where there is one.
  [[nodiscard]] std::string about(std::size_t index) const;
  /// About files and documents that could not be read.
  [[nodiscard]] const Diagnostics& diagnostics() const { return diagnostics_; }
  [[nodiscard]] const SourceTexts& texts() const { return views_; }

 private:
  std::vector<Document> documents_;
  Diagnostics diagnostics_;
  std::map<std::string, std::string> texts_;
  SourceTexts views_;
};

}  // namespace dynamo::cli

#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dynamo::tidy {

/// One #include as it stands in a file.
struct Include {
  std::string header;
  bool angled = false;
  int line = 0;
};

/// The #include lines of a source text.
[[nodiscard]] std::vector<Include> includes_of(std::string_view text);

/// The rules of layers.txt.
class LayerTable {
 public:
  explicit LayerTable(std::string_view text);

  /// Judges the includes of `file` (relative to the root of the sources, with `/`). `exists` tells whether a project file of
  /// that relative path exists. One sentence per broken rule.
  [[nodiscard]] std::vector<std::string> judge(const std::string& file, const std::vector<Include>& includes,
                                               const std::set<std::string>& project_files) const;

 private:
  struct Layer {
    std::string name;
    std::vector<std::string> paths;
  };
  struct ThirdParty {
    std::string prefix;
    std::vector<std::string> paths;
  };

  [[nodiscard]] std::optional<std::size_t> layer_of(const std::string& file) const;
  [[nodiscard]] std::string edge_of(const std::string& file) const;
  [[nodiscard]] std::string judge_project(const std::string& file, const std::string& target) const;
  [[nodiscard]] std::string judge_foreign(const std::string& file, const std::string& header) const;

  std::vector<Layer> layers_;
  std::vector<std::string> edges_;
  std::vector<ThirdParty> third_party_;
  std::set<std::string> system_;
  std::vector<std::string> errors_;
};

}  // namespace dynamo::tidy

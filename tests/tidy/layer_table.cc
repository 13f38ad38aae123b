#include "tidy/layer_table.h"

#include <algorithm>
#include <sstream>

namespace dynamo::tidy {
namespace {

constexpr std::string_view kPublic = "libprofiler/include/";

/// `path` is `folder` itself or inside it.
bool inside(const std::string& path, const std::string& folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool inside_any(const std::string& path, const std::vector<std::string>& folders) {
  return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) { return inside(path, folder); });
}

/// Headers of C++ have no dot and no folder.
bool is_standard(const std::string& header) { return header.find_first_of("./") == std::string::npos; }

}  // namespace

std::vector<Include> includes_of(std::string_view text) {
  std::vector<Include> found;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::size_t hash = line.find_first_not_of(" \t");
    if (hash == std::string::npos || line[hash] != '#') continue;
    const std::size_t word = line.find_first_not_of(" \t", hash + 1);
    if (word == std::string::npos || line.compare(word, 7, "include") != 0) continue;
    const std::size_t open = line.find_first_of("<\"", word + 7);
    if (open == std::string::npos) continue;
    const std::size_t close = line.find(line[open] == '<' ? '>' : '"', open + 1);
    if (close == std::string::npos) continue;
    found.push_back({line.substr(open + 1, close - open - 1), line[open] == '<', number});
  }
  return found;
}

LayerTable::LayerTable(std::string_view text) {
  std::istringstream lines{std::string(text)};
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string kind;
    if (!(words >> kind)) continue;
    std::vector<std::string> rest;
    for (std::string word; words >> word;) rest.push_back(word);
    if (kind == "system") {
      system_.insert(rest.begin(), rest.end());
    } else if (kind == "edge") {
      edges_.insert(edges_.end(), rest.begin(), rest.end());
    } else if (!rest.empty() && kind == "layer") {
      layers_.push_back({rest.front(), {rest.begin() + 1, rest.end()}});
    } else if (!rest.empty() && kind == "third-party") {
      third_party_.push_back({rest.front(), {rest.begin() + 1, rest.end()}});
    } else {
      errors_.push_back("layers.txt: not understood: " + line);
    }
  }
}

std::optional<std::size_t> LayerTable::layer_of(const std::string& file) const {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (inside_any(file, layers_[i].paths)) return i;
  }
  return std::nullopt;
}

std::string LayerTable::edge_of(const std::string& file) const {
  const auto edge = std::find_if(edges_.begin(), edges_.end(), [&](const std::string& e) { return inside(file, e); });
  return edge == edges_.end() ? std::string() : *edge;
}

std::string LayerTable::judge_project(const std::string& file, const std::string& target) const {
  if (const std::string edge = edge_of(file); !edge.empty()) {
    if (inside(target, edge) || target.starts_with(kPublic)) return {};
    return "an edge may see only the public headers, not " + target;
  }
  if (file.starts_with(kPublic) && !target.starts_with(kPublic)) return "a public header shows a private one: " + target;
  const std::optional<std::size_t> from = layer_of(file);
  const std::optional<std::size_t> to = layer_of(target);
  if (!from) return "the file belongs to no layer";
  if (!to) return target + " belongs to no layer";
  if (*to <= *from) return {};
  return "layer " + layers_[*from].name + " may not see layer " + layers_[*to].name + " (" + target + ")";
}

std::string LayerTable::judge_foreign(const std::string& file, const std::string& header) const {
  if (is_standard(header) || system_.contains(header)) return {};
  for (const ThirdParty& rule : third_party_) {
    if (!header.starts_with(rule.prefix)) continue;
    return inside_any(file, rule.paths) ? std::string() : header + " is not allowed here";
  }
  return header + " is in no rule of layers.txt";
}

std::vector<std::string> LayerTable::judge(const std::string& file, const std::vector<Include>& includes,
                                           const std::set<std::string>& project_files) const {
  std::vector<std::string> broken = errors_;
  const std::string folder = file.substr(0, file.rfind('/') + 1);
  for (const Include& include : includes) {
    std::string target;
    std::vector<std::string> roots = {std::string(kPublic), "libprofiler/src/", folder};
    if (const std::string edge = edge_of(file); !edge.empty()) roots.push_back(edge + "/");
    for (const std::string& root : roots) {
      const std::string path = std::filesystem::path(root + include.header).lexically_normal().generic_string();
      if (target.empty() && project_files.contains(path)) target = path;
    }
    const std::string why = target.empty() ? judge_foreign(file, include.header) : judge_project(file, target);
    if (!why.empty()) broken.push_back(file + ":" + std::to_string(include.line) + ": " + why);
  }
  return broken;
}

}  // namespace dynamo::tidy

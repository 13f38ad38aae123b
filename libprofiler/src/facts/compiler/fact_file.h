#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace dynamo::facts_compiler {

/// A mistake in a data file; its text starts with `file:line:`.
struct FactError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A node of a data file that knows its place, for errors a person can act on.
class FactNode {
 public:
  FactNode(YAML::Node node, std::string file) : node_(std::move(node)), file_(std::move(file)) {}
  static FactNode load(const std::filesystem::path& path);

  [[noreturn]] void fail(const std::string& message) const;
  /// Fails on a key that is not listed: a misspelt key would otherwise be a silently missing fact.
  void allow_only(std::initializer_list<std::string_view> keys) const;

  [[nodiscard]] std::optional<FactNode> find(const std::string& key) const;
  [[nodiscard]] FactNode at(const std::string& key) const;
  [[nodiscard]] std::vector<FactNode> items() const;
  [[nodiscard]] std::vector<std::pair<std::string, FactNode>> members() const;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] double number() const;
  [[nodiscard]] int integer() const;
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] std::vector<std::string> words() const;

 private:
  YAML::Node node_;
  std::string file_;
};

/// The `.yaml` files of a folder, sorted by name.
std::vector<std::filesystem::path> yaml_files(const std::filesystem::path& folder);

}  // namespace dynamo::facts_compiler

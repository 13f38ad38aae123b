#include "facts/compiler/fact_file.h"

#include <algorithm>
#include <charconv>

namespace dynamo::facts_compiler {

FactNode FactNode::load(const std::filesystem::path& path) {
  try {
    return FactNode(YAML::LoadFile(path.string()), path.string());
  } catch (const YAML::Exception& error) {
    throw FactError(path.string() + ":" + std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
}

void FactNode::fail(const std::string& message) const {
  throw FactError(file_ + ":" + std::to_string(node_.Mark().line + 1) + ": " + message);
}

void FactNode::allow_only(std::initializer_list<std::string_view> keys) const {
  for (const auto& [key, value] : members()) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) value.fail("unknown key '" + key + "'");
  }
}

std::optional<FactNode> FactNode::find(const std::string& key) const {
  if (!node_.IsMap()) fail("expected a mapping");
  const YAML::Node child = node_[key];
  if (!child.IsDefined()) return std::nullopt;
  return FactNode(child, file_);
}

FactNode FactNode::at(const std::string& key) const {
  auto child = find(key);
  if (!child) fail("missing key '" + key + "'");
  return *child;
}

std::vector<FactNode> FactNode::items() const {
  if (!node_.IsSequence()) fail("expected a list");
  std::vector<FactNode> out;
  for (const auto& item : node_) out.emplace_back(item, file_);
  return out;
}

std::vector<std::pair<std::string, FactNode>> FactNode::members() const {
  if (!node_.IsMap()) fail("expected a mapping");
  std::vector<std::pair<std::string, FactNode>> out;
  for (const auto& member : node_) {
    const std::string key = member.first.Scalar();
    const auto same = [&](const auto& earlier) { return earlier.first == key; };
    if (std::any_of(out.begin(), out.end(), same)) FactNode(member.first, file_).fail("key '" + key + "' given twice");
    out.emplace_back(key, FactNode(member.second, file_));
  }
  return out;
}

std::string FactNode::text() const {
  if (!node_.IsScalar()) fail("expected text");
  return node_.Scalar();
}

double FactNode::number() const {
  const std::string written = text();
  double value = 0;
  const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), value);
  if (error != std::errc{} || end != written.data() + written.size()) fail("'" + written + "' is not a number");
  if (value < 0) fail("a fact cannot be negative");
  return value;
}

int FactNode::integer() const {
  const double value = number();
  if (value != static_cast<double>(static_cast<int>(value))) fail("expected a whole number");
  return static_cast<int>(value);
}

bool FactNode::boolean() const {
  const std::string written = text();
  if (written != "true" && written != "false") fail("expected true or false");
  return written == "true";
}

std::vector<std::string> FactNode::words() const {
  std::vector<std::string> out;
  for (const FactNode& item : items()) out.push_back(item.text());
  return out;
}

std::vector<std::filesystem::path> yaml_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> out;
  if (!std::filesystem::is_directory(folder)) return out;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace dynamo::facts_compiler

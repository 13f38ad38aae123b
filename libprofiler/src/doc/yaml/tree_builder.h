#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include "doc/source_text.h"
#include "doc/yaml/split.h"
#include "dynamo/profiler/document_io.h"

namespace dynamo {

/// How much of the node limit a whole text has used.
struct NodeBudget {
  std::size_t used = 0;
  std::size_t limit = 0;
};

/// Builds the tree of one document out of yaml-cpp's events. Mistakes that leave the structure intact are collected; the
/// others stop the parser.
class TreeBuilder : public YAML::EventHandler {
 public:
  /// Thrown out of an event to make yaml-cpp stop; to be caught where the parser is called.
  struct Stop {};

  TreeBuilder(const SourceText& source, const YamlChunk& chunk, const ReadLimits& limits, NodeBudget& budget)
      : source_(source), chunk_(chunk), limits_(limits), budget_(budget) {}

  [[nodiscard]] std::optional<Value>& root() { return root_; }
  [[nodiscard]] Diagnostics& diagnostics() { return diagnostics_; }

  /// Notes an error in the value being read.
  void add_error(Diagnostic error);

  /// The byte that a mark of yaml-cpp means. It sets some behind the end of the text.
  [[nodiscard]] std::size_t offset_of(const YAML::Mark& mark) const;

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& text) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  /// A value with what the limits need to know about it.
  struct Node {
    Value value;
    std::size_t count = 1;   ///< values in it, itself included
    std::size_t height = 0;  ///< containers on the longest way down, itself included
  };

  /// A container that is still open.
  struct Frame {
    Node node;
    YAML::anchor_t anchor = 0;
    std::size_t offset = 0;
    bool is_flow = false;
    Member pending;           ///< the key that waits for its value
    bool has_key = false;
    bool drops_value = false;  ///< the pending key was refused
    std::unordered_map<std::string, int> key_lines;

    [[nodiscard]] bool is_list() const { return node.value.as_array() != nullptr; }
    [[nodiscard]] bool expects_key() const { return node.value.as_object() != nullptr && !has_key; }
  };

  [[noreturn]] void stop(Diagnostic error);
  [[noreturn]] void stop(std::string reason, std::size_t offset, std::string hint = {});
  void report(Diagnostic error);
  void spend(std::size_t nodes, std::size_t offset);
  [[nodiscard]] std::string path() const;
  [[nodiscard]] std::string_view rest_of_chunk(std::size_t offset) const;

  Value scalar_value(const std::string& tag, const std::string& text, std::size_t offset);
  void require_closed_quote(std::size_t offset);
  void require_colon(std::size_t offset, const std::string& key);
  void refuse_tag(const std::string& tag, std::size_t offset);
  void refuse_merge_key(std::size_t offset);

  void open(Value container, std::string_view type, const std::string& tag, const YAML::Mark& mark, YAML::anchor_t anchor,
            YAML::EmitterStyle::value style);
  void close();
  void remember(YAML::anchor_t anchor, const Node& node, std::size_t offset);
  void add_scalar(Value value, std::size_t offset, YAML::anchor_t anchor, std::size_t text_size = 0);
  void add(Node node, std::size_t offset);
  void take_key(Frame& frame, const Value& key, std::size_t offset);
  static void take_value(Frame& frame, Value value);

  const SourceText& source_;
  const YamlChunk& chunk_;
  const ReadLimits& limits_;
  NodeBudget& budget_;
  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, Node> anchors_;
  std::optional<Value> root_;
  Diagnostics diagnostics_;
};

}  // namespace dynamo

#include "emit/template/merge_args.h"

#include <algorithm>

#include "dynamo/profiler/document_io.h"
#include "emit/model_path.h"
#include "emit/template/tree_merge.h"

namespace dynamo::emit {
namespace {

using facts::FlagMeaning;

bool shapes_layout(FlagMeaning meaning) {
  using enum FlagMeaning;
  switch (meaning) {
    case kTensorParallel: case kPipelineParallel: case kDataParallel: case kAttentionDataParallel: case kExpertParallel:
    case kDisaggregation: return true;
    default: return false;
  }
}

bool changes_prediction(FlagMeaning meaning) {
  using enum FlagMeaning;
  switch (meaning) {
    case kQuantization: case kKvDtype: case kMemoryFraction: case kContextLength: case kMaxBatch: case kMaxTokens:
    case kMaxCachedTokens: case kChunkTokens: case kChunkedPrefill: case kMixedChunk: case kSpeculation: case kEngineFile:
    case kBlockTokens: return true;
    default: return false;
  }
}

bool listed(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string shown(const Argument& argument) {
  return argument.flag + (argument.values.empty() ? "" : " " + argument.text());
}

/// Merges two command lines of one backend.
class EngineArgs {
 public:
  EngineArgs(const facts::BackendFacts& backend, ArgumentList ours, const std::string& path, TemplateReport& report)
      : backend_(backend), merged_(std::move(ours)), path_(path), report_(report) {}

  void add(const Argument& theirs) {
    const std::string flag(backend_.canonical_flag(theirs.flag));
    const auto meaning = backend_.meaning_of(flag);
    const bool decided = listed(backend_.layout_flags, flag) || (meaning && shapes_layout(*meaning)) ||
                         (meaning == FlagMeaning::kModel && !is_filesystem_path(theirs.text()));
    Argument* ours = merged_.find(flag);
    if (decided) return keep_ours(theirs, ours);
    if (meaning == FlagMeaning::kEngineOverrides) return merge_settings(theirs, ours);
    const bool differs = ours == nullptr || ours->text() != theirs.text();
    if (meaning && changes_prediction(*meaning) && differs) {
      report_.unmodelled(path_, shown(theirs), ours == nullptr ? "" : shown(*ours));
    }
    take_theirs(theirs, ours);
  }

  ArgumentList take() { return std::move(merged_); }

 private:
  void keep_ours(const Argument& theirs, const Argument* ours) {
    if (ours == nullptr) return report_.replaced(path_, shown(theirs), "");
    if (ours->text() != theirs.text()) report_.replaced(path_, shown(theirs), shown(*ours));
  }

  void take_theirs(const Argument& theirs, Argument* ours) {
    if (ours == nullptr) {
      merged_.flags.push_back(theirs);
    } else {
      ours->values = theirs.values;
    }
  }

  /// TensorRT-LLM's settings travel as one JSON object.
  void merge_settings(const Argument& theirs, Argument* ours) {
    const auto wanted = read_json(theirs.text(), "overrides");
    if (!wanted || wanted->as_object() == nullptr) {
      return report_.error(path_, shown(theirs), "is no JSON object", "write the settings as one JSON object in one argument");
    }
    Value kept = *wanted;
    for (const Member& member : *wanted->as_object()) {
      if (!listed(backend_.layout_flags, member.key)) continue;
      report_.replaced(path_, member.key + ": " + write_json(member.value), "");
      erase_member(kept, member.key);
    }
    Value base = ours == nullptr ? Value() : read_json(ours->text(), "overrides").value_or(Value());
    report_settings(base, kept, "");
    merge_tree(base, kept);
    take_theirs({theirs.flag, {write_json(base)}, false}, ours);
  }

  void report_settings(const Value& base, const Value& theirs, const std::string& prefix) {
    for (const Member& member : *theirs.as_object()) {
      const std::string key = prefix + member.key;
      const Value* ours = base.find(member.key);
      if (member.value.as_object() != nullptr) {
        report_settings(ours == nullptr ? Value() : *ours, member.value, key + ".");
        continue;
      }
      const auto meaning = backend_.meaning_of(key);
      const bool differs = ours == nullptr || write_json(*ours) != write_json(member.value);
      if (meaning && changes_prediction(*meaning) && differs) {
        report_.unmodelled(path_, key + ": " + write_json(member.value), ours == nullptr ? "" : write_json(*ours));
      }
    }
  }

  const facts::BackendFacts& backend_;
  ArgumentList merged_;
  const std::string& path_;
  TemplateReport& report_;
};

}  // namespace

ArgumentList merge_engine_args(const facts::BackendFacts& backend, ArgumentList ours, const ArgumentList& theirs,
                               const std::string& path, TemplateReport& report) {
  EngineArgs merged(backend, std::move(ours), path, report);
  for (const Argument& argument : theirs.flags) merged.add(argument);
  return merged.take();
}

ArgumentList merge_plain_args(ArgumentList ours, const ArgumentList& theirs) {
  if (!theirs.leading.empty()) ours.leading = theirs.leading;
  for (const Argument& argument : theirs.flags) {
    if (Argument* known = ours.find(argument.flag)) {
      known->values = argument.values;
    } else {
      ours.flags.push_back(argument);
    }
  }
  return ours;
}

}  // namespace dynamo::emit

#include "emit/template/merge_service.h"

#include "dynamo/profiler/document_io.h"
#include "emit/template/merge_args.h"
#include "emit/template/services.h"
#include "emit/template/tree_merge.h"

namespace dynamo::emit {
namespace {

constexpr std::string_view kMockerModule = "dynamo.mocker";

std::string shown(const Value* value) {
  if (value == nullptr) return {};
  const std::string* text = value->as_string();
  return text != nullptr ? *text : write_json(*value);
}

Value* main_container(Value& service) {
  Value* pod = service.find("extraPodSpec");
  return pod == nullptr ? nullptr : pod->find("mainContainer");
}

bool runs(const Value* container, std::string_view module) {
  if (container == nullptr) return false;
  for (const std::string& word : words_of(container->find("command"))) {
    if (word == module) return true;
  }
  return false;
}

bool is_shell(const std::vector<std::string>& command) {
  if (command.empty()) return false;
  const std::string program = command[0].substr(command[0].rfind('/') + 1);   // npos + 1 is 0
  return program == "sh" || program == "bash";
}

/// One service, theirs over ours.
class ServiceMerge {
 public:
  ServiceMerge(const ServiceContext& context, Value& ours, Value theirs, TemplateReport& report)
      : context_(context), ours_(ours), theirs_(std::move(theirs)), report_(report) {}

  void run() {
    const bool worker = is_worker(traits_of("", ours_), ours_);
    keep_ours(theirs_, ours_, "componentType");
    keep_ours(theirs_, ours_, "subComponentType");
    if (worker) {
      keep_ours(theirs_, ours_, "replicas");
      keep_ours(theirs_, ours_, "multinode");
      keep_gpus();
    }
    merge_command(worker);
    merge_tree(ours_, theirs_);
  }

 private:
  /// Takes a member out of theirs; says so if it differs from ours.
  void keep_ours(Value& theirs, const Value& ours, const std::string& key, const std::string& prefix = ".") {
    const Value* wanted = theirs.find(key);
    if (wanted == nullptr) return;
    const Value* kept = ours.find(key);
    if (shown(wanted) != shown(kept)) {
      report_.replaced(context_.path + prefix + key, shown(wanted), kept == nullptr ? std::string() : shown(kept));
    }
    erase_member(theirs, key);
  }

  void keep_gpus() {
    Value* resources = theirs_.find("resources");
    const Value* gpu = ours_.find_path({"resources", "limits", "gpu"});
    if (resources == nullptr) return;
    for (const char* side : {"limits", "requests"}) {
      Value* wanted = resources->find(side);
      if (wanted == nullptr || wanted->find("gpu") == nullptr) continue;
      if (shown(wanted->find("gpu")) != shown(gpu)) {
        report_.replaced(context_.path + ".resources." + side + ".gpu", shown(wanted->find("gpu")), shown(gpu));
      }
      if (gpu == nullptr) {
        erase_member(*wanted, "gpu");
      } else {
        wanted->set("gpu", *gpu);
      }
    }
  }

  void merge_command(bool worker) {
    Value* theirs = main_container(theirs_);
    Value* ours = main_container(ours_);
    if (theirs == nullptr || ours == nullptr) return;
    const std::string path = context_.path + ".extraPodSpec.mainContainer.";
    if (runs(ours, kMockerModule) && !runs(theirs, kMockerModule)) {
      // An image named without what to run in it is meant for the mocker.
      if (theirs->find("command") == nullptr && theirs->find("args") == nullptr) return;
      for (const char* key : {"image", "command", "args"}) {
        if (theirs->find(key) != nullptr) report_.dropped(path + key, shown(theirs->find(key)), "is for the engine the mocker stands in for");
        erase_member(*theirs, key);
      }
      return;
    }
    if (worker && !unwrap_shell(*theirs, path)) return;
    const auto wanted = words_of(theirs->find("args"));
    if (wanted.empty()) return;
    const ArgumentList args = parse_arguments(words_of(ours->find("args")));
    const bool engine = worker && !runs(ours, kMockerModule);
    const ArgumentList merged =
        engine ? merge_engine_args(facts::backend_facts(context_.backend), args, parse_arguments(wanted), path + "args", report_)
               : merge_plain_args(args, parse_arguments(wanted));
    erase_member(*theirs, "args");
    ours->set("args", list_of(merged.words()));
  }

  /// `sh -c "python3 -m dynamo.vllm --flags"` becomes its words; a line that needs its shell cannot carry a layout.
  bool unwrap_shell(Value& theirs, const std::string& path) {
    if (!is_shell(words_of(theirs.find("command")))) return true;
    const auto args = words_of(theirs.find("args"));
    const auto words = args.size() == 1 ? plain_words(args[0]) : std::nullopt;
    const bool understood = words && words->size() >= 3 && (*words)[1] == "-m";
    if (!understood) {
      report_.error(path + "command", shown(theirs.find("command")), "runs a shell, into whose line no layout can be written",
                    "write command: [python3, -m, dynamo.<backend>] and one argument a line under args");
      return false;
    }
    theirs.set("command", list_of({words->begin(), words->begin() + 3}));
    theirs.set("args", list_of({words->begin() + 3, words->end()}));
    return true;
  }

  const ServiceContext& context_;
  Value& ours_;
  Value theirs_;
  TemplateReport& report_;
};

}  // namespace

void merge_service(const ServiceContext& context, Value& ours, const Value& theirs, TemplateReport& report) {
  ServiceMerge(context, ours, theirs, report).run();
}

}  // namespace dynamo::emit

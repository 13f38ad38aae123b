#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "commands/commands.h"
#include "commands/profile_options.h"
#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/support.h"
#include "io/console.h"
#include "io/environment.h"
#include "io/finding.h"
#include "io/model_files.h"
#include "render/support.h"

namespace dynamo::cli {
namespace {

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string did_you_mean(const std::vector<std::string>& near, std::string otherwise) {
  std::string hint;
  for (const std::string& word : near) hint += (hint.empty() ? "did you mean " : ", ") + word;
  return hint.empty() ? otherwise : hint + "?";
}

/// What the filters leave.
class Filters {
 public:
  Filters(const SupportCommand& command, const ModelFiles& files) {
    query_.version = command.perf_version;
    add_models(command.models, files);
    add_systems(command.gpus);
    add_backends(command.backends);
  }

  [[nodiscard]] const SupportQuery& query() const { return query_; }
  [[nodiscard]] bool by_family() const { return by_family_; }
  [[nodiscard]] const Diagnostics& findings() const { return findings_; }

 private:
  void unknown(const std::string& flag, const std::string& word, std::string hint) {
    findings_.add(finding(DiagnosticCode::kNotSupported, "support." + flag.substr(2), flag + ": unknown \"" + word + "\"", std::move(hint)));
  }

  void add_models(const std::vector<std::string>& asked, const ModelFiles& files) {
    by_family_ = asked.empty();
    if (asked.empty()) {
      for (const std::string& id : known_models()) query_.models.push_back(find_model(id));
      // Families stand together.
      std::ranges::stable_sort(query_.models, {}, [](const ModelSpec* model) { return model->family; });
    }
    for (const std::string& word : asked) {
      if (add_family(word)) continue;
      auto found = files.find(word);
      if (found) {
        models_.push_back(std::make_unique<ModelSpec>(std::move(*found)));
        query_.models.push_back(models_.back().get());
      } else if (found.error().items().front().code == DiagnosticCode::kMissingData) {
        unknown("--model", word, did_you_mean(similar_models(word), "a model id, a family, a directory or a config.json"));
      } else {
        findings_.append(found.error());
      }
    }
  }

  bool add_family(const std::string& word) {
    bool found = false;
    for (const std::string& id : known_models()) {
      const ModelSpec* model = find_model(id);
      if (!same_word(name_of(model->family), word)) continue;
      query_.models.push_back(model);
      found = true;
    }
    return found;
  }

  void add_systems(const std::vector<std::string>& asked) {
    if (asked.empty()) {
      for (const SystemSpec& system : all_systems()) query_.systems.push_back(&system);
    }
    for (const std::string& word : asked) {
      if (const SystemSpec* system = find_system(word)) {
        query_.systems.push_back(system);
      } else {
        unknown("--gpu", word, did_you_mean(similar_systems(word), "kubectl dynamo support lists the GPUs"));
      }
    }
  }

  void add_backends(const std::vector<std::string>& asked) {
    for (const std::string& word : asked) {
      if (const auto backend = backend_from_name(word)) {
        query_.backends.push_back(*backend);
      } else if (word != "auto") {
        unknown("--backend", word, "trtllm, sglang, vllm or auto");
      }
    }
    if (query_.backends.empty()) query_.backends = {Backend::kTrtllm, Backend::kSglang, Backend::kVllm};
  }

  SupportQuery query_;
  bool by_family_ = false;
  std::vector<std::unique_ptr<ModelSpec>> models_;   ///< those that are not built in
  Diagnostics findings_;
};

std::string release_in(const std::filesystem::path& directory) {
  const auto packs = list_packs(directory);
  return !packs || packs->empty() ? std::string() : packs->front().release;
}

std::string rendered(const Value& matrix, OutputFormat format) {
  const Style style = output_style();
  switch (format) {
    case OutputFormat::kJson: return write_json(matrix, JsonStyle::kIndented) + "\n";
    case OutputFormat::kYaml: return write_yaml({matrix});
    case OutputFormat::kWide: return render_support_wide(matrix, style);
    default: return render_support(matrix, style);
  }
}

}  // namespace

ExitCode run(const SupportCommand& command) {
  const ModelFiles files(hugging_face_hub());
  const Filters filters(command, files);
  if (filters.findings().has_errors()) return report(filters.findings());
  const TableStore tables(tables_directory(command.tables));
  warn_without_tables(tables);
  const Value matrix = support_value(support_matrix(filters.query(), tables), filters.by_family(), command.perf_version,
                                     release_in(tables.directory()));
  return print(rendered(matrix, command.output));
}

}  // namespace dynamo::cli

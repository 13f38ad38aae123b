#include "io/model_files.h"

#include <string_view>

#include "io/input.h"

namespace dynamo::cli {
namespace {

namespace fs = std::filesystem;

/// Real configurations are below 100 KiB.
constexpr std::size_t kConfigLimitBytes = 8u << 20;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

std::expected<ModelSpec, Diagnostics> read_model(const std::string& id, const fs::path& config) {
  const std::expected<std::string, Diagnostics> text = read_file(config, kConfigLimitBytes);
  if (!text) return std::unexpected(text.error());
  const fs::path quant_path = config.parent_path() / "hf_quant_config.json";
  std::string quant_text;
  if (is_file(quant_path)) {
    std::expected<std::string, Diagnostics> quant = read_file(quant_path, kConfigLimitBytes);
    if (!quant) return std::unexpected(quant.error());
    quant_text = std::move(*quant);
  }
  return parse_model_config(id, *text, quant_text, config.string());
}

/// "Qwen/Qwen3-32B" as the hub's cache names its folder: "models--Qwen--Qwen3-32B".
std::string cache_folder(std::string_view id) {
  std::string folder = "models--";
  for (const char c : id) folder += c == '/' ? std::string("--") : std::string(1, c);
  return folder;
}

/// `org/name` only: anything else must not be turned into a path below the cache.
bool is_hub_id(std::string_view id) {
  const std::size_t slash = id.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < id.size() &&
         id.find('/', slash + 1) == std::string_view::npos && id.find("..") == std::string_view::npos &&
         id.find('\0') == std::string_view::npos;
}

std::string nearest_models(const std::string& id) {
  std::string names;
  for (const std::string& name : similar_models(id)) names += (names.empty() ? "did you mean " : " or ") + name;
  return names;
}

}  // namespace

fs::path ModelFiles::cached_snapshot(const std::string& id) const {
  if (!is_hub_id(id)) return {};
  const fs::path folder = hub_ / cache_folder(id);
  const std::expected<std::string, Diagnostics> reference = read_file(folder / "refs" / "main", 4096);
  if (!reference) return {};
  const std::string commit = reference->substr(0, reference->find_first_of(" \t\r\n"));
  if (commit.empty() || commit.find('/') != std::string::npos || commit.starts_with('.')) return {};
  const fs::path config = folder / "snapshots" / commit / "config.json";
  return is_file(config) ? config : fs::path();
}

std::expected<ModelSpec, Diagnostics> ModelFiles::find(const std::string& id) const {
  if (const ModelSpec* known = find_model(id)) return *known;
  std::error_code ignored;
  if (fs::is_directory(id, ignored)) {
    const fs::path config = fs::path(id) / "config.json";
    if (is_file(config)) return read_model(id, config);
    return std::unexpected(one_error(DiagnosticCode::kMissingData, "model.config",
                                     "directory " + id + " has no config.json", "name the folder of the checkpoint"));
  }
  if (is_file(id)) return read_model(id, id);
  if (const fs::path cached = cached_snapshot(id); !cached.empty()) return read_model(id, cached);

  const std::string near = nearest_models(id);
  return std::unexpected(one_error(
      DiagnosticCode::kInvalid, "model.known", "no configuration of model \"" + id + "\" is known",
      (near.empty() ? "" : near + "? Else ") + std::string(near.empty() ? "Give" : "give") +
          " a directory or config.json, or download the model into the Hugging Face cache"));
}

}  // namespace dynamo::cli

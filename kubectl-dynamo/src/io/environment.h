#pragma once

#include <filesystem>
#include <string>

namespace dynamo::cli {

/// The variable's text; empty when unset.
[[nodiscard]] std::string environment(const char* name);

/// Directory of the measured tables: the flag, else $DYNAMO_TABLES, else the user's cache.
[[nodiscard]] std::filesystem::path tables_directory(const std::string& flag);

/// Root of the local Hugging Face cache: $HF_HUB_CACHE, else $HF_HOME/hub, else ~/.cache/huggingface/hub.
[[nodiscard]] std::filesystem::path hugging_face_hub();

/// Whether more than ASCII may be shown: no locale variable is set, as in most containers, or the one that counts names UTF-8.
[[nodiscard]] bool unicode_allowed();

/// Whether colour may be used on that stream: a terminal, no NO_COLOR, and TERM is not dumb.
[[nodiscard]] bool colour_allowed(int descriptor);

}  // namespace dynamo::cli

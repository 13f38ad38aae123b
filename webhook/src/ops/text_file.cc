#include "ops/text_file.h"

#include <array>
#include <fstream>

namespace dynamo::webhook {
namespace {

/// Certificate chains, tokens and settings are a few kilobytes.
constexpr std::size_t kMaxBytes = 1u << 20;

}  // namespace

std::expected<std::string, std::string> read_text_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(path + " cannot be read");
  std::string text;
  std::array<char, 8192> piece{};
  do {
    file.read(piece.data(), piece.size());
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  } while (file && text.size() <= kMaxBytes);
  if (text.empty() || text.size() > kMaxBytes) return std::unexpected(path + " is empty or too large");
  return text;
}

}  // namespace dynamo::webhook

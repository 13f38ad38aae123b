#include "explain/named_candidate.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "text/number_text.h"

namespace dynamo::explain {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Words, with brackets, commas and colons taken as blanks; `+` starts a new part.
std::vector<std::vector<std::string>> words_of(const std::string& text) {
  std::vector<std::vector<std::string>> parts(1);
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) parts.back().push_back(std::move(word));
    word.clear();
  };
  for (const char c : lower(text)) {
    const bool blank = std::isspace(static_cast<unsigned char>(c)) != 0 || std::string_view("(),:").find(c) != std::string_view::npos;
    if (blank || c == '+') flush();
    if (c == '+') parts.emplace_back();
    if (!blank && c != '+') word += c;
  }
  flush();
  return parts;
}

std::optional<int> count_of(std::string_view digits) {
  const auto number = parse_int(digits);
  return number && *number > 0 && *number <= 1'000'000 ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

/// Reads `x2`, `2x`, `2p`, `2d`, `b160`.
bool read_count(const std::string& word, NamedWorker& part) {
  const std::string_view view = word;
  if (word.size() < 2) return false;
  if (const auto count = view.front() == 'x' ? count_of(view.substr(1)) : std::nullopt) return part.workers = *count, true;
  if (const auto batch = view.front() == 'b' ? count_of(view.substr(1)) : std::nullopt) return part.batch = *batch, true;
  const auto count = count_of(view.substr(0, view.size() - 1));
  if (!count) return false;
  if (view.back() == 'p') part.role = "prefill";
  if (view.back() == 'd') part.role = "decode";
  if (std::string_view("xpd").find(view.back()) == std::string_view::npos) return false;
  part.workers = *count;
  return true;
}

NamedWorker part_of(const std::vector<std::string>& words, NamedCandidate& named) {
  NamedWorker part;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const int next = i + 1 < words.size() ? count_of(words[i + 1]).value_or(0) : 0;
    if (word == "agg" || word == "aggregated") {
      part.role = "agg";
    } else if (word == "prefill" || word == "decode") {
      part.role = word;
    } else if (const auto backend = backend_from_name(word)) {
      named.backend = backend;
    } else if (word == "on" && next > 0) {
      ++i;   // GPUs, which follow from the rest
    } else if (word == "batch" && next > 0) {
      part.batch = next;
      ++i;
    } else if (word == "x" && next > 0) {
      part.workers = next;
      ++i;
    } else if (word == "x" || word == "disagg" || word == "disaggregated" || word == "on" || read_count(word, part)) {
      continue;
    } else if (const auto count = count_of(word)) {
      part.workers = *count;
    } else if (part.layout.empty()) {
      part.layout = word;
    } else {
      named.unknown = word;
    }
  }
  return part;
}

}  // namespace

NamedCandidate read_candidate(const std::string& text) {
  NamedCandidate named;
  for (const auto& words : words_of(text)) named.parts.push_back(part_of(words, named));
  if (named.parts.size() == 1 && named.parts[0].role.empty()) named.parts[0].role = "agg";
  if (named.parts.size() == 2) {
    if (named.parts[0].role.empty()) named.parts[0].role = "prefill";
    if (named.parts[1].role.empty()) named.parts[1].role = "decode";
    if (named.parts[0].role == "decode") std::swap(named.parts[0], named.parts[1]);
  }
  return named;
}

}  // namespace dynamo::explain

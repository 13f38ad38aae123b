#include "emit/template/arg_list.h"

#include <algorithm>
#include <cctype>

#include "dynamo/profiler/document_io.h"

namespace dynamo::emit {
namespace {

/// `-1` and `-.5` are values.
bool is_flag(std::string_view word) {
  if (word.size() < 2 || word[0] != '-') return false;
  const bool number = word[1] == '.' || std::isdigit(static_cast<unsigned char>(word[1])) != 0;
  return !number;
}

}  // namespace

std::string Argument::text() const {
  std::string out;
  for (const std::string& value : values) out += (out.empty() ? "" : " ") + value;
  return out;
}

const Argument* ArgumentList::find(std::string_view flag) const {
  const auto found = std::find_if(flags.rbegin(), flags.rend(), [&](const Argument& a) { return a.flag == flag; });
  return found == flags.rend() ? nullptr : &*found;
}

Argument* ArgumentList::find(std::string_view flag) {
  return const_cast<Argument*>(static_cast<const ArgumentList&>(*this).find(flag));
}

std::vector<std::string> ArgumentList::words() const {
  std::vector<std::string> out = leading;
  for (const Argument& argument : flags) {
    if (argument.joined && argument.values.size() == 1) {
      out.push_back(argument.flag + "=" + argument.values[0]);
      continue;
    }
    out.push_back(argument.flag);
    out.insert(out.end(), argument.values.begin(), argument.values.end());
  }
  return out;
}

ArgumentList parse_arguments(const std::vector<std::string>& words) {
  ArgumentList list;
  for (const std::string& word : words) {
    if (is_flag(word)) {
      const auto equals = word.find('=');
      if (equals == std::string::npos) {
        list.flags.push_back({word, {}, false});
      } else {
        list.flags.push_back({word.substr(0, equals), {word.substr(equals + 1)}, true});
      }
    } else if (list.flags.empty()) {
      list.leading.push_back(word);
    } else {
      list.flags.back().values.push_back(word);
    }
  }
  return list;
}

std::vector<std::string> words_of(const Value* list) {
  std::vector<std::string> words;
  const Array* items = list == nullptr ? nullptr : list->as_array();
  if (items == nullptr) return words;
  for (const Value& item : *items) {
    if (const std::string* text = item.as_string()) {
      words.push_back(*text);
    } else if (item.is_number() || item.as_bool() != nullptr) {
      words.push_back(write_json(item));
    }
  }
  return words;
}

Value list_of(const std::vector<std::string>& words) {
  Array list;
  for (const std::string& word : words) list.emplace_back(word);
  return list;
}

std::optional<std::vector<std::string>> plain_words(std::string_view line) {
  constexpr std::string_view kPlain = "-_./,:=@+%";
  std::vector<std::string> words;
  std::string word;
  for (const char c : line) {
    const auto u = static_cast<unsigned char>(c);
    if (c == ' ' || c == '\n' || c == '\t') {
      if (!word.empty()) words.push_back(std::move(word));
      word.clear();
    } else if (std::isalnum(u) != 0 || kPlain.find(c) != std::string_view::npos) {
      word += c;
    } else {
      return std::nullopt;
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

}  // namespace dynamo::emit

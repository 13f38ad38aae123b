// Our reader and writer beside a reader of somebody else, over texts that a seed makes: what is JSON, and what it says.

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dynamo/profiler/document_io.h"

namespace dynamo {
namespace {

using nlohmann::json;
using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t end) { return random() % end; }

std::string random_number(Random& random) {
  constexpr std::string_view kForms[] = {"0",   "-0",   "1",     "-17", "9223372036854775807", "9223372036854775808", "0.5",
                                         "1e3", "-2E-4", "1.5e+2", "3.0", "4e-320",            "123456789.125"};
  return std::string(kForms[below(random, std::size(kForms))]);
}

std::string random_text(Random& random) {
  constexpr std::string_view kPieces[] = {"a",    "model", " ",      "\\n",    "\\\"",   "\\\\",        "\\/",
                                          "\\u0041", "\\u00e4", "\\ud83d\\ude00", "\xc3\xa4", "\xf0\x9f\x98\x80", "\\t", "\\u0000"};
  std::string text = "\"";
  for (std::size_t i = below(random, 4); i > 0; --i) text += kPieces[below(random, std::size(kPieces))];
  return text + "\"";
}

std::string random_json(Random& random, int depth);

std::string random_items(Random& random, int depth, bool keys) {
  std::string items;
  const std::size_t count = below(random, 4);
  for (std::size_t i = 0; i < count; ++i) {
    items += i == 0 ? "" : (random() % 2 == 0 ? "," : " ,\n ");
    // Duplicate keys are errors of ours alone.
    if (keys) items += "\"k" + std::to_string(i) + "\" : ";
    items += random_json(random, depth - 1);
  }
  return items;
}

std::string random_json(Random& random, int depth) {
  constexpr std::string_view kWords[] = {"true", "false", "null"};
  switch (below(random, depth > 0 ? 5 : 3)) {
    case 0: return random_number(random);
    case 1: return random_text(random);
    case 2: return std::string(kWords[below(random, std::size(kWords))]);
    case 3: return "[" + random_items(random, depth, false) + "]";
    default: return "{" + random_items(random, depth, true) + "}";
  }
}

/// One small change that may or may not break the grammar.
std::string mutated(std::string text, Random& random) {
  constexpr std::string_view kBytes = "{}[],:\"\\ tfn01-+.eE\n\x01/";
  const std::size_t at = below(random, text.size());
  const char byte = kBytes[below(random, kBytes.size())];
  switch (below(random, 3)) {
    case 0: text[at] = byte; break;
    case 1: text.insert(at, 1, byte); break;
    default: text.erase(at, 1); break;
  }
  return text;
}

bool same(const Value& ours, const json& theirs) {
  if (const Object* object = ours.as_object()) {
    return theirs.is_object() && object->size() == theirs.size() && std::ranges::all_of(*object, [&](const Member& member) {
      return theirs.contains(member.key) && same(member.value, theirs.at(member.key));
    });
  }
  if (const Array* array = ours.as_array()) {
    return theirs.is_array() && std::ranges::equal(*array, theirs, same);
  }
  if (const std::string* text = ours.as_string()) return theirs.is_string() && *text == theirs.get_ref<const std::string&>();
  if (const bool* flag = ours.as_bool()) return theirs.is_boolean() && *flag == theirs.get<bool>();
  if (const std::int64_t* integer = ours.as_int()) return theirs.is_number_integer() && *integer == theirs.get<std::int64_t>();
  if (const double* number = ours.as_float()) return theirs.is_number() && *number == theirs.get<double>();
  return theirs.is_null();
}

bool only_a_twin(const Diagnostics& errors) {
  return std::ranges::all_of(errors.items(), [](const Diagnostic& error) { return error.rule == "document.duplicate_key"; });
}

TEST(JsonBesideAnotherReader, TheSameValues) {
  Random random(1);
  for (int i = 0; i < 5000; ++i) {
    const std::string text = random_json(random, 5);
    const auto ours = read_json(text, "s");
    ASSERT_TRUE(ours.has_value()) << text;
    EXPECT_TRUE(same(*ours, json::parse(text))) << text;
  }
}

TEST(JsonBesideAnotherReader, TheSameTextsAreRefused) {
  Random random(2);
  int refused = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string text = mutated(random_json(random, 4), random);
    const auto ours = read_json(text, "s");
    const json theirs = json::parse(text, nullptr, false);
    if (!ours.has_value() && !theirs.is_discarded() && only_a_twin(ours.error())) continue;
    EXPECT_EQ(ours.has_value(), !theirs.is_discarded()) << text;
    refused += ours.has_value() ? 0 : 1;
    if (!ours.has_value() || theirs.is_discarded()) continue;
    EXPECT_TRUE(same(*ours, theirs)) << text;
  }
  EXPECT_GT(refused, 5000);
}

TEST(JsonBesideAnotherReader, ReadsWhatWeWrite) {
  Random random(3);
  for (int i = 0; i < 2000; ++i) {
    const Value value = *read_json(random_json(random, 5), "s");
    for (const JsonStyle style : {JsonStyle::kCompact, JsonStyle::kIndented}) {
      const std::string written = write_json(value, style);
      EXPECT_TRUE(same(value, json::parse(written))) << written;
    }
  }
}

}  // namespace
}  // namespace dynamo

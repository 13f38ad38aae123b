#include "dynamo/profiler/cases.h"

#include "cases/answers.h"
#include "dynamo/profiler/document_io.h"

namespace dynamo {

namespace {

using cases::Answer;
using cases::CaseError;

constexpr std::size_t kMaxLineBytes = 1u << 20;

Answer dispatch(const Value& line, const cases::CaseContext& context) {
  const Value* kind = line.find("kind");
  const Value* in = line.find("in");
  if (in == nullptr || in->as_object() == nullptr) return std::unexpected(CaseError{"invalid_case", "in must be an object"});
  const std::string name = kind != nullptr && kind->as_string() != nullptr ? *kind->as_string() : std::string();
  if (name == "static") return cases::answer_static(*in, context);
  if (name == "agg") return cases::answer_agg(*in, context);
  if (name == "disagg") return cases::answer_disagg(*in, context);
  if (name == "memory") return cases::answer_memory(*in, context);
  if (name == "picks") return cases::answer_picks(*in, context);
  return std::unexpected(CaseError{"invalid_case", "kind must be static, agg, disagg, memory or picks, not \"" + name + "\""});
}

Value failure(const CaseError& error) {
  Value value{Object{}};
  value.set("code", error.code);
  value.set("message", error.message);
  return value;
}

}  // namespace

std::string CaseRunner::answer(std::string_view line, std::size_t line_number) const {
  Value reply{Object{}};
  reply.set("id", "line " + std::to_string(line_number));
  const ReadLimits limits{.bytes = kMaxLineBytes, .depth = 16, .nodes = 10000};
  const auto parsed = read_json(line, "line " + std::to_string(line_number), limits);
  Answer answer = std::unexpected(CaseError{"invalid_case", "the line is no JSON object"});
  if (!parsed.has_value()) {
    answer = std::unexpected(CaseError{"invalid_case", parsed.error().items().front().reason});
  } else if (parsed->as_object() != nullptr) {
    if (const Value* id = parsed->find("id"); id != nullptr) reply.set("id", *id);
    answer = dispatch(*parsed, {tables_, models_});
  }
  reply.set("ok", answer.has_value());
  if (answer.has_value()) {
    reply.set("out", std::move(*answer));
  } else {
    reply.set("err", failure(answer.error()));
  }
  return write_json(reply);
}

}  // namespace dynamo

#include "dynamo/profiler/cases.h"

#include <gmock/gmock.h>

#include "dynamo/profiler/document_io.h"
#include "unit/perf/toy.h"

namespace dynamo {
namespace {

using testing::HasSubstr;

/// Knows the toy model and, like the program, the built-in ones.
class Models : public ModelSource {
 public:
  [[nodiscard]] std::expected<ModelSpec, Diagnostics> find(const std::string& id) const override {
    if (id == "toy/model")
      return toy::model();
    if (const ModelSpec* known = find_model(id); known != nullptr)
      return *known;
    return std::unexpected(one_error(DiagnosticCode::kMissingData, "model.known", "no model \"" + id + "\""));
  }
};

/// Tables of the toy stand under the name of a real GPU: cases name GPUs by their spelling.
class Cases : public testing::Test {
 protected:
  Cases() { packs_.add(Backend::kTrtllm, "1.0.0", toy::whole_set("lane", 0.5), true, "h200_sxm"); }

  [[nodiscard]] Value ask(const std::string& line, std::size_t number = 1) const {
    const std::string text = CaseRunner(packs_.store(), models_).answer(line, number);
    EXPECT_EQ(text.find('\n'), std::string::npos);
    auto value = read_json(text, "answer");
    EXPECT_TRUE(value.has_value()) << text;
    return value.has_value() ? std::move(*value) : Value();
  }

  [[nodiscard]] Value ask_kind(const std::string& kind, const std::string& in) const {
    return ask(R"({"id":"c","kind":")" + kind + R"(","in":)" + in + "}");
  }

  static bool ok(const Value& answer) { return *answer.find("ok")->as_bool(); }

  static std::string error(const Value& answer, std::string_view part) {
    const Value* text = answer.find_path({"err", part});
    return text != nullptr && text->as_string() != nullptr ? *text->as_string() : std::string();
  }

  toy::Packs packs_;
  Models models_;
};

constexpr const char* kWorker =
    R"("model_path":"toy/model","system_name":"h200_sxm","backend_name":"trtllm","isl":1024,"osl":64)";

struct Kind {
  std::string name;
  std::string required;  ///< arguments that make it answer
};

const Kind kKinds[] = {
    {"static", std::string(kWorker) + R"(,"batch_size":4)"},
    {"agg", std::string(kWorker) + R"(,"batch_size":4)"},
    {"disagg",
     std::string(kWorker) +
         R"(,"prefill_batch_size":1,"prefill_num_workers":1,"decode_batch_size":8,"decode_num_workers":1)"},
    {"memory",
     R"("model_path":"toy/model","system":"h200_sxm","backend":"trtllm",)"
     R"("memory_fraction_kind":"of_free","memory_fraction_value":0.9)"},
    {"picks", R"("model_path":"toy/model","system":"h200_sxm","isl":1024,"osl":64,"total_gpus":1)"},
};

TEST_F(Cases, EveryKindAnswers) {
  for (const Kind& kind : kKinds) {
    const Value answer = ask_kind(kind.name, "{" + kind.required + "}");
    EXPECT_TRUE(ok(answer)) << kind.name << ": " << error(answer, "message");
    EXPECT_EQ(*answer.find("id")->as_string(), "c");
    EXPECT_NE(answer.find("out"), nullptr);
    EXPECT_EQ(answer.find("err"), nullptr);
  }
}

TEST_F(Cases, EveryKindNamesAllMistakesAtOnce) {
  for (const Kind& kind : kKinds) {
    const Value answer =
        ask_kind(kind.name, "{" + kind.required + R"(,"bach_size":4,"prefix":"many","nextn":-1,"osl_":0})");
    ASSERT_FALSE(ok(answer)) << kind.name;
    EXPECT_EQ(error(answer, "code"), "invalid_case");
    const std::string message = error(answer, "message");
    EXPECT_THAT(message, HasSubstr("unknown argument bach_size")) << kind.name;
    EXPECT_THAT(message, HasSubstr("unknown argument osl_")) << kind.name;
    EXPECT_THAT(message, HasSubstr("nextn must be an integer from 0 to 16777216")) << kind.name;
    // The capacity of a cache knows no prefix; everywhere else it has the wrong type.
    EXPECT_THAT(message, HasSubstr(kind.name == "memory" ? "unknown argument prefix" : "prefix must be an integer"))
        << kind.name;
  }
}

TEST_F(Cases, EveryKindNeedsModelAndGpu) {
  for (const Kind& kind : kKinds) {
    const std::string message = error(ask_kind(kind.name, "{}"), "message");
    EXPECT_THAT(message, HasSubstr("model_path is required")) << kind.name;
    EXPECT_THAT(message, HasSubstr("is required")) << kind.name;
    const std::string gpu = kind.name == "memory" || kind.name == "picks" ? "system" : "system_name";
    EXPECT_THAT(message, HasSubstr(gpu + " is required")) << kind.name;
  }
}

TEST_F(Cases, PoolsMustBeGivenTheirSizes) {
  const std::string message = error(ask_kind("disagg", std::string("{") + kWorker + "}"), "message");
  for (const char* name : {"prefill_batch_size", "prefill_num_workers", "decode_batch_size", "decode_num_workers"}) {
    EXPECT_THAT(message, HasSubstr(std::string(name) + " is required"));
  }
}

TEST_F(Cases, WrongTypesOfEveryType) {
  const Value answer =
      ask_kind("picks",
               R"({"model_path":7,"system":"h900","backend":"tgi","isl":1.5,"ttft":"fast","strict_sla":"yes",)"
               R"("database_mode":"MAGIC","flow":"luck","target_request_rate":1,"target_concurrency":2})");
  const std::string message = error(answer, "message");
  for (const char* part : {"model_path must be a string",
                           "unknown GPU \"h900\"",
                           "not \"tgi\"",
                           "isl must be an integer from 1 to 16777216",
                           "ttft must be a finite number",
                           "strict_sla must be true or false",
                           "not \"MAGIC\"",
                           "not \"luck\"",
                           "cannot both be set"}) {
    EXPECT_THAT(message, HasSubstr(part));
  }
}

/// Roofline only, so that real models need no tables.
constexpr const char* kSizing = R"({"flow":"recommend","database_mode":"SOL","isl":1000,"osl":64,"ttft":9000,"tpot":100,)";

TEST_F(Cases, SizingGrowsWorkersBeyondANodeOnlyForMemory) {
  const auto gpus_of = [&](const std::string& rest) {
    const Value answer = ask_kind("picks", kSizing + rest);
    const Value* rows = answer.find_path({"out", "best", "agg"});
    EXPECT_NE(rows, nullptr) << error(answer, "message");
    return rows == nullptr ? 0.0 : rows->as_array()->front().find("num_total_gpus")->number_or(0);
  };
  // 1.4 TB of weights: 8 GPUs of 141 GB are too few. A load of 500 requests a second alone does not widen a worker.
  EXPECT_EQ(gpus_of(R"("model_path":"moonshotai/Kimi-K3","system":"h200_sxm","backend":"sglang","target_request_rate":1})"), 16);
  EXPECT_LE(gpus_of(R"("model_path":"Qwen/Qwen3-32B","system":"h200_sxm","target_request_rate":500})"), 8);
}

TEST_F(Cases, SizingWithoutAWayToFitSaysSo) {
  const Value answer = ask_kind("picks", std::string(kSizing) + R"("model_path":"meta-llama/Meta-Llama-3.1-405B",)"
                                         R"("system":"l40s","backend":"vllm","target_concurrency":4})");
  EXPECT_EQ(error(answer, "code"), "no_result");
  EXPECT_THAT(error(answer, "message"), HasSubstr("memory of its GPUs"));
}

TEST_F(Cases, SizingTakesALoadAndNoBudget) {
  const std::string message =
      error(ask_kind("picks", std::string(kSizing) + R"("model_path":"toy/model","system":"h200_sxm","total_gpus":8})"), "message");
  EXPECT_THAT(message, HasSubstr("flow recommend needs target_request_rate or target_concurrency"));
  EXPECT_THAT(message, HasSubstr("unknown argument total_gpus"));
}

TEST_F(Cases, FormatsAreChecked) {
  const std::string in = std::string("{") + kWorker + R"(,"gemm_quant_mode":"fp7","kvcache_quant_mode":"fp9"})";
  const std::string message = error(ask_kind("static", in), "message");
  EXPECT_THAT(message, HasSubstr("gemm_quant_mode: unknown format \"fp7\""));
  EXPECT_THAT(message, HasSubstr("kvcache_quant_mode: unknown format \"fp9\""));
}

TEST_F(Cases, ABadLineAnswersWithItsErrorAndItsNumber) {
  for (const char* line : {"", "{", "[1]", "7", R"({"id":)", "\xff\xfe"}) {
    const Value answer = ask(line, 12);
    EXPECT_FALSE(ok(answer)) << line;
    EXPECT_EQ(*answer.find("id")->as_string(), "line 12") << line;
    EXPECT_EQ(error(answer, "code"), "invalid_case") << line;
    EXPECT_FALSE(error(answer, "message").empty()) << line;
  }
}

TEST_F(Cases, LinesWithoutArgumentsOrOfAnUnknownKindKeepTheirId) {
  EXPECT_EQ(*ask(R"({"id":"x","kind":"static"})").find("id")->as_string(), "x");
  EXPECT_THAT(error(ask(R"({"id":"x","kind":"static"})"), "message"), HasSubstr("in must be an object"));
  EXPECT_THAT(error(ask(R"({"id":"x","kind":"dynamic","in":{}})"), "message"), HasSubstr("not \"dynamic\""));
  EXPECT_THAT(error(ask(R"({"id":"x","in":{}})"), "message"), HasSubstr("kind must be"));
}

TEST_F(Cases, ALineTooLongOrTooDeepIsRefused) {
  EXPECT_FALSE(ok(ask(R"({"id":")" + std::string(2 << 20, 'x') + "\"}")));
  EXPECT_FALSE(ok(ask(std::string(100, '[') + std::string(100, ']'))));
}

TEST_F(Cases, WhatCannotBePredictedHasItsCode) {
  const auto code = [&](const std::string& extra, const std::string& kind = "static") {
    return error(ask_kind(kind, std::string("{") + kWorker + "," + extra + "}"), "code");
  };
  EXPECT_EQ(code(R"("tp_size":3)"), "invalid_config");
  EXPECT_EQ(code(R"("prefix":1024)"), "invalid_config");
  EXPECT_EQ(code(R"("gemm_quant_mode":"fp8")"), "missing_data");
  EXPECT_EQ(code(R"("gemm_quant_mode":"nvfp4","database_mode":"SOL")"), "");  // unpacked to bf16 on this GPU
  EXPECT_EQ(code(R"("batch_size":100000)", "agg"), "out_of_memory");
  EXPECT_EQ(error(ask_kind("static", R"({"model_path":"toy/model","system_name":"b200_sxm"})"), "code"), "no_tables");
}

TEST_F(Cases, NullsCountAsAbsent) {
  const std::string in = std::string("{") + kWorker;
  EXPECT_EQ(write_json(ask_kind("static", in + R"(,"prefix":null,"kvcache_quant_mode":null})")),
            write_json(ask_kind("static", in + "}")));
}

TEST_F(Cases, TheSameLineHasTheSameAnswer) {
  for (const Kind& kind : kKinds) {
    const std::string in = "{" + kind.required + "}";
    EXPECT_EQ(write_json(ask_kind(kind.name, in)), write_json(ask_kind(kind.name, in))) << kind.name;
  }
}

}  // namespace
}  // namespace dynamo

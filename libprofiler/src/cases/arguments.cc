#include "cases/arguments.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace dynamo::cases {

namespace {

/// Far beyond every length, batch and rank count that anybody serves; keeps products of two of them exact.
constexpr int kLargestInteger = 1 << 24;

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : "; ") + part;
  return text;
}

}  // namespace

CaseError case_error(const perf::Error& error) {
  switch (error.kind) {
    case perf::ErrorKind::kInvalidConfig: return {"invalid_config", error.message};
    case perf::ErrorKind::kMissingData: return {"missing_data", error.message};
    case perf::ErrorKind::kNotEstimable: return {"not_estimable", error.message};
    case perf::ErrorKind::kMissingFlops: return {"missing_flops", error.message};
    case perf::ErrorKind::kUnsupportedQuant: return {"unsupported_quant", error.message};
    case perf::ErrorKind::kNoTables: return {"no_tables", error.message};
    case perf::ErrorKind::kOutOfMemory: return {"out_of_memory", error.message};
  }
  return {"internal", error.message};
}

void Arguments::complain(std::string message) {
  if (std::ranges::find(problems_, message) == problems_.end()) problems_.push_back(std::move(message));
}

const Value* Arguments::find(std::string_view name) {
  asked_.emplace_back(name);
  const Value* value = in_.find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string Arguments::expected(std::string_view name, std::string_view what) const {
  return std::string(name) + " must be " + std::string(what);
}

std::optional<int> Arguments::optional_integer(std::string_view name, int low) {
  const Value* value = find(name);
  if (value == nullptr) return std::nullopt;
  const double number = value->is_number() ? value->number_or(0) : std::numeric_limits<double>::quiet_NaN();
  if (!(number >= low && number <= kLargestInteger && number == std::floor(number))) {
    complain(expected(name, "an integer from " + std::to_string(low) + " to " + std::to_string(kLargestInteger)));
    return std::nullopt;
  }
  return static_cast<int>(number);
}

int Arguments::integer(std::string_view name, int fallback, int low) { return optional_integer(name, low).value_or(fallback); }

int Arguments::required_integer(std::string_view name, int low) {
  if (find(name) == nullptr) complain(std::string(name) + " is required");
  return integer(name, low, low);
}

std::optional<double> Arguments::optional_number(std::string_view name) {
  const Value* value = find(name);
  if (value == nullptr) return std::nullopt;
  const double number = value->is_number() ? value->number_or(0) : std::numeric_limits<double>::quiet_NaN();
  if (!std::isfinite(number)) {
    complain(expected(name, "a finite number"));
    return std::nullopt;
  }
  return number;
}

double Arguments::number(std::string_view name, double fallback) { return optional_number(name).value_or(fallback); }

std::string Arguments::text(std::string_view name, std::string_view fallback) {
  const Value* value = find(name);
  if (value == nullptr) return std::string(fallback);
  if (const std::string* text = value->as_string(); text != nullptr) return *text;
  complain(expected(name, "a string"));
  return std::string(fallback);
}

bool Arguments::flag(std::string_view name, bool fallback) {
  const Value* value = find(name);
  if (value == nullptr) return fallback;
  if (const bool* flag = value->as_bool(); flag != nullptr) return *flag;
  complain(expected(name, "true or false"));
  return fallback;
}

Backend Arguments::backend(std::string_view name) {
  const std::string text_value = text(name, "trtllm");
  const auto backend = backend_from_name(text_value);
  if (!backend.has_value()) complain(expected(name, "trtllm, sglang or vllm, not \"" + text_value + "\""));
  return backend.value_or(Backend::kTrtllm);
}

const SystemSpec* Arguments::system(std::string_view name) {
  const std::string wanted = text(name);
  if (wanted.empty()) return nullptr;
  const SystemSpec* system = find_system(wanted);
  if (system == nullptr) complain(std::string(name) + ": unknown GPU \"" + wanted + "\"");
  return system;
}

const SystemSpec* Arguments::required_system(std::string_view name) {
  if (find(name) == nullptr) complain(std::string(name) + " is required");
  return system(name);
}

std::optional<ModelSpec> Arguments::model(std::string_view name, const ModelSource& models) {
  const std::string id = text(name);
  if (id.empty()) {
    complain(std::string(name) + " is required");
    return std::nullopt;
  }
  auto model = models.find(id);
  if (model.has_value()) return *model;
  for (const Diagnostic& problem : model.error().items()) complain(std::string(name) + ": " + problem.reason);
  return std::nullopt;
}

DatabaseMode Arguments::database_mode(DatabaseMode fallback) {
  const std::string mode = text("database_mode");
  if (mode.empty()) return fallback;
  if (mode == "SILICON") return DatabaseMode::kSilicon;
  if (mode == "HYBRID") return DatabaseMode::kHybrid;
  if (mode == "EMPIRICAL") return DatabaseMode::kEmpirical;
  if (mode == "SOL") return DatabaseMode::kSol;
  complain("database_mode must be SILICON, HYBRID, EMPIRICAL or SOL, not \"" + mode + "\"");
  return fallback;
}

template <typename Quant>
std::optional<Quant> Arguments::format(std::string name) {
  const std::string spelling = text(name);
  if (spelling.empty()) return std::nullopt;
  const auto quant = quant_from_name<Quant>(spelling);
  if (!quant.has_value()) complain(name + ": unknown format \"" + spelling + "\"");
  return quant;
}

perf::QuantOverrides Arguments::quant(std::string_view prefix) {
  const std::string p(prefix);
  return {.gemm = format<GemmQuant>(p + "gemm_quant_mode"),
          .moe = format<MoeQuant>(p + "moe_quant_mode"),
          .kv = format<KvQuant>(p + "kvcache_quant_mode"),
          .fmha = format<FmhaQuant>(p + "fmha_quant_mode"),
          .comm = format<CommQuant>(p + "comm_quant_mode")};
}

std::optional<CaseError> Arguments::problems() {
  if (const Object* object = in_.as_object(); object != nullptr) {
    for (const Member& member : *object) {
      if (std::ranges::find(asked_, member.key) == asked_.end()) complain("unknown argument " + member.key);
    }
  }
  if (problems_.empty()) return std::nullopt;
  return CaseError{"invalid_case", join(problems_)};
}

}  // namespace dynamo::cases

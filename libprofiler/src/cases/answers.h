#pragma once

#include <expected>

#include "cases/arguments.h"
#include "dynamo/profiler/tables.h"

namespace dynamo::cases {

/// What every kind of case can look things up in.
struct CaseContext {
  const TableStore& tables;
  const ModelSource& models;
};

using Answer = std::expected<Value, CaseError>;

/// One engine at a fixed batch: prefill, decode or both.
[[nodiscard]] Answer answer_static(const Value& in, const CaseContext& context);
/// One aggregated worker.
[[nodiscard]] Answer answer_agg(const Value& in, const CaseContext& context);
/// Prefill and decode pools with given worker counts.
[[nodiscard]] Answer answer_disagg(const Value& in, const CaseContext& context);
/// KV-cache capacity of one rank.
[[nodiscard]] Answer answer_memory(const Value& in, const CaseContext& context);
/// A whole search with its ranked choices.
[[nodiscard]] Answer answer_picks(const Value& in, const CaseContext& context);

}  // namespace dynamo::cases

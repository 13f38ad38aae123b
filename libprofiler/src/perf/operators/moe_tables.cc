#include "perf/operators/moe_tables.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

namespace dynamo::perf {

namespace {

constexpr std::string_view kFallbackDistribution = "uniform";

std::string format_prefix(MoeQuant quant, std::string_view distribution) {
  return std::string(facts_of(quant).name) + "|" + std::string(distribution) + "|";
}

bool starts_some_key(const Table& table, const std::string& prefix) {
  return std::ranges::any_of(table.slices, [&](const Slice& slice) { return slice.key.starts_with(prefix); });
}

/// topk | experts | hidden | inter | tp | ep
std::optional<std::array<int, 6>> numbers_of(std::string_view text) {
  std::array<int, 6> numbers{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int& number : numbers) {
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc{}) return std::nullopt;
    at = next == end ? end : next + 1;
  }
  return numbers;
}

auto order_of(const ExpertsSlice& s) { return std::tuple(s.shape.topk, s.shape.experts, s.shape.hidden, s.shape.inter); }

}  // namespace

ExpertsTable::ExpertsTable(const Database::Impl& database, std::string_view name) {
  const auto table = database.table(name);
  if (!table.has_value()) {
    damaged_ = table.error();
  } else {
    table_ = *table;
  }
}

std::string ExpertsTable::distribution_of(MoeQuant quant, const std::string& wanted) const {
  return starts_some_key(*table_, format_prefix(quant, wanted)) ? wanted : std::string(kFallbackDistribution);
}

const Slice* ExpertsTable::find(const ExpertsShape& wanted) const {
  if (!has_rows()) return nullptr;
  std::string key = format_prefix(wanted.quant, wanted.distribution);
  std::string shape;
  for (const int part : {wanted.topk, wanted.experts, wanted.hidden, wanted.inter, wanted.tp, wanted.ep}) {
    if (!shape.empty()) shape += '|';
    shape += std::to_string(part);
  }
  if (const Slice* slice = table_->find(key + shape); slice != nullptr) return slice;
  if (starts_some_key(*table_, key)) return nullptr;
  return table_->find(format_prefix(wanted.quant, kFallbackDistribution) + shape);
}

std::vector<ExpertsSlice> ExpertsTable::siblings(const ExpertsShape& wanted, MoeQuant quant) const {
  std::vector<ExpertsSlice> found;
  if (!has_rows()) return found;
  const std::string prefix = format_prefix(quant, distribution_of(quant, wanted.distribution));
  for (const Slice& slice : table_->slices) {
    if (!slice.key.starts_with(prefix) || slice.rows == 0) continue;
    const auto numbers = numbers_of(slice.key.substr(prefix.size()));
    if (!numbers.has_value() || (*numbers)[4] != wanted.tp || (*numbers)[5] != wanted.ep) continue;
    ExpertsSlice sibling{wanted, &slice};
    sibling.shape.topk = (*numbers)[0];
    sibling.shape.experts = (*numbers)[1];
    sibling.shape.hidden = (*numbers)[2];
    sibling.shape.inter = (*numbers)[3];
    sibling.shape.quant = quant;
    found.push_back(std::move(sibling));
  }
  std::ranges::sort(found, {}, order_of);
  return found;
}

std::vector<MoeQuant> ExpertsTable::formats() const {
  std::vector<MoeQuant> formats;
  if (!has_rows()) return formats;
  for (const Slice& slice : table_->slices) {
    const auto quant = quant_from_name<MoeQuant>(slice.key.substr(0, slice.key.find('|')));
    if (quant.has_value() && std::ranges::find(formats, *quant) == formats.end()) formats.push_back(*quant);
  }
  return formats;
}

}  // namespace dynamo::perf

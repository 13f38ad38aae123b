#include "dynamo/profiler/what_if.h"

#include <algorithm>
#include <array>
#include <utility>

#include "dynamo/profiler/request_flags.h"
#include "text/number_text.h"

namespace dynamo {
namespace {

constexpr std::size_t kMostRows = 1000;

struct Size {
  std::string_view name;
  std::vector<int> LayoutSizes::* list;
};
constexpr std::array kSizes = {Size{"tp", &LayoutSizes::tp}, Size{"pp", &LayoutSizes::pp}, Size{"dp", &LayoutSizes::dp},
                               Size{"moe-tp", &LayoutSizes::moe_tp}, Size{"moe-ep", &LayoutSizes::moe_ep}};

const Size* size_named(std::string_view path) {
  const auto found = std::ranges::find(kSizes, path, &Size::name);
  return found == kSizes.end() ? nullptr : &*found;
}

/// A request and the layouts it may use.
struct Setting {
  Document document;
  LayoutSizes sizes;
};

std::expected<void, Diagnostics> apply(const std::string& path, const std::string& value, Setting& setting) {
  if (const Size* size = size_named(path)) {
    constexpr std::int64_t kWidest = 1024;
    const auto number = parse_int(value);
    if (!number || *number < 1 || *number > kWidest) {
      return std::unexpected(one_error(DiagnosticCode::kInvalid, "whatif.size", "--" + path + " " + value + " is no size",
                                       "a whole number from 1 to 1024"));
    }
    setting.sizes.*size->list = {static_cast<int>(*number)};
    return {};
  }
  auto changed = with_field(std::move(setting.document), path, value);
  if (!changed) return std::unexpected(changed.error());
  setting.document = std::move(*changed);
  return {};
}

/// Only when no layout of the sizes asked for can run: the search's own fallback knows nothing of sizes.
void refuse_other_sizes(WhatIfRow& row) {
  row.report.reset();
  row.diagnostics.append(one_error(DiagnosticCode::kUnsupported, "whatif.sizes", "no layout of these sizes can run",
                                   "tensor sizes divide the attention heads and fit the GPU budget"));
}

WhatIfRow run(Setting setting, const TableStore& tables, ProfileOptions options) {
  WhatIfRow row;
  options.sizes = std::move(setting.sizes);
  ValidateResult checked = check_document(setting.document, options.validate);
  row.diagnostics = std::move(checked.diagnostics);
  row.request = std::move(checked.request);
  if (!row.request) return row;
  auto report = decide(*row.request, tables, options);
  if (!report) {
    row.diagnostics.append(report.error());
    return row;
  }
  row.report = std::move(*report);
  if (row.report->naive && options.sizes.restricts()) refuse_other_sizes(row);
  return row;
}

/// In units no larger than the budget, of which there may be any number.
std::optional<Pick> carrier_of(const WhatIfRow& row, const WhatIf& result, const TableStore& tables, ProfileOptions options,
                              LayoutSizes sizes) {
  if (!row.report || !row.report->chosen || row.report->naive) return std::nullopt;
  ValidatedRequest request = *row.request;
  request.request_rate = result.request_rate;
  request.concurrency = result.concurrency;
  request.picking = PickingMode::kLoadMatch;
  options.any_number_of_units = true;
  options.sizes = std::move(sizes);
  const auto report = decide(request, tables, options);
  if (!report || !report->chosen || report->naive || !report->sla_met) return std::nullopt;
  return report->chosen;
}

/// The load of the request, else what its pick can carry.
void fix_load(WhatIf& result) {
  const WhatIfRow& base = result.baseline;
  if (!base.request) return;
  result.request_rate = base.request->request_rate;
  result.concurrency = base.request->concurrency;
  if (result.request_rate || result.concurrency || !base.report || !base.report->chosen || base.report->naive) return;
  result.request_rate = base.report->chosen->unit.seq_per_s * base.report->chosen->replicas;
}

/// Counts through all combinations, the last variation fastest. False after the last one.
bool advance(std::vector<std::size_t>& digits, const std::vector<Variation>& variations) {
  for (std::size_t i = digits.size(); i-- > 0;) {
    if (++digits[i] < variations[i].values.size()) return true;
    digits[i] = 0;
  }
  return false;
}

}  // namespace

Diagnostics check_variations(const Document& document, const std::vector<Variation>& variations) {
  Diagnostics problems;
  std::size_t rows = 1;
  std::vector<std::string> seen;
  for (const Variation& variation : variations) {
    if (std::ranges::find(seen, variation.path) != seen.end()) {
      problems.append(one_error(DiagnosticCode::kDuplicate, "whatif.variation", variation.path + " is varied twice",
                                "give all its values at once: " + variation.path + "=1,2,3"));
    }
    seen.push_back(variation.path);
    rows = std::min(rows * std::max<std::size_t>(variation.values.size(), 1), kMostRows + 1);
    for (const std::string& value : variation.values) {
      Setting setting{document, {}};
      if (const auto applied = apply(variation.path, value, setting); !applied) {
        problems.append(applied.error());
        if (applied.error().items().front().rule == "field.path") break;   // the same for every value
      }
    }
  }
  if (rows > kMostRows) {
    problems.append(one_error(DiagnosticCode::kTooLarge, "whatif.rows", "more than 1,000 combinations", "vary fewer values"));
  }
  return problems;
}

std::expected<WhatIf, Diagnostics> what_if(const Document& document, const TableStore& tables, const WhatIfOptions& options) {
  if (Diagnostics problems = check_variations(document, options.variations); problems.has_errors()) return std::unexpected(std::move(problems));
  ProfileOptions profile = options.profile;
  if (!profile.memory) profile.memory = make_search_memory();
  WhatIf result;
  result.baseline = run({document, {}}, tables, profile);
  fix_load(result);
  if (options.gpus_needed) result.baseline.carrier = carrier_of(result.baseline, result, tables, profile, {});
  std::vector<std::size_t> digits(options.variations.size(), 0);
  if (digits.empty()) return result;
  do {
    Setting setting{document, {}};
    std::vector<std::string> values;
    for (std::size_t i = 0; i < digits.size(); ++i) {
      const Variation& variation = options.variations[i];
      values.push_back(variation.values[digits[i]]);
      static_cast<void>(apply(variation.path, values.back(), setting));   // checked above
    }
    const LayoutSizes sizes = setting.sizes;
    WhatIfRow row = run(std::move(setting), tables, profile);
    row.values = std::move(values);
    if (options.gpus_needed) row.carrier = carrier_of(row, result, tables, profile, sizes);
    result.rows.push_back(std::move(row));
  } while (advance(digits, options.variations));
  return result;
}

}  // namespace dynamo

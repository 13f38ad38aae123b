#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/profile.h"

namespace dynamo {

/// Something that is tried with several values: a field of the request (`sla.itl`), or a size of the layouts (`tp`, `pp`, `dp`,
/// `moe-tp`, `moe-ep`).
struct Variation {
  std::string path;
  std::vector<std::string> values;   ///< as written
};

/// `sla.itl=15,20`.
[[nodiscard]] std::expected<Variation, Diagnostics> parse_variation(std::string_view text);
/// `sla.itl=5:50:5`: first, last (included) and step. At most 200 values.
[[nodiscard]] std::expected<Variation, Diagnostics> parse_sweep(std::string_view text);

/// Everything that is wrong with the values of `variations` for that request.
[[nodiscard]] Diagnostics check_variations(const Document& document, const std::vector<Variation>& variations);

struct WhatIfOptions {
  ProfileOptions profile;
  std::vector<Variation> variations; ///< every combination is a row
  bool gpus_needed = false;          ///< also how many GPUs carry the load of the request, or what the baseline's pick can carry
};

/// The request with one combination of values, and what it leads to.
struct WhatIfRow {
  std::vector<std::string> values;   ///< of the variations, in their order; empty for the baseline
  std::optional<ValidatedRequest> request;
  std::optional<PickReport> report;  ///< absent: `diagnostics` say why
  Diagnostics diagnostics;
  std::optional<Pick> carrier;       ///< the fewest GPUs that carry the load within the SLA; absent: not asked, or out of reach
};

struct WhatIf {
  WhatIfRow baseline;                ///< the request as it is
  std::vector<WhatIfRow> rows;
  std::optional<double> request_rate, concurrency;   ///< the load that `gpus_needed` carries
};

/// The request as it is and with every combination of values. Rows share what their searches evaluate. Errors: variations that no
/// row could be made of, all of them at once.
[[nodiscard]] std::expected<WhatIf, Diagnostics> what_if(const Document& document, const TableStore& tables,
                                                         const WhatIfOptions& options);

}  // namespace dynamo

#pragma once

#include "rules/report.h"

namespace dynamo {

// One function per object of the API. Each reports what is wrong and fills its part of the request.

void check_identity(Report& report);  // metadata as decoded, model, image, versions
void check_strategy(Report& report);  // searchStrategy, backend, autoApply
void check_hardware(Report& report);
void check_workload(Report& report);
void check_sla(Report& report);
void check_model_cache(Report& report);
void check_features(Report& report);
void check_overrides(Report& report);

// Rules that need several of the above: what picks, and what does not fit together.
void check_combinations(Report& report);

}  // namespace dynamo

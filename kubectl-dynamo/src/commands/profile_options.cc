#include "commands/profile_options.h"

#include <unistd.h>

#include "io/console.h"
#include "io/environment.h"
#include "io/finding.h"

namespace dynamo::cli {

DatabaseMode database_mode(const std::string& name) {
  if (name == "hybrid") return DatabaseMode::kHybrid;
  if (name == "empirical") return DatabaseMode::kEmpirical;
  if (name == "sol") return DatabaseMode::kSol;
  if (name == "silicon") return DatabaseMode::kSilicon;
  return DatabaseMode::kAuto;
}

GpuPrices gpu_prices(const std::vector<std::string>& texts, Diagnostics& problems) {
  GpuPrices prices;
  for (const std::string& text : texts) {
    if (const auto added = add_gpu_price(text, prices); !added) problems.append(added.error());
  }
  return prices;
}

Diagnostics check_prices(const GpuPrices& prices, const ValidatedRequest& request) {
  if (prices.empty() || request.system == nullptr || prices.of(request.system->name)) return {};
  const std::string& gpu = request.system->name;
  Diagnostic warning = finding(DiagnosticCode::kRequired, "price.missing", "no --gpu-price is of " + gpu + ": costs are left out",
                               "--gpu-price " + gpu + "=2.49, or 2.49 for every GPU");
  warning.severity = Severity::kWarning;
  return findings(std::move(warning));
}

Findings check_requests(const Requests& requests, const ValidateOptions& options) {
  Findings findings;
  findings.append(requests.diagnostics());
  for (std::size_t i = 0; i < requests.documents().size(); ++i) {
    findings.append(check_document(requests.documents()[i], options).diagnostics, requests.about(i));
  }
  return findings;
}

void warn_without_tables(const TableStore& tables) {
  if (!tables.empty()) return;
  Diagnostic warning = finding(DiagnosticCode::kMissingData, "tables.absent",
                               "no measured tables in " + tables.directory().string() + "; going on without them",
                               "kubectl dynamo tables import aiconfigurator_core-0.12.0-*.whl");
  warning.severity = Severity::kWarning;
  print_error(render_diagnostics(findings(std::move(warning)), {}, Style(colour_allowed(STDERR_FILENO))));
}

}  // namespace dynamo::cli

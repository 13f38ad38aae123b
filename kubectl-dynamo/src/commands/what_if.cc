#include "dynamo/profiler/what_if.h"

#include <algorithm>

#include "commands/commands.h"
#include "commands/profile_options.h"
#include "dynamo/profiler/document_io.h"
#include "io/console.h"
#include "io/environment.h"
#include "io/model_files.h"
#include "io/requests.h"
#include "render/report_value.h"
#include "render/tree.h"
#include "render/what_if_table.h"
#include "render/what_if_value.h"

namespace dynamo::cli {
namespace {

/// The variations and prices of a command line; what is wrong with them goes to `problems`.
std::vector<Variation> variations_of(const WhatIfCommand& command, Diagnostics& problems) {
  std::vector<Variation> variations;
  const auto add = [&](std::expected<Variation, Diagnostics> parsed) {
    if (parsed) {
      variations.push_back(std::move(*parsed));
    } else {
      problems.append(parsed.error());
    }
  };
  for (const std::string& text : command.sets) add(parse_variation(text));
  for (const std::string& text : command.sizes) add(parse_variation(text));
  for (const std::string& text : command.sweeps) add(parse_sweep(text));
  return variations;
}

bool answered(const WhatIfRow& row) { return row.report.has_value(); }

/// `backend=foo, sla.itl=15`, as on a command line.
std::string combination_text(const WhatIfRow& row, const std::vector<Variation>& variations) {
  std::string out;
  for (std::size_t i = 0; i < row.values.size(); ++i) out += (i == 0 ? "" : ", ") + variations[i].path + "=" + row.values[i];
  return out;
}

/// What a combination without an answer is told, each said to be of that combination. What the request itself was `told` is not said again.
Diagnostics refusals_of(const WhatIfRow& row, const std::vector<Variation>& variations, const Diagnostics& told) {
  Diagnostics out;
  for (Diagnostic found : row.diagnostics.items()) {
    const auto same = [&](const Diagnostic& other) { return other.path == found.path && other.rule == found.rule && other.reason == found.reason; };
    if (found.severity != Severity::kError || std::ranges::any_of(told.items(), same)) continue;
    // Its place is in what the combination made of the file, not in the file.
    found.mark = {};
    found.source.clear();
    found.reason = "with " + combination_text(row, variations) + ": " + found.reason;
    out.add(std::move(found));
  }
  return out;
}

/// Keys of a varied field that nobody reads: its column would say nothing of what was meant. Once, however many combinations have them.
Diagnostics unknown_keys(const WhatIf& result) {
  Diagnostics out;
  const auto told = [&](const Diagnostic& found) {
    const auto same = [&](const Diagnostic& other) { return other.path == found.path && other.rule == found.rule; };
    return std::ranges::any_of(out.items(), same) || std::ranges::any_of(result.baseline.diagnostics.items(), same);
  };
  for (const WhatIfRow& row : result.rows) {
    for (Diagnostic found : row.diagnostics.items()) {
      if (found.rule != "planner.key.unknown" || told(found)) continue;
      found.mark = {};
      found.source.clear();
      out.add(std::move(found));
    }
  }
  return out;
}

class WhatIfRun {
 public:
  explicit WhatIfRun(const WhatIfCommand& command)
      : command_(command),
        requests_(command.source),
        tables_(tables_directory(command.tables)),
        models_(hugging_face_hub()) {
    options_.profile.validate.perf_version = command.perf_version;
    options_.profile.validate.models = &models_;
    options_.profile.database = database_mode(command.database_mode);
    options_.profile.memory = make_search_memory();
    if (command.objective == "cost") options_.profile.objective = ProfileOptions::Objective::kCost;
    options_.variations = variations_of(command, usage_);
    options_.gpus_needed = !command.sweeps.empty();
    prices_ = gpu_prices(command.prices, usage_);
  }

  ExitCode run() {
    if (usage_.has_errors()) {
      findings_ = check_requests(requests_, options_.profile.validate);
      findings_.append(usage_);
      if (!requests_.documents().empty()) findings_.append(check_variations(requests_.documents().front(), options_.variations));
      return report(findings_, requests_.texts());
    }
    warn_without_tables(tables_);
    findings_.append(requests_.diagnostics());
    ExitCode code = exit_code_of(requests_.diagnostics());
    for (std::size_t i = 0; i < requests_.documents().size(); ++i) {
      code = worse_of(code, compare(requests_.documents()[i], requests_.about(i)));
    }
    report(findings_, requests_.texts());
    return worse_of(code, print(rendered()));
  }

 private:
  ExitCode compare(const Document& document, const std::string& about) {
    const std::expected<WhatIf, Diagnostics> result = what_if(document, tables_, options_);
    if (!result) {
      findings_.append(result.error(), about);
      return exit_code_of(result.error());
    }
    Diagnostics found = result->baseline.diagnostics;
    // That a combination cannot run is an answer beside others. One that is no request at all is a mistake, and so is a question that
    // no combination answers.
    const bool none = answered(result->baseline) && std::ranges::none_of(result->rows, answered);
    for (const WhatIfRow& row : result->rows) {
      if (!row.request || none) found.append(refusals_of(row, options_.variations, result->baseline.diagnostics));
    }
    found.append(unknown_keys(*result));
    findings_.append(found, about);
    values_.push_back(what_if_value(*result, options_.variations, prices_, document.source));
    return exit_code_of(found);
  }

  std::string rendered() const {
    if (values_.empty()) return {};
    if (command_.output == OutputFormat::kTable) {
      const Style style = output_style();
      std::string out;
      for (const Value& value : values_) {
        if (!out.empty()) out += "\n";
        if (values_.size() > 1) out += style(Ink::kBold, "== " + text_at(value, {"name"})) + "\n";
        out += options_.gpus_needed ? render_sweep(value, style) : render_what_if(value, style);
      }
      return out;
    }
    const Value all = report_list(values_, "WhatIfList");
    return command_.output == OutputFormat::kYaml ? write_yaml(all) : write_json(all, JsonStyle::kIndented) + "\n";
  }

  const WhatIfCommand& command_;
  Requests requests_;
  TableStore tables_;
  ModelFiles models_;
  WhatIfOptions options_;
  GpuPrices prices_;
  Diagnostics usage_;
  Findings findings_;
  std::vector<Value> values_;
};

}  // namespace

ExitCode run(const WhatIfCommand& command) { return WhatIfRun(command).run(); }

}  // namespace dynamo::cli

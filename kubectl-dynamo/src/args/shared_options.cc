#include "args/shared_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <type_traits>

namespace dynamo::cli {
namespace {

const std::map<std::string, OutputFormat> kAllFormats = {{"table", OutputFormat::kTable},
                                                         {"wide", OutputFormat::kWide},
                                                         {"json", OutputFormat::kJson},
                                                         {"yaml", OutputFormat::kYaml},
                                                         {"name", OutputFormat::kName}};

}  // namespace

void add_request(CLI::App& app, RequestSource& source) {
  app.add_option("-f,--filename", source.files, "request: a file, a directory or - for stdin; may be repeated")
      ->type_name("FILE")
      ->expected(1)
      ->take_all();
  app.add_flag("-R,--recursive", source.recursive, "descend into directories given with -f");
  for (const RequestField& field : kRequestFields) add_field(app, field, source.fields, &source.has_fields);
}

void require_source(const RequestSource& source, const std::string& command) {
  if (source.files.empty() && !source.has_fields) {
    throw CLI::ValidationError(command,
                               "needs a request: -f FILE, or at least --model MODEL --gpu GPU --gpus N");
  }
}

void add_field(CLI::App& app, const RequestField& field, FlagValues& fields, bool* given) {
  std::visit(
      [&](auto member) {
        using Text = typename std::remove_reference_t<decltype(fields.*member)>::value_type;
        app.add_option_function<Text>(
               field.flag,
               [&fields, given, member](const Text& value) {
                 fields.*member = value;
                 if (given != nullptr) *given = true;
               },
               field.help)
            ->type_name("")
            ->group("Fields of the request (they win over the file)");
      },
      field.target);
}

void add_data(CLI::App& app, std::string& perf_version, std::string& database_mode) {
  add_perf_version(app, perf_version);
  app.add_option("--database-mode", database_mode, "auto (default: measured, else per kernel the next tier), silicon, hybrid, empirical or sol")
      ->check(CLI::IsMember({"silicon", "hybrid", "empirical", "sol", "auto"}, CLI::ignore_case))
      ->type_name("MODE");
}

void add_perf_version(CLI::App& app, std::string& perf_version) {
  app.add_option("--perf-version", perf_version, "tables: current, next, previous or a version")->type_name("VERSION");
}

void add_tables(CLI::App& app, std::string& directory) {
  app.add_option("--tables", directory, "directory of the measured tables (also $DYNAMO_TABLES)")->type_name("DIR");
}

void add_prices(CLI::App& app, std::vector<std::string>& prices) {
  app.add_option("--gpu-price", prices, "price of a GPU for an hour: 2.49, or h200_sxm=2.49 for one kind; may be repeated")
      ->type_name("[GPU=]PRICE")
      ->expected(1)
      ->take_all();
}

void add_objective(CLI::App& app, std::string& objective) {
  app.add_option("--objective", objective, "what wins without a load: throughput of the whole budget, or cost of a token")
      ->check(CLI::IsMember({"throughput", "cost"}))
      ->type_name("WHAT");
}

void add_answer(CLI::App& app, AnswerOptions& to) {
  add_prices(app, to.prices);
  add_objective(app, to.objective);
  add_data(app, to.perf_version, to.database_mode);
  add_tables(app, to.tables);
}

void add_output(CLI::App& app, OutputFormat& format, const std::vector<std::string>& names) {
  std::string choices;
  for (const std::string& name : names) choices += (choices.empty() ? "" : "|") + name;
  app.add_option_function<std::string>(
         "-o,--output",
         [&format, names, choices](const std::string& text) {
           if (std::find(names.begin(), names.end(), text) == names.end()) {
             throw CLI::ValidationError("-o", "unknown output format \"" + text + "\"; one of " + choices);
           }
           format = kAllFormats.at(text);
         },
         "output format: " + choices)
      ->type_name("FORMAT");
}

void add_files(CLI::App& app, std::vector<std::string>& files, const std::string& what) {
  app.add_option("-f,--filename", files, what + ": a file, a directory or - for stdin; may be repeated")
      ->type_name("FILE")
      ->expected(1)
      ->take_all();
}

}  // namespace dynamo::cli

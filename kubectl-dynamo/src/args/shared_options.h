#pragma once

#include <string>
#include <vector>

#include "args/options.h"
#include "args/request_fields.h"

namespace CLI {
class App;
}

namespace dynamo::cli {

// Options that several commands have, each under one name and one help text.

/// The request: `-f`, `-R` and its everyday fields.
void add_request(CLI::App& app, RequestSource& source);
/// Throws as CLI11 does where neither files nor fields were given.
void require_source(const RequestSource& source, const std::string& command);
/// A flag that writes `field`; `given` becomes true with it.
void add_field(CLI::App& app, const RequestField& field, FlagValues& fields, bool* given = nullptr);

/// Which measurements answer, and what happens without.
void add_data(CLI::App& app, std::string& perf_version, std::string& database_mode);
void add_perf_version(CLI::App& app, std::string& perf_version);
void add_tables(CLI::App& app, std::string& directory);

/// Prices are the user's own; none are built in.
void add_prices(CLI::App& app, std::vector<std::string>& prices);
void add_objective(CLI::App& app, std::string& objective);

/// What an answer costs, is ranked by and is made from; its form is up to the command.
void add_answer(CLI::App& app, AnswerOptions& to);

/// Adds `-o` restricted to `names`; an error names the choices as kubectl does.
void add_output(CLI::App& app, OutputFormat& format, const std::vector<std::string>& names);

/// Files, directories or stdin with something other than a request.
void add_files(CLI::App& app, std::vector<std::string>& files, const std::string& what);

}  // namespace dynamo::cli

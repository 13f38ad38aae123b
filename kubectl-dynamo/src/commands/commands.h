#pragma once

#include "args/options.h"
#include "exit_code.h"

namespace dynamo::cli {

// One function per command: data to stdout, everything else to stderr.
[[nodiscard]] ExitCode run(const ProfileCommand& command);
[[nodiscard]] ExitCode run(const WhatIfCommand& command);
[[nodiscard]] ExitCode run(const ValidateCommand& command);
/// `validate --admission`.
[[nodiscard]] ExitCode run_admission(const ValidateCommand& command);
[[nodiscard]] ExitCode run(const EstimateCommand& command);
[[nodiscard]] ExitCode run(const TablesCommand& command);
[[nodiscard]] ExitCode run(const WebhookManifestCommand& command);
[[nodiscard]] ExitCode run(const VersionCommand& command);
[[nodiscard]] ExitCode run(const CompleteCommand& command);
[[nodiscard]] ExitCode run(const CompletionCommand& command);
[[nodiscard]] ExitCode run(const PrintAndExit& command);

/// Answers every line of `source` (a file or `-`) on stdout, in order, as lines arrive.
[[nodiscard]] ExitCode run_cases(const std::string& source, const std::string& tables);

}  // namespace dynamo::cli

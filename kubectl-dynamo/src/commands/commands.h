#pragma once

#include <string>

#include "args/options.h"
#include "dynamo/profiler/profile.h"
#include "exit_code.h"

namespace dynamo::cli {

// One function per command: data to stdout, everything else to stderr.
[[nodiscard]] ExitCode run(const ProfileCommand& command);
[[nodiscard]] ExitCode run(const WhatIfCommand& command);
[[nodiscard]] ExitCode run(const ExplainCommand& command);
/// `profile --config`: in place of the Python profiling Job.
[[nodiscard]] ExitCode run_job(const ProfileCommand& command);
/// The status file of a Job whose arguments are refused with `text`.
void record_usage_error(const std::string& directory, const std::string& text);
[[nodiscard]] ExitCode run(const LintCommand& command);
[[nodiscard]] ExitCode run(const ValidateCommand& command);
/// `validate --admission`.
[[nodiscard]] ExitCode run_admission(const ValidateCommand& command);
[[nodiscard]] ExitCode run(const EstimateCommand& command);
/// `estimate` of flags or deployments.
[[nodiscard]] ExitCode run_setup(const EstimateCommand& command);
[[nodiscard]] ExitCode run(const SupportCommand& command);
[[nodiscard]] ExitCode run(const TablesCommand& command);
[[nodiscard]] ExitCode run(const WebhookManifestCommand& command);
[[nodiscard]] ExitCode run(const VersionCommand& command);
[[nodiscard]] ExitCode run(const CompleteCommand& command);
[[nodiscard]] ExitCode run(const CompletionCommand& command);
[[nodiscard]] ExitCode run(const PrintAndExit& command);

/// What the flags of `profile` ask of the library; `validate.models` is the caller's.
[[nodiscard]] ProfileOptions profile_options(const ProfileCommand& command);

/// Answers every line of `source` (a file or `-`) on stdout, in order, as lines arrive.
[[nodiscard]] ExitCode run_cases(const std::string& source, const std::string& tables);

}  // namespace dynamo::cli

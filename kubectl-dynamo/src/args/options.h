#pragma once

#include <string>
#include <variant>
#include <vector>

#include "dynamo/profiler/request_flags.h"

namespace dynamo::cli {

enum class OutputFormat { kTable, kWide, kJson, kYaml, kName };

/// The request as the command line names it: documents from files, everyday fields as flags.
struct RequestSource {
  std::vector<std::string> files;    ///< files, directories or `-`; empty = the flags alone are the request
  bool recursive = false;
  FlagValues fields;                 ///< they win over the document
  bool has_fields = false;
};

/// What every answer about a request depends on, and the form it has.
struct AnswerOptions {
  std::vector<std::string> prices;   ///< of GPUs, by the hour
  std::string objective = "throughput";
  OutputFormat output = OutputFormat::kTable;
  std::string tables;                ///< empty = default directory
  std::string perf_version = "current";
  std::string database_mode = "auto";
};

struct ProfileCommand {
  RequestSource source;
  std::string cases;                 ///< file or `-`; empty = no case run
  OutputFormat output = OutputFormat::kTable;
  std::string output_dir;
  std::string tables;                ///< empty = default directory
  std::string perf_version = "current";
  std::string database_mode = "auto";
  std::string dgd_api_version;       ///< v1alpha1 or v1beta1; empty = that of the base deployment, else v1alpha1
  std::string runtime_version;       ///< Dynamo release in the images; empty = their tag
  bool strict_sla = false;
  std::vector<std::string> prices;   ///< of GPUs, by the hour
  std::string objective = "throughput";
  std::string report;                ///< HTML file to write; empty = none
  bool preview = false;              ///< the deployment rather than the report
  bool show_overrides = false;       ///< what spec.overrides changes, as a diff
  // In place of the Python profiling Job.
  std::string config;                ///< file or inline JSON; empty = not a Job
  int deployment_timeout_s = 3600;
  int prefill_granularity = 16;
  int decode_granularity = 6;
  bool dry_run = false;
  std::string repeat;                ///< the command as typed without its output, for the "next step" line
  std::string explain;               ///< the command that says why
};

/// Why a request gets the layout it gets.
struct ExplainCommand : AnswerOptions {
  RequestSource source;
  std::vector<std::string> reports;      ///< saved explanations to show again; they stand for the request
  std::vector<std::string> sections;     ///< names of parts; empty = the first screen
  std::vector<std::string> candidates;   ///< "why not this one?"
  std::string html;                      ///< page to write as well; empty = none
};

/// One request beside its variations.
struct WhatIfCommand : AnswerOptions {
  RequestSource source;
  std::vector<std::string> sets;     ///< `sla.itl=15,20`
  std::vector<std::string> sweeps;   ///< `sla.itl=5:50:5`; at most one
  std::vector<std::string> sizes;    ///< of layouts, as `tp=2,4`
};

struct ValidateCommand {
  RequestSource source;
  OutputFormat output = OutputFormat::kTable;
  std::string perf_version = "current";
  // What the admission webhook would answer instead.
  bool admission = false;
  std::string old;                   ///< file with the object that is updated; empty = a new one
  std::string immutability = "strict";
  std::string enforce;               ///< `feasibility` or empty
  std::string default_image;
  bool no_gpu_discovery = false;
  bool newer_operator = false;
  std::string tables;
};

struct LintCommand {
  std::vector<std::string> files;
  bool recursive = false;
  int total_gpus = 0;                ///< 0 = no budget
  OutputFormat output = OutputFormat::kTable;
};

/// Case files, a deployment, or one configuration in flags.
struct EstimateCommand {
  std::string cases;                 ///< file or `-`; empty = no case run
  std::vector<std::string> files;    ///< deployments
  FlagValues fields;                 ///< model, GPU, backend, workload and targets
  std::string worker;                ///< of aggregated workers, as `tp=4,batch=64`
  std::string prefill, decode;       ///< likewise, disaggregated
  std::vector<std::string> prices;
  OutputFormat output = OutputFormat::kTable;
  std::string tables;
  std::string perf_version = "current";
  std::string database_mode = "auto";
};

/// Where predictions are measured, modelled or naive.
struct SupportCommand {
  std::vector<std::string> models, gpus, backends;   ///< filters; empty = all, by family
  OutputFormat output = OutputFormat::kTable;
  std::string perf_version = "current";
  std::string tables;
};

enum class TablesAction { kImport, kList, kVerify };

struct TablesCommand {
  TablesAction action = TablesAction::kList;
  std::string source;                ///< wheel or directory to import
  std::string tables;
  OutputFormat output = OutputFormat::kTable;
};

/// Prints what installs the admission webhook.
struct WebhookManifestCommand {
  std::string certificates = "self-managed";   ///< cert-manager, external or self-managed
  std::string name_space;                      ///< empty = the manifest's own
  std::string image;                           ///< empty = the manifest's own
};

struct VersionCommand {
  OutputFormat output = OutputFormat::kTable;
};

/// Candidates for the word being typed, in kubectl's completion protocol.
struct CompleteCommand {
  std::vector<std::string> words;
};

/// The script that lets kubectl complete this plugin.
struct CompletionCommand {};

/// Text that answers the call by itself: help (code 0) or a usage error (code 2).
struct PrintAndExit {
  std::string text;
  bool usage_error = false;
};

using Command = std::variant<ProfileCommand, ExplainCommand, LintCommand, WhatIfCommand, ValidateCommand, EstimateCommand, SupportCommand,
                             TablesCommand, WebhookManifestCommand,
                             VersionCommand, CompleteCommand, CompletionCommand, PrintAndExit>;

}  // namespace dynamo::cli

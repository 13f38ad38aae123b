#include "config/settings.h"

#include <algorithm>

namespace dynamo::webhook {
namespace {

template <auto Member>
constexpr Setting setting(std::string_view flag, std::string_view key, std::string_view group, std::string_view type,
                          std::string_view help) {
  return {flag,
          key,
          group,
          type,
          help,
          [](Config& config, std::string_view text) { return parse(text, config.*Member); },
          [](const Config& config) { return format(config.*Member); }};
}

constexpr std::string_view kFeasibility = "feasibility", kEnforce = "enforce";   ///< as flags and as keys

Parsed enforce(Config& config, std::string_view text) {
  if (text.empty()) return {};
  if (text != "feasibility") return std::unexpected("feasibility, or nothing");
  config.feasibility = Feasibility::kDeny;
  return {};
}

std::string enforced(const Config& config) { return config.feasibility == Feasibility::kDeny ? "feasibility" : ""; }

constexpr std::string_view kAddresses = "Addresses";
constexpr std::string_view kCertificates = "Certificates";
constexpr std::string_view kAdmission = "Admission";
constexpr std::string_view kLimits = "Limits";
constexpr std::string_view kShutdown = "Shutdown and logs";

constexpr Setting kSettings[] = {
    setting<&Config::bind_address>("bind-address", "bindAddress", kAddresses, "IP",
                                   "address of the TLS port; empty: every address"),
    setting<&Config::port>("port", "port", kAddresses, "PORT", "TLS port; 0: any free one, which the log names"),
    setting<&Config::ops_bind_address>("ops-bind-address", "opsBindAddress", kAddresses, "IP",
                                       "address of the plain HTTP port"),
    setting<&Config::ops_port>("ops-port", "opsPort", kAddresses, "PORT",
                               "plain HTTP port of /livez, /readyz, /metrics, /version; 0: any free one"),

    setting<&Config::certificates>("certificates", "certificates", kCertificates, "ORIGIN",
                                   "files: the two below, renewed by others; self-managed: by our own authority in the cluster"),
    setting<&Config::service>("service", "service", kCertificates, "NAME", "self-managed: Service that the API server calls"),
    setting<&Config::service_account>("service-account", "serviceAccount", kCertificates, "DIR",
                                      "self-managed: folder of the pod's token, ca.crt and namespace"),
    setting<&Config::certificate_life>("certificate-life", "certificateLife", kCertificates, "TIME",
                                       "self-managed: life of a serving certificate; renewed after two thirds"),
    setting<&Config::authority_life>("authority-life", "authorityLife", kCertificates, "TIME",
                                     "self-managed: life of the authority; its successor is made after two thirds"),
    setting<&Config::authority_overlap>("authority-overlap", "authorityOverlap", kCertificates, "TIME",
                                        "self-managed: a new authority is trusted so long before it signs"),
    setting<&Config::tls_cert_file>("tls-cert-file", "tlsCertFile", kCertificates, "FILE", "serving certificate with its chain"),
    setting<&Config::tls_key_file>("tls-key-file", "tlsKeyFile", kCertificates, "FILE", "key of the serving certificate"),
    setting<&Config::client_ca_file>("client-ca-file", "clientCAFile", kCertificates, "FILE",
                                     "require client certificates of these authorities"),
    setting<&Config::client_names>("client-names", "clientNames", kCertificates, "NAME,…",
                                   "common names that client certificates may have; empty: any"),
    setting<&Config::tls_min_version>("tls-min-version", "tlsMinVersion", kCertificates, "VERSION", "1.2|1.3"),

    setting<&Config::immutability>("immutability", "immutability", kAdmission, "MODE",
                                   "strict: no change of the spec after creation; phase: as the operator, by phase"),
    setting<&Config::feasibility>(kFeasibility, kFeasibility, kAdmission, "MODE",
                                  "what cannot work by the model's estimate: off|warn|deny"),
    Setting{kEnforce, kEnforce, kAdmission, "WHAT", "feasibility: the same as --feasibility=deny", enforce, enforced},
    setting<&Config::gpu_discovery>("gpu-discovery", "gpuDiscovery", kAdmission, "BOOL",
                                    "false: the operator cannot find the GPUs, so requests must name their hardware"),
    setting<&Config::newer_operator>("newer-operator", "newerOperator", kAdmission, "BOOL",
                                     "true: releases after 1.1, which need runtimeVersionOverride beside images without version"),
    setting<&Config::default_image>("default-image", "defaultImage", kAdmission, "IMAGE",
                                    "image that requests without one get; empty: none"),
    setting<&Config::estimate_deadline>("estimate-deadline", "estimateDeadline", kAdmission, "TIME",
                                        "longest estimate; beyond it the request is admitted with a warning"),
    setting<&Config::tables>("tables", "tables", kAdmission, "DIR", "directory of the measured tables (also $DYNAMO_TABLES)"),

    setting<&Config::workers>("workers", "workers", kLimits, "N", "requests judged at once; 0: one per core"),
    setting<&Config::queue_depth>("queue-depth", "queueDepth", kLimits, "N", "requests that may wait; more get 503"),
    setting<&Config::max_connections>("max-connections", "maxConnections", kLimits, "N",
                                      "open connections; beyond, the longest idle one is closed"),
    setting<&Config::max_body>("max-body", "maxBody", kLimits, "BYTES", "largest request body; larger get 413"),
    setting<&Config::max_buffered>("max-buffered", "maxBuffered", kLimits, "BYTES",
                                   "all request bodies in memory together; beyond, 503"),
    setting<&Config::handshake_timeout>("handshake-timeout", "handshakeTimeout", kLimits, "TIME", "whole TLS handshake"),
    setting<&Config::header_timeout>("header-timeout", "headerTimeout", kLimits, "TIME", "whole request head, from its first byte"),
    setting<&Config::body_timeout>("body-timeout", "bodyTimeout", kLimits, "TIME", "whole request body"),
    setting<&Config::write_timeout>("write-timeout", "writeTimeout", kLimits, "TIME", "whole response"),
    setting<&Config::idle_timeout>("idle-timeout", "idleTimeout", kLimits, "TIME",
                                   "between requests; longer than the API server's 90s"),

    setting<&Config::shutdown_delay>("shutdown-delay", "shutdownDelay", kShutdown, "TIME",
                                     "after SIGTERM go on serving, not ready, so that clients move away"),
    setting<&Config::shutdown_timeout>("shutdown-timeout", "shutdownTimeout", kShutdown, "TIME",
                                       "then wait for running requests, at most"),
    setting<&Config::log_level>("log-level", "logLevel", kShutdown, "LEVEL", "debug|info|warning|error"),
};

}  // namespace

std::span<const Setting> settings() { return kSettings; }

std::string contradiction(std::span<const Given> given, bool as_flags) {
  const auto text_of = [&](std::string_view flag) {
    const auto found = std::ranges::find(given, flag, [](const Given& one) { return one.setting->flag; });
    return found == given.end() ? std::string() : found->text;
  };
  const std::string enforced = text_of(kEnforce), mode = text_of(kFeasibility);
  Config config;
  if (enforced.empty() || mode.empty() || !parse(mode, config.feasibility) || config.feasibility == Feasibility::kDeny) return {};
  const auto spelled = [&](std::string_view name, std::string_view text) {
    return as_flags ? "--" + std::string(name) + " " + std::string(text) : std::string(name) + ": " + std::string(text);
  };
  return spelled(kEnforce, enforced) + " means " + spelled(kFeasibility, "deny") + ", but " +
         spelled(kFeasibility, format(config.feasibility)) + " is given too; leave one of them out";
}

}  // namespace dynamo::webhook

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ops/log.h"

namespace dynamo::webhook {

using Duration = std::chrono::milliseconds;

/// A number of bytes, written as `7Mi`.
struct Bytes {
  std::size_t count = 0;
};

enum class TlsVersion { k12, k13 };
enum class Feasibility { kOff, kWarn, kDeny };
enum class CertificateOrigin { kFiles, kSelfManaged };
enum class ImmutabilityMode { kStrict, kPhase };

/// Everything that can be set, by flag or in the configuration file. config/settings.cc names and explains each.
struct Config {
  // Addresses
  std::string bind_address;               ///< empty = every address, IPv6 and IPv4
  std::uint16_t port = 9443;
  std::string ops_bind_address;
  std::uint16_t ops_port = 8080;          ///< 0 = no such port

  // Certificates
  CertificateOrigin certificates = CertificateOrigin::kFiles;
  std::string service = "dynamo-webhook"; ///< self-managed: the Service by which the API server calls us
  std::string service_account = "/var/run/secrets/kubernetes.io/serviceaccount";
  Duration certificate_life{std::chrono::hours(7 * 24)};
  Duration authority_life{std::chrono::hours(365 * 24)};
  Duration authority_overlap{std::chrono::minutes(10)};
  std::string tls_cert_file = "/etc/dynamo-webhook/tls/tls.crt";
  std::string tls_key_file = "/etc/dynamo-webhook/tls/tls.key";
  std::string client_ca_file;
  std::vector<std::string> client_names;  ///< accepted common names of client certificates; empty = any
  TlsVersion tls_min_version = TlsVersion::k12;

  // Admission
  ImmutabilityMode immutability = ImmutabilityMode::kStrict;
  Feasibility feasibility = Feasibility::kWarn;
  bool gpu_discovery = true;
  bool newer_operator = false;            ///< of the releases after 1.1
  std::string default_image;
  Duration estimate_deadline{1000};
  std::string tables;                     ///< directory of the measured tables

  // Limits
  std::size_t workers = 0;                ///< 0 = one per core
  std::size_t queue_depth = 256;
  std::size_t max_connections = 1024;
  Bytes max_body{std::size_t{7} << 20};
  Bytes max_buffered{std::size_t{64} << 20};
  Duration handshake_timeout{5000};
  Duration header_timeout{5000};
  Duration body_timeout{10000};
  Duration write_timeout{10000};
  Duration idle_timeout{120000};

  // Shutdown
  Duration shutdown_delay{15000};
  Duration shutdown_timeout{30000};

  LogLevel log_level = LogLevel::kInfo;
};

}  // namespace dynamo::webhook

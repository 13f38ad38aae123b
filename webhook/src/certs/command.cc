#include "certs/command.h"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <string_view>

#include "certs/authority.h"
#include "certs/base64.h"
#include "certs/self_managed.h"
#include "dynamo/profiler/document_io.h"

namespace dynamo::webhook {
namespace {

namespace fs = std::filesystem;

struct CertsOptions {
  std::string service = "dynamo-webhook";
  std::string name_space = "dynamo-admission";
  std::vector<std::string> more_names;
  std::string secret = "dynamo-webhook-tls";
  int days = 365;
  std::string out;
};

struct Issued {
  std::string authority_pem;   ///< its key is thrown away: nobody can sign with it again
  KeyPair leaf;
};

std::expected<Issued, std::string> issue(const CertsOptions& options) {
  const TimePoint now = std::chrono::system_clock::now();
  const std::chrono::days life(options.days);
  const auto authority = make_authority("dynamo-webhook-ca", now, life);
  if (!authority) return std::unexpected(authority.error());
  std::vector<std::string> names = service_names(options.service, options.name_space);
  names.insert(names.end(), options.more_names.begin(), options.more_names.end());
  auto leaf = issue_leaf(*authority, names, now, life);
  if (!leaf) return std::unexpected(leaf.error());
  return Issued{authority->certificate_pem, std::move(*leaf)};
}

std::string secret_yaml(const CertsOptions& options, const Issued& issued) {
  Value metadata, data, secret;
  metadata.set("name", options.secret);
  metadata.set("namespace", options.name_space);
  data.set("ca.crt", to_base64(issued.authority_pem));
  data.set("tls.crt", to_base64(issued.leaf.certificate_pem));
  data.set("tls.key", to_base64(issued.leaf.key_pem));
  secret.set("apiVersion", "v1");
  secret.set("kind", "Secret");
  secret.set("metadata", std::move(metadata));
  secret.set("type", "kubernetes.io/tls");
  secret.set("data", std::move(data));
  return write_yaml(secret);
}

/// A JSON patch for `kubectl patch --type=json --patch-file`.
std::string bundle_patch(const Issued& issued) {
  Value operation, patch;
  operation.set("op", "add");
  operation.set("path", "/webhooks/0/clientConfig/caBundle");
  operation.set("value", to_base64(issued.authority_pem));
  patch.push(std::move(operation));
  return write_json(patch) + "\n";
}

/// For the owner's eyes only, from before there is anything to see: a file that others could open once stays open to them.
bool write_file(const fs::path& path, std::string_view text) {
  std::error_code error;
  fs::remove(path, error);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return false;
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::close(file) == 0 && text.empty();
}

int write_files(const CertsOptions& options, const Issued& issued) {
  std::error_code error;
  fs::create_directories(options.out, error);
  const std::pair<const char*, std::string> files[] = {{"ca.crt", issued.authority_pem},
                                                       {"tls.crt", issued.leaf.certificate_pem},
                                                       {"tls.key", issued.leaf.key_pem},
                                                       {"secret.yaml", secret_yaml(options, issued)},
                                                       {"ca-bundle.patch.json", bundle_patch(issued)}};
  for (const auto& [name, text] : files) {
    if (write_file(fs::path(options.out) / name, text)) continue;
    std::cerr << "error: cannot write " << (fs::path(options.out) / name).string() << "\n";
    return 1;
  }
  return 0;
}

int run(const CertsOptions& options) {
  const auto issued = issue(options);
  if (!issued) {
    std::cerr << "error: " << issued.error() << "\n";
    return 1;
  }
  if (!options.out.empty()) return write_files(options, *issued);
  std::cout << "# caBundle: " << to_base64(issued->authority_pem) << "\n" << secret_yaml(options, *issued) << std::flush;
  return std::cout.good() ? 0 : 1;
}

}  // namespace

int run_certs(const std::vector<std::string>& arguments) {
  CertsOptions options;
  CLI::App app("Makes a serving certificate and an authority for it, once. Prints the Secret and, as a comment, the caBundle;\n"
               "with --out writes ca.crt, tls.crt, tls.key, secret.yaml and ca-bundle.patch.json.",
               "dynamo-webhook certs");
  app.set_help_flag("-h,--help", "print this help");
  app.add_option("--service", options.service, "Service of the webhook [" + options.service + "]")->type_name("NAME");
  app.add_option("--namespace", options.name_space, "its namespace [" + options.name_space + "]")->type_name("NAME");
  app.add_option("--dns", options.more_names, "further name or IP address; may be repeated")->type_name("NAME")->expected(1)->take_all();
  app.add_option("--secret", options.secret, "name of the Secret [" + options.secret + "]")->type_name("NAME");
  app.add_option("--days", options.days, "life of both certificates [" + std::to_string(options.days) + "]")
      ->check(CLI::Range(1, 3650))
      ->type_name("N");
  app.add_option("--out", options.out, "write files into this directory")->type_name("DIR");
  app.failure_message(CLI::FailureMessage::simple);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return 0;
  } catch (const CLI::Error& error) {
    std::cerr << "error: " << error.what() << "\nRun dynamo-webhook certs --help for the flags.\n";
    return 2;
  }
  return run(options);
}

}  // namespace dynamo::webhook

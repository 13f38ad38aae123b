#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string_view>

#include "args/subcommands.h"

namespace dynamo::cli {
namespace {

// Checks in CLI11's form: empty where the text is right, else what is wrong.
std::string is_namespace(const std::string& text) {
  const bool edges = !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-';
  const bool letters = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  return edges && letters ? "" : "\"" + text + "\" is no namespace: 1 to 63 of a-z, 0-9 and -, with no - at either end";
}

std::string is_image(const std::string& text) {
  const bool letters = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("./:@_-").find(c) != std::string_view::npos;
  });
  return letters ? "" : "\"" + text + "\" is no image name";
}

}  // namespace

Subcommand add_webhook(CLI::App& root) {
  CLI::App* app = root.add_subcommand("webhook", "Install the admission webhook");
  app->require_subcommand(1);
  const auto to = std::make_shared<WebhookManifestCommand>();
  CLI::App* manifest = app->add_subcommand("manifest", "Print what `kubectl apply -f -` installs");
  manifest->add_option("--certs", to->certificates, "who renews the certificate: self-managed, cert-manager or external")
      ->check(CLI::IsMember({"self-managed", "cert-manager", "external"}))
      ->type_name("WHO");
  manifest->add_option("-n,--namespace", to->name_space, "namespace of the webhook itself")->check(is_namespace)->type_name("NAME");
  manifest->add_option("--image", to->image, "container image of dynamo-webhook")->check(is_image)->type_name("IMAGE");
  return {app, [to](const auto&) -> Command { return *to; }};
}

}  // namespace dynamo::cli

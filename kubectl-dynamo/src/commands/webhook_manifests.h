#pragma once

#include <span>
#include <string_view>

namespace dynamo::cli {

/// What installs the webhook, as kustomize renders manifests/webhook/overlays.
struct WebhookManifest {
  std::string_view certificates;   ///< the overlay
  std::string_view text;
};

[[nodiscard]] std::span<const WebhookManifest> webhook_manifests();

}  // namespace dynamo::cli

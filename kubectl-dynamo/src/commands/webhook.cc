#include <algorithm>
#include <string>

#include "commands/commands.h"
#include "commands/webhook_manifests.h"
#include "io/console.h"

namespace dynamo::cli {
namespace {

// The manifests use this word for nothing but the namespace, and name the image once.
constexpr std::string_view kNamespace = "dynamo-admission";
constexpr std::string_view kImageLine = "image: ";

void replace_all(std::string& text, std::string_view from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

void set_image(std::string& text, const std::string& image) {
  const std::size_t at = text.find(kImageLine) + kImageLine.size();
  text.replace(at, text.find('\n', at) - at, image);
}

}  // namespace

ExitCode run(const WebhookManifestCommand& command) {
  const auto manifests = webhook_manifests();
  const auto found = std::ranges::find(manifests, command.certificates, &WebhookManifest::certificates);
  std::string text(found->text);   // the arguments were checked
  if (!command.name_space.empty()) replace_all(text, kNamespace, command.name_space);
  if (!command.image.empty()) set_image(text, command.image);
  return print(text);
}

}  // namespace dynamo::cli

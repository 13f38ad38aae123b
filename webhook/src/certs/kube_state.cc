#include "certs/kube_state.h"

#include "certs/base64.h"

namespace dynamo::webhook {
namespace {

std::string text_at(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* found = value.find_path(path);
  return found != nullptr && found->as_string() != nullptr ? *found->as_string() : std::string();
}

std::string entry(const Value& secret, std::string_view key) {
  return from_base64(text_at(secret, {"data", key})).value_or("");
}

/// A merge patch takes away what is null.
void set_entry(Value& data, std::string_view key, const std::string& text) {
  data.set(key, text.empty() ? Value() : Value(to_base64(text)));
}

Value operation(const char* name, std::string path, Value value) {
  Value out;
  out.set("op", name);
  out.set("path", std::move(path));
  out.set("value", std::move(value));
  return out;
}

}  // namespace

std::string KubeState::secret_path() const {
  return "/api/v1/namespaces/" + objects_.name_space + "/secrets/" + objects_.secret;
}

std::expected<SharedAuthorities, ClusterError> KubeState::read_authorities() {
  const auto secret = client_.get(secret_path());
  if (!secret) return std::unexpected(secret.error());
  return SharedAuthorities{{entry(*secret, "ca.crt"), entry(*secret, "ca.key")},
                           {entry(*secret, "next.crt"), entry(*secret, "next.key")},
                           entry(*secret, "previous.crt"),
                           text_at(*secret, {"metadata", "resourceVersion"})};
}

std::expected<void, ClusterError> KubeState::write_authorities(const SharedAuthorities& authorities) {
  Value metadata, data, change;
  metadata.set("resourceVersion", authorities.version);
  set_entry(data, "ca.crt", authorities.current.certificate_pem);
  set_entry(data, "ca.key", authorities.current.key_pem);
  set_entry(data, "next.crt", authorities.next.certificate_pem);
  set_entry(data, "next.key", authorities.next.key_pem);
  set_entry(data, "previous.crt", authorities.previous_pem);
  change.set("metadata", std::move(metadata));
  change.set("data", std::move(data));
  const auto written = client_.patch(secret_path(), "application/merge-patch+json", change);
  if (!written) return std::unexpected(written.error());
  return {};
}

std::expected<bool, ClusterError> KubeState::publish(const std::string& bundle) {
  const auto validating = publish(bundle, "validatingwebhookconfigurations");
  if (!validating) return validating;
  const auto mutating = publish(bundle, "mutatingwebhookconfigurations");
  if (!mutating) return mutating;
  return *validating && *mutating;
}

std::expected<bool, ClusterError> KubeState::publish(const std::string& bundle, std::string_view kind) {
  const std::string path =
      "/apis/admissionregistration.k8s.io/v1/" + std::string(kind) + "/" + objects_.configurations;
  const auto configuration = client_.get(path);
  if (!configuration) return std::unexpected(configuration.error());
  const Value* webhooks = configuration->find("webhooks");
  if (webhooks == nullptr || webhooks->as_array() == nullptr) return true;

  const std::string wanted = to_base64(bundle);
  Value change;
  change.push(operation("test", "/metadata/resourceVersion", text_at(*configuration, {"metadata", "resourceVersion"})));
  const Array& list = *webhooks->as_array();
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (text_at(list[i], {"clientConfig", "caBundle"}) == wanted) continue;
    change.push(operation("add", "/webhooks/" + std::to_string(i) + "/clientConfig/caBundle", wanted));
  }
  if (change.as_array()->size() == 1) return true;
  const auto written = client_.patch(path, "application/json-patch+json", change);
  if (!written) return std::unexpected(written.error());
  return false;
}

}  // namespace dynamo::webhook

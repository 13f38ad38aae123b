#include "certs/kube_client.h"

#ifndef CPPHTTPLIB_OPENSSL_SUPPORT
#define CPPHTTPLIB_OPENSSL_SUPPORT
#endif
#include <httplib.h>

#include <charconv>
#include <cstdlib>

#include "dynamo/profiler/document_io.h"
#include "ops/text_file.h"

namespace dynamo::webhook {
namespace {

constexpr int kTimeoutSeconds = 5;

ClusterError failed(std::string message) { return {ClusterErrorKind::kOther, std::move(message)}; }

std::expected<std::string, ClusterError> read_token(const std::string& folder) {
  auto token = read_text_file(folder + "/token");
  if (!token) return std::unexpected(failed("no service account token: " + token.error()));
  while (!token->empty() && (token->back() == '\n' || token->back() == '\r')) token->pop_back();
  return std::move(*token);
}

/// What the API server says went wrong, never the rest of its answer.
std::string reason_in(const std::string& body) {
  const auto status = read_json(body, "status");
  const Value* message = status ? status->find("message") : nullptr;
  return message != nullptr && message->as_string() != nullptr ? ": " + *message->as_string() : std::string();
}

std::expected<Value, ClusterError> to_value(const httplib::Result& result, const std::string& call) {
  if (!result) return std::unexpected(failed(call + ": " + httplib::to_string(result.error())));
  if (result->status / 100 != 2) {
    // 422 is what a JSON patch gets whose `test` does not hold.
    const bool conflict = result->status == 409 || (result->status == 422 && call.starts_with("PATCH"));
    return std::unexpected(ClusterError{conflict ? ClusterErrorKind::kConflict : ClusterErrorKind::kOther,
                                        call + ": " + std::to_string(result->status) + reason_in(result->body)});
  }
  auto value = read_json(result->body, "answer");
  if (!value) return std::unexpected(failed(call + ": the answer is no JSON"));
  return std::move(*value);
}

template <class Call>
std::expected<Value, ClusterError> with_client(const KubeAccess& access, const std::string& name, Call call) {
  const auto token = read_token(access.service_account);
  if (!token) return std::unexpected(token.error());
  httplib::SSLClient client(access.host, access.port);
  client.set_ca_cert_path((access.service_account + "/ca.crt").c_str());
  client.enable_server_certificate_verification(true);
  client.set_bearer_token_auth(token->c_str());
  client.set_connection_timeout(kTimeoutSeconds, 0);
  client.set_read_timeout(kTimeoutSeconds, 0);
  client.set_write_timeout(kTimeoutSeconds, 0);
  return to_value(call(client), name);
}

}  // namespace

std::expected<KubeAccess, std::string> KubeAccess::in_cluster(std::string service_account) {
  const char* host = std::getenv("KUBERNETES_SERVICE_HOST");
  const char* port = std::getenv("KUBERNETES_SERVICE_PORT");
  if (host == nullptr || port == nullptr || *host == '\0') {
    return std::unexpected(
        "self-managed certificates need a pod with a service account: KUBERNETES_SERVICE_HOST or _PORT is not set");
  }
  KubeAccess access;
  access.host = host;
  access.service_account = std::move(service_account);
  const std::string_view text = port;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), access.port);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::unexpected("KUBERNETES_SERVICE_PORT is no port: \"" + std::string(text) + "\"");
  }
  return access;
}

std::expected<Value, ClusterError> KubeClient::get(const std::string& path) const {
  return with_client(access_, "GET " + path, [&](httplib::SSLClient& client) { return client.Get(path.c_str()); });
}

std::expected<Value, ClusterError> KubeClient::patch(const std::string& path, const char* content_type,
                                                     const Value& change) const {
  return with_client(access_, "PATCH " + path, [&](httplib::SSLClient& client) {
    return client.Patch(path.c_str(), write_json(change), content_type);
  });
}

}  // namespace dynamo::webhook

#include "net/tls_context.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>

#include <openssl/err.h>
#include <openssl/pem.h>

namespace dynamo::webhook {
namespace {

using Result = std::expected<void, std::string>;

BioPtr reader(const std::string& pem) { return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

/// Keys are given without a passphrase; asking a terminal for one would hang the server.
int no_passphrase(char*, int, int, void*) { return 0; }

Result use_chain(SSL_CTX* context, const std::string& pem) {
  const BioPtr bio = reader(pem);
  const X509Ptr leaf(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
  if (!leaf) return std::unexpected("the certificate cannot be read: " + openssl_error());
  if (SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return std::unexpected("the certificate cannot be used: " + openssl_error());
  }
  while (X509* issuer = PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context, issuer) == 1) continue;
    X509_free(issuer);
    return std::unexpected("the chain cannot be used: " + openssl_error());
  }
  ERR_clear_error();   // the end of the text counts as an error
  return {};
}

Result use_key(SSL_CTX* context, const std::string& pem) {
  const BioPtr bio = reader(pem);
  const KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key) return std::unexpected("the key cannot be read: " + openssl_error());
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return std::unexpected("the key does not belong to the certificate: " + openssl_error());
  }
  return {};
}

Result require_clients(SSL_CTX* context, const std::string& pem) {
  if (pem.empty()) return {};
  const BioPtr bio = reader(pem);
  std::size_t authorities = 0;
  while (const X509Ptr authority{PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)}) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get());
    SSL_CTX_add_client_CA(context, authority.get());
    ++authorities;
  }
  ERR_clear_error();
  if (authorities == 0) return std::unexpected(std::string("the client authorities hold no certificate"));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return {};
}

/// HTTP/1.1 for clients that offer it; never h2, which the API server would take for a loopback URL.
int select_protocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* in, unsigned in_length,
                    void*) {
  static constexpr std::array<unsigned char, 9> kHttp11 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, kHttp11.data(), kHttp11.size(), in, in_length) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

std::chrono::system_clock::time_point not_after(const SSL_CTX* context) {
  std::tm time{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(context)), &time) != 1) return {};
  return std::chrono::system_clock::from_time_t(timegm(&time));
}

SslCtxPtr new_context(const TlsOptions& options) {
  SslCtxPtr context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* raw = context.get();
  if (raw == nullptr) return context;
  SSL_CTX_set_min_proto_version(raw, options.only_13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // The API server keeps its connections and never resumes a session: tickets would be work for nobody.
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 0);
  SSL_CTX_set_read_ahead(raw, 1);
  SSL_CTX_set_alpn_select_cb(raw, select_protocol, nullptr);
  SSL_CTX_set_default_passwd_cb(raw, no_passphrase);
  if (SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) context.reset();
  return context;
}

}  // namespace

Result TlsContext::install(const CertificatePair& pair) {
  SslCtxPtr context = new_context(options_);
  if (!context) return std::unexpected("OpenSSL gives no context: " + openssl_error());
  if (const Result used = use_chain(context.get(), pair.chain_pem); !used) return used;
  if (const Result used = use_key(context.get(), pair.key_pem); !used) return used;
  if (const Result used = require_clients(context.get(), pair.client_ca_pem); !used) return used;
  const auto expiry = not_after(context.get());
  auto next = std::make_shared<const Installed>(std::move(context), expiry);
  const std::lock_guard lock(mutex_);
  installed_ = std::move(next);
  return {};
}

std::shared_ptr<const TlsContext::Installed> TlsContext::installed() const {
  const std::lock_guard lock(mutex_);
  return installed_;
}

SslPtr TlsContext::new_connection() const {
  const auto now = installed();
  // SSL_new takes its own reference to the context.
  return SslPtr(now ? SSL_new(now->context.get()) : nullptr);
}

bool TlsContext::accepts(const SSL& connection) const {
  if (options_.client_names.empty() || SSL_get_verify_mode(&connection) == SSL_VERIFY_NONE) return true;
  const X509* peer = SSL_get0_peer_certificate(&connection);
  if (peer == nullptr) return false;
  std::array<char, 256> name{};
  const int length = X509_NAME_get_text_by_NID(X509_get_subject_name(peer), NID_commonName, name.data(), name.size());
  if (length < 0) return false;
  const std::string_view common_name(name.data(), static_cast<std::size_t>(length));
  return std::ranges::find(options_.client_names, common_name) != options_.client_names.end();
}

std::optional<std::chrono::system_clock::time_point> TlsContext::expiry() const {
  const auto now = installed();
  if (!now) return std::nullopt;
  return now->expiry;
}

}  // namespace dynamo::webhook

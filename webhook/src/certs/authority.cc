#include "certs/authority.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

namespace dynamo::webhook {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const { Free(object); }
};

using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;

std::unexpected<std::string> failure(std::string_view doing) {
  std::string text = "cannot " + std::string(doing);
  char reason[256];
  while (const unsigned long code = ERR_get_error()) {
    ERR_error_string_n(code, reason, sizeof reason);
    text += std::string(": ") + reason;
  }
  return std::unexpected(std::move(text));
}

Bio reader(std::string_view text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

Certificate read_certificate(std::string_view pem) {
  const Bio bio = reader(pem);
  return Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

Key read_key(std::string_view pem) {
  const Bio bio = reader(pem);
  return Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
}

std::string text_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::expected<KeyPair, std::string> to_pem(const Certificate& certificate, const Key& key) {
  const Bio certificate_text(BIO_new(BIO_s_mem())), key_text(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(certificate_text.get(), certificate.get()) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return failure("write the certificate");
  }
  return KeyPair{text_of(certificate_text), text_of(key_text)};
}

/// 127 random bits: positive and never the same twice.
std::string random_serial(X509* certificate) {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return {};
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40);
  const std::unique_ptr<BIGNUM, Freer<BN_free>> number(BN_bin2bn(bytes, sizeof bytes, nullptr));
  if (!number || BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) == nullptr) return {};
  std::string hex;
  for (std::size_t i = 0; i < 4; ++i) {
    for (const int digit : {bytes[i] >> 4, bytes[i] & 15}) hex += "0123456789abcdef"[digit];
  }
  return hex;
}

bool set_times(X509* certificate, TimePoint from, TimePoint to) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate), std::chrono::system_clock::to_time_t(from)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), std::chrono::system_clock::to_time_t(to)) != nullptr;
}

bool set_name(X509_NAME* name, const std::string& common_name) {
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(common_name.data()),
                                    static_cast<int>(common_name.size()), -1, 0) == 1;
}

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool is_address(const std::string& name) {
  unsigned char parsed[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, name.c_str(), parsed) == 1 || ::inet_pton(AF_INET6, name.c_str(), parsed) == 1;
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += ',';
    out += (is_address(name) ? "IP:" : "DNS:") + name;
  }
  return out;
}

}  // namespace

std::chrono::seconds backdating(std::chrono::seconds life) {
  return std::min<std::chrono::seconds>(std::chrono::minutes(5), life / 10);
}

std::expected<KeyPair, std::string> make_authority(std::string_view name, TimePoint now, std::chrono::seconds life) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  if (!key || !certificate) return failure("make a key");
  X509* const x509 = certificate.get();
  const std::string serial = random_serial(x509);
  // Authorities that follow each other get different names, so that a bundle of two leaves no doubt.
  const bool made = !serial.empty() && X509_set_version(x509, X509_VERSION_3) == 1 &&
                    set_times(x509, now - backdating(life), now + life) &&
                    set_name(X509_get_subject_name(x509), std::string(name) + "-" + serial) &&
                    X509_set_issuer_name(x509, X509_get_subject_name(x509)) == 1 && X509_set_pubkey(x509, key.get()) == 1 &&
                    add_extension(x509, x509, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                    add_extension(x509, x509, NID_key_usage, "critical,keyCertSign,cRLSign") &&
                    add_extension(x509, x509, NID_subject_key_identifier, "hash") &&
                    X509_sign(x509, key.get(), EVP_sha256()) > 0;
  return made ? to_pem(certificate, key) : failure("make an authority");
}

std::expected<KeyPair, std::string> issue_leaf(const KeyPair& authority, const std::vector<std::string>& dns_names,
                                               TimePoint now, std::chrono::seconds life) {
  const Certificate issuer = read_certificate(authority.certificate_pem);
  const Key issuer_key = read_key(authority.key_pem);
  const auto issuer_validity = validity_of(authority.certificate_pem);
  if (!issuer || !issuer_key || !issuer_validity) return failure("read the authority");
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  if (!key || !certificate) return failure("make a key");
  X509* const x509 = certificate.get();
  const bool made =
      !random_serial(x509).empty() && X509_set_version(x509, X509_VERSION_3) == 1 &&
      set_times(x509, std::max<TimePoint>(now - backdating(life), issuer_validity->from),
                std::min<TimePoint>(now + life, issuer_validity->to)) &&
      set_name(X509_get_subject_name(x509), dns_names.front().substr(0, 64)) &&   // the longest common name there may be
      X509_set_issuer_name(x509, X509_get_subject_name(issuer.get())) == 1 && X509_set_pubkey(x509, key.get()) == 1 &&
      add_extension(x509, issuer.get(), NID_basic_constraints, "critical,CA:FALSE") &&
      add_extension(x509, issuer.get(), NID_key_usage, "critical,digitalSignature") &&
      add_extension(x509, issuer.get(), NID_ext_key_usage, "serverAuth") &&
      add_extension(x509, issuer.get(), NID_authority_key_identifier, "keyid") &&
      add_extension(x509, issuer.get(), NID_subject_alt_name, alternative_names(dns_names)) &&
      X509_sign(x509, issuer_key.get(), EVP_sha256()) > 0;
  return made ? to_pem(certificate, key) : failure("issue a certificate");
}

std::expected<Validity, std::string> validity_of(std::string_view certificate_pem) {
  const Certificate certificate = read_certificate(certificate_pem);
  if (!certificate) return failure("read the certificate");
  const auto time_of = [](const ASN1_TIME* time, TimePoint& out) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return false;
    out = std::chrono::system_clock::from_time_t(::timegm(&parts));
    return true;
  };
  Validity validity;
  if (!time_of(X509_get0_notBefore(certificate.get()), validity.from) ||
      !time_of(X509_get0_notAfter(certificate.get()), validity.to)) {
    return failure("read the certificate's times");
  }
  return validity;
}

bool belong_together(const KeyPair& pair) {
  const Certificate certificate = read_certificate(pair.certificate_pem);
  const Key key = read_key(pair.key_pem);
  const bool fits = certificate && key && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return fits;
}

bool signed_by(std::string_view certificate_pem, std::string_view authority_pem) {
  const Certificate certificate = read_certificate(certificate_pem), authority = read_certificate(authority_pem);
  const bool fits = certificate && authority && X509_check_issued(authority.get(), certificate.get()) == X509_V_OK &&
                    X509_verify(certificate.get(), X509_get0_pubkey(authority.get())) == 1;
  ERR_clear_error();
  return fits;
}

}  // namespace dynamo::webhook

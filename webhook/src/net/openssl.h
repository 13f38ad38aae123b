#pragma once

#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace dynamo::webhook {

template <auto Free>
struct FreeBy {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

using BioPtr = std::unique_ptr<BIO, FreeBy<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using SslPtr = std::unique_ptr<SSL, FreeBy<SSL_free>>;
using SslCtxPtr = std::unique_ptr<SSL_CTX, FreeBy<SSL_CTX_free>>;
using X509Ptr = std::unique_ptr<X509, FreeBy<X509_free>>;

/// What OpenSSL says went wrong last on this thread; its queue is empty afterwards.
[[nodiscard]] std::string openssl_error();

}  // namespace dynamo::webhook

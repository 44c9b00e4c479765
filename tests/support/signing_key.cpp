#include "tests/support/signing_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <array>
#include <stdexcept>
#include <vector>

#include "platform/text/encoding.h"

namespace tweestap::tests {
namespace {

using Octets = std::array<unsigned char, 32>;

std::string coordinate(const evp_pkey_st* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) throw std::runtime_error("no coordinate");
  Octets bytes{};
  BN_bn2binpad(number, bytes.data(), static_cast<int>(bytes.size()));
  BN_free(number);
  return platform::to_base64url(bytes);
}

}  // namespace

void SigningKey::Free::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

SigningKey::SigningKey() : key_(EVP_EC_gen("P-256")) {
  if (!key_) throw std::runtime_error("no key");
}

nlohmann::json SigningKey::jwk() const {
  return {{"kty", "EC"},
          {"crv", "P-256"},
          {"x", coordinate(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X)},
          {"y", coordinate(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y)}};
}

std::string SigningKey::sign(const std::string& message) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
  const auto* text = reinterpret_cast<const unsigned char*>(message.data());
  std::size_t size = 0;
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, text, message.size()) != 1) {
    throw std::runtime_error("no signature");
  }
  std::vector<unsigned char> der(size);
  EVP_DigestSign(context.get(), der.data(), &size, text, message.size());
  const unsigned char* at = der.data();
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size));
  std::array<unsigned char, 64> raw{};
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw.data(), 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw.data() + 32, 32);
  ECDSA_SIG_free(signature);
  return platform::to_base64url(raw);
}

}  // namespace tweestap::tests

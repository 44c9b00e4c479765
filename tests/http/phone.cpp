#include "tests/http/phone.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <array>
#include <stdexcept>
#include <vector>

#include "http/app_challenge.h"
#include "platform/text/encoding.h"

namespace tweestap::http::people {
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

Json SigningKey::jwk() const {
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

Json Phone::binding(const PeopleService& house, const std::string& session) const {
  const std::string challenge = house.post("/v1/app/devices/challenges", nullptr, session).json().at("challenge");
  const std::string id_of_session = house.get("/v1/session", session).json().at("session");
  const std::string message = "tweestap-app-bind-v1\n" + id_of_session + "\n" + challenge;
  const std::string signature = device.sign(message);
  return {{"password", kPassword},
          {"name", "Alex's phone"},
          {"device_key", device.jwk()},
          {"pin_key", pin.jwk()},
          {"challenge", challenge},
          {"device_signature", signature},
          {"pin_signature", pin.sign(message + "\n" + signature)}};
}

void Phone::bind(const PeopleService& house, const std::string& session) {
  id = house.post("/v1/app/devices", binding(house, session), session).json().at("app_device");
}

Json Phone::login(const PeopleService& house, const SigningKey& pin_key) const {
  const Json asked = house.post("/v1/app/challenges", {{"app_device", id}}).json();
  const std::string challenge = asked.at("challenge");
  const std::string message =
      "tweestap-app-login-v1\n" + id + "\n" + challenge + "\n" + std::to_string(asked.at("sequence").get<int>());
  const std::string signature = device.sign(message);
  return {{"app_device", id},
          {"challenge", challenge},
          {"device_signature", signature},
          {"pin_signature", pin_key.sign(message + "\n" + signature)}};
}

}  // namespace tweestap::http::people

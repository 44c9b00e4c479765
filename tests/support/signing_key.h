#pragma once
// What a phone of the app signs with.
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

struct evp_pkey_st;

namespace tweestap::tests {

/// A key pair on P-256. Made anew by each constructor; without randomness or OpenSSL's help it throws.
class SigningKey {
 public:
  SigningKey();
  [[nodiscard]] nlohmann::json jwk() const;
  /// ES256, raw r and s, base64url.
  [[nodiscard]] std::string sign(const std::string& message) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  std::unique_ptr<evp_pkey_st, Free> key_;
};

}  // namespace tweestap::tests

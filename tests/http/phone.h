#pragma once
// A phone as the app is: two keys, and what it signs with them.
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/http/people_service.h"

struct evp_pkey_st;

namespace tweestap::http::people {

/// A key pair on P-256.
class SigningKey {
 public:
  SigningKey();
  [[nodiscard]] Json jwk() const;
  /// ES256, raw r and s, base64url.
  [[nodiscard]] std::string sign(const std::string& message) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  std::unique_ptr<evp_pkey_st, Free> key_;
};

/// What a phone sends; where a test wants something to be wrong it changes it.
struct Phone {
  SigningKey device;
  SigningKey pin;
  std::string id;

  /// Binds it from a fresh session of a person.
  [[nodiscard]] Json binding(const PeopleService& house, const std::string& session) const;
  void bind(const PeopleService& house, const std::string& session);
  /// The body of a login with a new challenge; `pin_key`: what the PIN that was typed opens.
  [[nodiscard]] Json login(const PeopleService& house, const SigningKey& pin_key) const;
  [[nodiscard]] Json login(const PeopleService& house) const { return login(house, pin); }
};

}  // namespace tweestap::http::people

#pragma once
// A phone as the app is: two keys, and what it signs with them.
#include <string>

#include "tests/http/people_service.h"
#include "tests/support/signing_key.h"

namespace tweestap::http::people {

using tests::SigningKey;

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

#pragma once
// The password that a request brings, tried against the account as it is when the command is made.
#include <expected>
#include <optional>
#include <string_view>

#include "domain/account_state.h"
#include "domain/caller.h"
#include "domain/evidence.h"
#include "domain/ids.h"
#include "http/authenticate.h"
#include "http/evidence.h"
#include "http/json_body.h"
#include "http/problem.h"
#include "http/services.h"
#include "http/throttle_gate.h"

namespace tweestap::http {

/// Lives as long as its command: it holds the slot until what came of the try is stored. Used by one thread.
class PasswordProof {
 public:
  /// `caller` and `password` outlive this object. `account`: absent where nobody has the identifier. `device`: the
  /// account's device whose token came along.
  PasswordProof(const Services& services, const domain::Caller& caller, const domain::LookupHash& identifier,
                std::optional<domain::AccountId> account, std::string_view password,
                std::optional<domain::PresentedDevice> device = std::nullopt)
      : services_(services), tried_{identifier, account, caller, device}, password_(password) {}

  /// Takes a slot, then hashes; nothing where the try has to wait. To be called again for each new computation.
  [[nodiscard]] std::expected<std::optional<domain::PasswordEvidence>, Problem> evidence(
      const domain::AccountState* account);

 private:
  const Services& services_;
  PasswordTry tried_;
  std::string_view password_;
  ThrottleGate::Slot slot_;
};

/// `"password"` of a body, as routes of a session describe it.
inline constexpr std::string_view kPasswordAbout = "The person's password, again.";
/// The body that is nothing else.
inline constexpr Member kPasswordBody[] = {
    {"password", MemberType::Secret, Presence::Required, kPasswordSentBytesMax, kPasswordAbout},
};

}  // namespace tweestap::http

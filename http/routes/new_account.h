#pragma once
// What an account is made from, described and checked in one place: staff make one, or many people move here at once.
#include <expected>
#include <optional>
#include <string>

#include "domain/account/account.h"
#include "http/evidence.h"
#include "http/json_body.h"
#include "http/problem.h"
#include "http/services.h"
#include "platform/crypto/imported_verifier.h"
#include "platform/crypto/secret.h"
#include "platform/phone.h"

namespace tweestap::http {

// What is typed may be longer than what is kept: blanks around it, wide letters, a domain that is not ASCII yet.
inline constexpr std::uint32_t kIdentifierTypedMax = 1024;
inline constexpr std::uint32_t kRolesMax = 4;              // there are no more
inline constexpr std::uint32_t kTotpSecretTypedMax = 256;  // 80 bytes in base32, in groups with blanks between them
inline constexpr std::size_t kTotpSecretBytesMin = 16;     // 128 bits (RFC 4226, section 4, R6)
/// Of one account.
inline constexpr Member kNewAccountBody[] = {
    {"identifier", MemberType::String, Presence::Required, kIdentifierTypedMax, "The person's e-mail address."},
    {"password", MemberType::Secret, Presence::Optional, kPasswordSentBytesMax,
     "8 to 128 characters; without this and password_hash nobody can log in with a password."},
    {"password_hash", MemberType::Secret, Presence::Optional, platform::kImportedBytesMax,
     "The hash that another system had of the password: argon2, bcrypt, scrypt or pbkdf2. Not together with password."},
    {"display_name", MemberType::String, Presence::Optional, domain::kDisplayNameMax.count, "1 to 100 characters."},
    {"language", MemberType::String, Presence::Optional, domain::kLanguageMax.count, "Such as nl or en."},
    {"roles", MemberType::Strings, Presence::Optional, kRolesMax,
     "person, helpdesk, admin, auditor; at least one; person where absent."},
    {"totp_secret", MemberType::Secret, Presence::Optional, kTotpSecretTypedMax,
     "The secret that another system shared with the person's app, base32, 128 bits at least; never with a staff "
     "role."},
    {"phone", MemberType::String, Presence::Optional, platform::kPhoneTypedBytesMax,
     "The mobile number that another system sent codes to; never with a staff role, nor with totp_secret."},
};

/// An account's identifier, canonical.
struct NewIdentifier {
  std::string text;
  domain::LookupHash hash;
};
[[nodiscard]] std::expected<NewIdentifier, Problem> read_identifier(const Services& services, const Body& body);

struct NewAccount {
  NewIdentifier identifier;
  std::optional<std::string> display_name;
  std::string language;
  domain::SetOf<domain::Role> roles{domain::Role::Person};
  std::optional<platform::Secret> password;     ///< strong enough, and still to be hashed
  std::optional<domain::NewVerifier> verifier;  ///< of another system, or of the password once it is hashed
  std::optional<domain::ImportedTwoStep> two_step;
};
/// The rest of the body; no hash is spent here. malformed_request, weak_password or invalid_phone.
[[nodiscard]] std::expected<NewAccount, Problem> read_new_account(const Services& services, const Body& body,
                                                                  NewIdentifier identifier);

/// The command that makes it; `account` stays as it is.
[[nodiscard]] domain::RegisterAccount registration_of(const NewAccount& account, const domain::AccountId& id,
                                                      const domain::Actor& actor);

}  // namespace tweestap::http

#pragma once
// The secret of an authenticator app as a person gets it: to type, to open, to scan.
#include <expected>
#include <string>

#include "domain/account_state.h"
#include "http/json_writer.h"
#include "http/route.h"
#include "http/services.h"
#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::http {

struct AppSecret {
  platform::Secret base32;
  platform::Secret otpauth_uri;
  platform::Secret qr_svg;
};

/// Named after the organisation and the account's e-mail address, which is opened for it.
[[nodiscard]] std::expected<AppSecret, platform::Failure> show_app_secret(const Services& services,
                                                                          const domain::AccountState& account,
                                                                          const platform::Secret& secret);

/// `"totp":{…}`.
void write_app_secret(JsonWriter& json, const AppSecret& secret);

inline constexpr AnswerMember kAppSecretMembers[] = {
    {"secret", AnswerType::Secret, true, "Base32, to type."},
    {"otpauth_uri", AnswerType::Secret, true, "For the app."},
    {"qr_svg", AnswerType::Secret, true, "The same as a QR code: an SVG element."},
};
inline constexpr AnswerShape kAppSecretShape{"AppSecret", kAppSecretMembers};

}  // namespace tweestap::http

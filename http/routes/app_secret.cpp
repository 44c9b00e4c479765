#include "http/routes/app_secret.h"

#include "http/routes/account_view.h"
#include "platform/crypto/totp.h"
#include "platform/qr.h"
#include "platform/text/encoding.h"

namespace tweestap::http {

std::expected<AppSecret, platform::Failure> show_app_secret(const Services& services,
                                                            const domain::AccountState& account,
                                                            const platform::Secret& secret) {
  const auto identifier = open_identifier(services, account);
  if (!identifier) return std::unexpected(identifier.error());
  AppSecret shown;
  shown.base32 = platform::secret_to_base32(secret);
  shown.otpauth_uri = platform::otpauth_uri(services.rules.organisation, *identifier, secret);
  auto svg = platform::qr_svg(shown.otpauth_uri.reveal_text());
  if (!svg) return std::unexpected(std::move(svg.error()));
  shown.qr_svg = platform::Secret::from_text(*svg);
  platform::wipe_memory({reinterpret_cast<std::uint8_t*>(svg->data()), svg->size()});
  return shown;
}

void write_app_secret(JsonWriter& json, const AppSecret& secret) {
  json.member_object("totp")
      .member("secret", secret.base32.reveal_text())
      .member("otpauth_uri", secret.otpauth_uri.reveal_text())
      .member("qr_svg", secret.qr_svg.reveal_text())
      .end_object();
}

}  // namespace tweestap::http

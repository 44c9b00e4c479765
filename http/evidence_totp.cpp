#include "eventstore/event_codec.h"
#include "http/evidence.h"
#include "platform/crypto/random.h"
#include "platform/crypto/totp.h"
#include "platform/text/encoding.h"

namespace tweestap::http {

std::expected<platform::Secret, platform::Failure> open_totp_secret(const Services& services, std::uint64_t position) {
  const auto event = open_event(services, position, eventstore::SealedClass::Secret);
  if (!event) return std::unexpected(event.error());
  const auto* started = std::get_if<domain::EnrolmentStarted>(&*event);
  if (started != nullptr && started->totp_secret) {
    if (auto secret = platform::secret_from_base32(started->totp_secret->reveal())) return std::move(*secret);
  }
  return std::unexpected(platform::Failure{platform::Failure::Kind::Damaged, "an event without a secret of an app"});
}

std::expected<domain::TotpEvidence, Problem> totp_evidence(const Services& services, std::uint64_t secret_position,
                                                           std::string_view code) {
  const std::int64_t seconds = services.wall_seconds();
  if (secret_position == 0) return domain::TotpEvidence{0, platform::totp_step(seconds), 0};
  const auto secret = open_totp_secret(services, secret_position);
  if (!secret) return std::unexpected(Problem{.code = ProblemCode::Unavailable});
  const platform::TotpMatch match = platform::match_totp(*secret, code, seconds);
  return domain::TotpEvidence{secret_position, match.current_step, match.mask};
}

std::expected<platform::Secret, platform::Failure> draw_totp_secret(platform::RandomSource& random) {
  return platform::draw_secret(random, platform::kTotpSecretBytes);
}

domain::SecretText totp_secret_text(const platform::Secret& secret) {
  return domain::SecretText::copy_of(platform::secret_to_base32(secret).reveal_text());
}

}  // namespace tweestap::http

#include "eventstore/event_codec.h"
#include "eventstore/partition.h"
#include "eventstore/sealing.h"
#include "http/commands.h"
#include "http/evidence.h"
#include "platform/crypto/random.h"
#include "platform/crypto/totp.h"
#include "platform/text/encoding.h"

namespace tweestap::http {
namespace {

using platform::Failure;
using platform::Secret;

constexpr auto kSecret = eventstore::SealedClass::Secret;

// The secret members of the event at a position, if it is an E; a failure where it is none, for what is sealed is bound
// to its place, type included (KEY-1).
template <class E>
std::expected<E, Failure> open_as(const eventstore::Log& log, const eventstore::SubjectKeys& keys,
                                  const domain::Subject& subject, std::uint64_t position, std::string_view value) {
  const domain::EventInfo& info = E::kInfo;
  const eventstore::SealedPlace place{log.id(), position, subject, info.name, info.schema_version};
  const auto opened = eventstore::open_sealed(keys, place, kSecret, value);
  if (!opened) return std::unexpected(opened.error());
  domain::Event event{E{}};
  if (const auto merged = eventstore::merge_sealed(event, kSecret, *opened); !merged) {
    return std::unexpected(merged.error());
  }
  return std::get<E>(std::move(event));
}

// An account's secret is in the event that started its enrolment, or in the one that brought it from another system:
// both are tried, so the envelope need not be read to open it.
std::expected<std::optional<domain::SecretText>, Failure> open_text(const Services& services,
                                                                    const eventstore::SubjectKeys& keys,
                                                                    const domain::Subject& subject,
                                                                    std::uint64_t position) {
  const eventstore::Log& log = services.partition.log();
  const auto value = log.sealed(position, kSecret);
  if (!value) return std::unexpected(value.error());
  if (!*value) {
    return std::unexpected(Failure{Failure::Kind::Damaged, "an enrolment has no secret sealed beside its event"});
  }
  if (auto started = open_as<domain::EnrolmentStarted>(log, keys, subject, position, **value)) {
    return std::move(started->totp_secret);
  }
  auto imported = open_as<domain::TwoStepImported>(log, keys, subject, position, **value);
  if (!imported) return std::unexpected(std::move(imported.error()));
  return std::move(imported->secret);
}

}  // namespace

std::expected<Secret, Failure> open_totp_secret(const Services& services, CommandBasis& basis,
                                                const domain::AccountId& account, std::uint64_t position) {
  const auto subject = domain::Subject::of(account);
  const auto keys = basis.keys(subject);
  if (!keys) return std::unexpected(keys.error().failure);
  const auto text = open_text(services, **keys, subject, position);
  if (!text) return std::unexpected(text.error());
  if (*text) {
    if (auto secret = platform::secret_from_base32((*text)->reveal())) return std::move(*secret);
  }
  return std::unexpected(Failure{Failure::Kind::Damaged, "an event without a secret of an app"});
}

std::expected<domain::TotpEvidence, Problem> totp_evidence(const Services& services, CommandBasis& basis,
                                                           const domain::AccountId& account,
                                                           std::uint64_t secret_position, std::string_view code) {
  const std::int64_t seconds = services.wall_seconds();
  if (secret_position == 0) return domain::TotpEvidence{0, platform::totp_step(seconds), 0};
  const auto secret = open_totp_secret(services, basis, account, secret_position);
  if (!secret) return std::unexpected(Problem{.code = ProblemCode::Unavailable});
  const platform::TotpMatch match = platform::match_totp(*secret, code, seconds);
  return domain::TotpEvidence{secret_position, match.current_step, match.mask};
}

std::expected<Secret, Failure> draw_totp_secret(platform::RandomSource& random) {
  return platform::draw_secret(random, platform::kTotpSecretBytes);
}

domain::SecretText totp_secret_text(const Secret& secret) {
  return domain::SecretText::copy_of(platform::secret_to_base32(secret).reveal_text());
}

}  // namespace tweestap::http

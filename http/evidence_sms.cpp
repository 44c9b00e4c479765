#include "eventstore/key_ring.h"
#include "eventstore/partition.h"
#include "http/commands.h"
#include "http/evidence.h"
#include "http/tokens.h"
#include "platform/crypto/sms_code.h"
#include "platform/phone.h"
#include "projections/queries/sms.h"

namespace tweestap::http {
namespace {

using platform::Failure;

std::string_view hint_of(platform::PhoneRefusal refusal) {
  switch (refusal) {
    case platform::PhoneRefusal::NotANumber:
      return "not_a_number";
    case platform::PhoneRefusal::Landline:
      return "landline";
    case platform::PhoneRefusal::ShortNumber:
      return "short_number";
    case platform::PhoneRefusal::Service:
      return "service";
  }
  std::unreachable();
}

domain::SmsEvidence sms_evidence(const Services& services, const std::optional<domain::SmsCode>& code,
                                 domain::SmsPurpose purpose, std::string_view typed) {
  if (!code || !code->was_issued()) return {};
  // A key that was destroyed belongs to a code that is over: nothing matches it.
  const auto key = services.keys.sms_code_key(code->key);
  const bool matched =
      key && platform::is_sms_code(*key, projections::code_purpose(purpose), code->challenge.bytes, typed);
  return {code->challenge, matched};
}

}  // namespace

std::expected<domain::CodeEvidence, Problem> code_evidence(const Services& services, CommandBasis& basis,
                                                           const domain::AccountId& account, domain::Method method,
                                                           std::uint64_t secret_position,
                                                           const std::optional<domain::SmsCode>& sms,
                                                           domain::SmsPurpose purpose, std::string_view code) {
  switch (method) {
    case domain::Method::Totp:
      return totp_evidence(services, basis, account, secret_position, code);
    case domain::Method::Sms:
      return sms_evidence(services, sms, purpose, code);
  }
  std::unreachable();
}

std::expected<domain::NewChallenge, Problem> draw_challenge(const Services& services) {
  const auto id = draw_id<domain::ChallengeId>(services.random);
  if (!id) return std::unexpected(Problem{.code = ProblemCode::Unavailable});
  const auto key = services.keys.sms_code_key_of_today(services.now());
  if (!key) return std::unexpected(Problem{.code = ProblemCode::Unavailable});
  return domain::NewChallenge{*id, *key};
}

std::expected<std::optional<domain::NewChallenge>, Problem> draw_challenge_if(const Services& services,
                                                                              bool has_number) {
  if (!has_number || !services.rules.domain.sms_available) return std::nullopt;
  return draw_challenge(services);
}

std::expected<std::string, Failure> open_phone(const Services& services, std::uint64_t position) {
  return projections::open_phone(services.partition.log(), services.keys, position);
}

std::expected<std::string, Failure> open_phone_hint(const Services& services, std::uint64_t position) {
  return open_phone_hint(services.partition.log(), services.keys, position);
}

std::expected<std::string, Failure> open_phone_hint(const eventstore::Log& log, const eventstore::KeyRing& ring,
                                                    std::uint64_t position) {
  const auto phone = projections::open_phone(log, ring, position);
  if (!phone) return std::unexpected(phone.error());
  return platform::phone_hint(*phone);
}

std::expected<domain::NewPhone, Problem> read_phone(const Services& services, std::string_view typed) {
  auto number = platform::parse_mobile(typed);
  if (!number) return std::unexpected(Problem{.code = ProblemCode::InvalidPhone, .hint = hint_of(number.error())});
  const domain::LookupHash hash = services.keys.lookup_hash("phone", number->e164);
  return domain::NewPhone{std::move(number->e164), hash, std::move(number->region)};
}

}  // namespace tweestap::http

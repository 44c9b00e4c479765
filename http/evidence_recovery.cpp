#include <algorithm>
#include <string>
#include <vector>

#include "eventstore/event_codec.h"
#include "eventstore/key_ring.h"
#include "http/evidence.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/hash_pool.h"
#include "platform/crypto/random.h"

namespace tweestap::http {
namespace {

using platform::Failure;
using platform::HashPool;
using platform::Secret;

constexpr std::string_view kSymbols = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";  // none that is read as another
constexpr std::size_t kSymbolsPerCode = 12;                                // 60 bits: 5 a symbol
constexpr std::size_t kGroup = 4;
constexpr char kBetween = ' ';  // between the verifiers of a set; a PHC string has none

std::expected<Secret, Failure> draw_code(platform::RandomSource& random) {
  Secret code(kSymbolsPerCode);
  for (std::uint8_t& symbol : code.writable()) {
    const auto drawn = platform::draw_below(random, kSymbols.size());
    if (!drawn) return std::unexpected(drawn.error());
    symbol = static_cast<std::uint8_t>(kSymbols[*drawn]);
  }
  return code;
}

Secret as_shown(const Secret& code) {
  Secret shown(kSymbolsPerCode + kSymbolsPerCode / kGroup - 1);
  std::size_t at = 0;
  for (std::size_t i = 0; i < kSymbolsPerCode; ++i) {
    if (i != 0 && i % kGroup == 0) shown.writable()[at++] = '-';
    shown.writable()[at++] = code.reveal()[i];
  }
  return shown;
}

// A set is stored as a PHC string for each code, all with the same salt: the strings that passwords have too, so one
// parser reads both.
std::expected<domain::SecretText, Failure> hash_set(const Services& services, std::span<const Secret> codes,
                                                    std::uint32_t pepper_version) {
  const auto salt = platform::draw_bytes<platform::kSaltBytes>(services.random);
  if (!salt) return std::unexpected(salt.error());
  const auto pepper = services.keys.pepper(pepper_version);
  if (!pepper) return std::unexpected(pepper.error());
  std::string text;
  for (const Secret& code : codes) {
    const auto verifier = platform::make_verifier(code, *salt, services.rules.argon2, *pepper, pepper_version);
    if (!verifier) return std::unexpected(verifier.error());
    if (!text.empty()) text.push_back(kBetween);
    text.append(verifier->format());
  }
  return domain::SecretText{std::move(text)};
}

std::expected<std::vector<platform::PasswordVerifier>, Failure> open_set(const Services& services,
                                                                         std::uint64_t position) {
  const Failure damaged{Failure::Kind::Damaged, "an event without a set of recovery codes"};
  const auto event = open_event(services, position, eventstore::SealedClass::Secret);
  if (!event) return std::unexpected(event.error());
  const auto* generated = std::get_if<domain::RecoveryCodesGenerated>(&*event);
  if (generated == nullptr) return std::unexpected(damaged);
  std::vector<platform::PasswordVerifier> verifiers;
  std::string_view rest = generated->verifiers.reveal();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(kBetween), rest.size());
    auto verifier = platform::PasswordVerifier::parse(rest.substr(0, end));
    if (!verifier) return std::unexpected(std::move(verifier.error()));
    verifiers.push_back(std::move(*verifier));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const bool one_salt = std::ranges::all_of(verifiers, [&](const platform::PasswordVerifier& one) {
    return one.salt == verifiers.front().salt && one.params == verifiers.front().params &&
           one.pepper_version == verifiers.front().pepper_version;
  });
  if (verifiers.size() != generated->count || verifiers.empty() || !one_salt) return std::unexpected(damaged);
  return verifiers;
}

}  // namespace

std::optional<Secret> canonical_recovery_code(std::string_view text) {
  Secret code(kSymbolsPerCode);
  std::size_t size = 0;
  for (char c : text) {
    if (c == '-' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (!kSymbols.contains(c) || size == kSymbolsPerCode) return std::nullopt;
    code.writable()[size++] = static_cast<std::uint8_t>(c);
  }
  if (size != kSymbolsPerCode) return std::nullopt;
  return code;
}

std::expected<DrawnRecoverySet, Problem> draw_recovery_set(const Services& services) {
  std::array<Secret, domain::kRecoveryCodesPerSet> codes;
  DrawnRecoverySet drawn;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    auto code = draw_code(services.random);
    if (!code) return std::unexpected(unavailable());
    drawn.shown[i] = as_shown(*code);
    codes[i] = std::move(*code);
  }
  const std::uint32_t pepper_version = services.keys.current_pepper();
  auto verifiers =
      services.hash_pool.run(HashPool::Kind::RecoveryCode, [&] { return hash_set(services, codes, pepper_version); });
  if (!verifiers) return std::unexpected(unavailable(verifiers.error()));
  if (!*verifiers) return std::unexpected(unavailable());
  drawn.set = domain::NewRecoverySet{std::move(**verifiers), pepper_version};
  return drawn;
}

std::expected<domain::RecoveryEvidence, Problem> recovery_evidence(const Services& services,
                                                                   const domain::AccountState& account,
                                                                   const Secret& code) {
  if (!account.recovery) return domain::RecoveryEvidence{};
  const std::uint64_t position = account.recovery->position;
  const auto set = open_set(services, position);
  if (!set) return std::unexpected(unavailable());
  const platform::PasswordVerifier& first = set->front();
  const auto pepper = services.keys.pepper(first.pepper_version);
  if (!pepper) return std::unexpected(unavailable());
  const auto hash = services.hash_pool.run(
      HashPool::Kind::RecoveryCode, [&] { return platform::keyed_slow_hash(code, first.salt, first.params, *pepper); });
  if (!hash) return std::unexpected(unavailable(hash.error()));
  if (!*hash) return std::unexpected(unavailable());
  // Every code is compared, whichever it was (OTP-7).
  domain::RecoveryEvidence evidence{position, std::nullopt};
  for (std::size_t i = 0; i < set->size(); ++i) {
    if (platform::constant_time_equal(**hash, (*set)[i].hash)) evidence.index = static_cast<std::uint32_t>(i);
  }
  return evidence;
}

}  // namespace tweestap::http

#include <algorithm>
#include <chrono>

#include "eventstore/event_codec.h"
#include "eventstore/key_ring.h"
#include "eventstore/partition.h"
#include "http/evidence.h"
#include "http/tokens.h"
#include "platform/blocklist.h"
#include "platform/crypto/hash_pool.h"
#include "platform/crypto/random.h"
#include "platform/text/unicode.h"
#include "projections/accounts.h"

namespace tweestap::http {
namespace {

using platform::Failure;
using platform::Secret;

Problem unavailable(const platform::HashPool::Busy& busy) {
  return {.code = ProblemCode::Unavailable, .retry_after_s = busy.retry_after_s};
}
Problem unavailable() { return {.code = ProblemCode::Unavailable}; }

// How the event of a verifier carries it.
const domain::SecretText* verifier_in(const domain::Event& event) {
  if (const auto* registered = std::get_if<domain::AccountRegistered>(&event)) {
    return registered->verifier ? &*registered->verifier : nullptr;
  }
  if (const auto* changed = std::get_if<domain::PasswordChanged>(&event)) return &changed->verifier;
  if (const auto* rehashed = std::get_if<domain::PasswordRehashed>(&event)) return &rehashed->verifier;
  return nullptr;
}

struct OpenedVerifier {
  platform::PasswordVerifier verifier;
  Secret pepper;
};

std::expected<OpenedVerifier, Failure> open_verifier(const Services& services, std::uint64_t position) {
  const auto event = open_event(services, position, eventstore::SealedClass::Secret);
  if (!event) return std::unexpected(event.error());
  const domain::SecretText* text = verifier_in(*event);
  if (text == nullptr) return std::unexpected(Failure{Failure::Kind::Damaged, "an event without a verifier"});
  auto verifier = platform::PasswordVerifier::parse(text->reveal());
  if (!verifier) return std::unexpected(std::move(verifier.error()));
  auto pepper = services.keys.pepper(verifier->pepper_version);
  if (!pepper) return std::unexpected(std::move(pepper.error()));
  return OpenedVerifier{std::move(*verifier), std::move(*pepper)};
}

// The password as it was hashed. Its length was judged when it was set, maybe under other settings; here only the work
// is bounded. What is no text at all is hashed as it came: it matches nothing, and takes as long.
Secret password_to_check(std::string_view password) {
  constexpr platform::PasswordLength kAnyLength{.points_min = 0, .points_max = kPasswordSentBytesMax};
  auto normal = platform::normalize_password(password, kAnyLength);
  return normal ? std::move(*normal) : Secret::from_text(password);
}

std::expected<domain::NewVerifier, Failure> make_new_verifier(const Services& services, const Secret& password) {
  const auto salt = platform::draw_bytes<platform::kSaltBytes>(services.random);
  if (!salt) return std::unexpected(salt.error());
  const std::uint32_t version = services.keys.current_pepper();
  const auto pepper = services.keys.pepper(version);
  if (!pepper) return std::unexpected(pepper.error());
  const auto made = platform::make_verifier(password, *salt, services.rules.argon2, *pepper, version);
  if (!made) return std::unexpected(made.error());
  return domain::NewVerifier{domain::SecretText{made->format()}, version};
}

struct Checked {
  bool matched = false;
  std::optional<domain::NewVerifier> rehash;
};

// Runs on the pool, as a known account's check does.
std::expected<Checked, Failure> check(const Services& services, const Secret& password, const OpenedVerifier& opened) {
  const auto matched = platform::check_password(password, opened.verifier, opened.pepper);
  if (!matched) return std::unexpected(matched.error());
  Checked checked{*matched, std::nullopt};
  if (*matched && platform::needs_rehash(opened.verifier, services.rules.argon2, services.keys.current_pepper())) {
    auto again = make_new_verifier(services, password);
    if (!again) return std::unexpected(std::move(again.error()));
    checked.rehash = std::move(*again);
  }
  return checked;
}

// Work that looks like a known account's and finds nothing: a real verifier of that cost is opened and tried where one
// is known, and what comes of it is thrown away.
std::expected<void, Problem> stand_in(const Services& services, const domain::LookupHash& identifier,
                                      const Secret& password) {
  services.stand_ins.sample_once(services);
  const StandIns::Cost cost = services.stand_ins.pick(identifier);
  std::optional<OpenedVerifier> example;
  if (cost.example != 0) {
    if (auto opened = open_verifier(services, cost.example)) example = std::move(*opened);
  }
  if (!example) {
    auto pepper = services.keys.pepper(services.keys.current_pepper());
    if (!pepper) return std::unexpected(unavailable());
    example.emplace();
    example->verifier.params = cost.params;
    example->verifier.salt.assign(identifier.bytes.begin(), identifier.bytes.end());
    example->pepper = std::move(*pepper);
  }
  const auto ran = services.hash_pool.run(platform::HashPool::Kind::Password, [&] {
    return platform::check_password(password, example->verifier, example->pepper).has_value();
  });
  if (!ran) return std::unexpected(unavailable(ran.error()));
  if (!*ran) return std::unexpected(unavailable());
  return {};
}

}  // namespace

StandIns::StandIns(const platform::Argon2Params& usual) { seen_.push_back({{usual, 0}, 1}); }

void StandIns::saw(const platform::Argon2Params& params, std::uint64_t position) {
  const std::lock_guard lock(mutex_);
  auto at = std::ranges::find_if(seen_, [&](const Seen& one) { return one.cost.params == params; });
  if (at == seen_.end()) {
    if (seen_.size() == kKindsMax) return;
    at = seen_.insert(seen_.end(), {{params, position}, 0});
  }
  at->cost.example = position;
  ++at->count;
}

void StandIns::sample_once(const Services& services) {
  std::call_once(sampled_, [&] {
    // Enough to tell a share of a tenth from none; about 15 ms, once.
    constexpr int kAccounts = 256;
    const auto rows = services.partition.reader().rows();
    for (int i = 0; i < kAccounts; ++i) {
      const auto from = draw_id<domain::AccountId>(services.random);
      if (!from) return;
      const auto account = projections::read_account_from(*rows, *from);
      if (!account || !*account) return;
      const std::uint64_t position = (*account)->password.position;
      if (position == 0) continue;
      if (const auto opened = open_verifier(services, position)) saw(opened->verifier.params, position);
    }
  });
}

StandIns::Cost StandIns::pick(const domain::LookupHash& identifier) const {
  const std::lock_guard lock(mutex_);
  std::uint64_t total = 0;
  for (const Seen& one : seen_) total += one.count;
  // The identifier's own place between 0 and 1, the same each time.
  std::uint64_t place = 0;
  for (std::size_t i = 0; i < 4; ++i) place = place << 8 | identifier.bytes[i];
  std::uint64_t at = place * total >> 32;
  for (const Seen& one : seen_) {
    if (at < one.count) return one.cost;
    at -= one.count;
  }
  return seen_.front().cost;
}

std::expected<domain::PasswordEvidence, Problem> password_evidence(const Services& services,
                                                                   const domain::AccountState* account,
                                                                   const domain::LookupHash& identifier,
                                                                   std::string_view password) {
  const Secret normal = password_to_check(password);
  const std::uint64_t position = account != nullptr ? account->password.position : 0;
  if (position == 0) {
    if (const auto worked = stand_in(services, identifier, normal); !worked) return std::unexpected(worked.error());
    return domain::PasswordEvidence{};
  }
  const auto opened = open_verifier(services, position);
  if (!opened) return std::unexpected(unavailable());
  auto checked =
      services.hash_pool.run(platform::HashPool::Kind::Password, [&] { return check(services, normal, *opened); });
  if (!checked) return std::unexpected(unavailable(checked.error()));
  if (!*checked) return std::unexpected(unavailable());
  // Only right passwords are counted, so that nobody else moves the proportions.
  if ((*checked)->matched) services.stand_ins.saw(opened->verifier.params, position);
  return domain::PasswordEvidence{position, (*checked)->matched, std::move((*checked)->rehash)};
}

std::expected<Secret, Problem> strong_enough(const Services& services, std::string_view password) {
  auto normal = platform::normalize_password(password, services.rules.password_length);
  // One detail names all the rules, so it need not be told which was broken.
  if (!normal) return std::unexpected(Problem{.code = ProblemCode::WeakPassword});
  const auto listed = services.blocklist.contains(*normal);
  if (!listed) return std::unexpected(unavailable());
  if (*listed) return std::unexpected(Problem{.code = ProblemCode::WeakPassword});
  return std::move(*normal);
}

std::expected<domain::NewVerifier, Problem> hash_password(const Services& services, const Secret& password) {
  auto made =
      services.hash_pool.run(platform::HashPool::Kind::Password, [&] { return make_new_verifier(services, password); });
  if (!made) return std::unexpected(unavailable(made.error()));
  if (!*made) return std::unexpected(unavailable());
  return std::move(**made);
}

std::expected<domain::NewVerifier, Problem> new_verifier(const Services& services, std::string_view password) {
  const auto normal = strong_enough(services, password);
  if (!normal) return std::unexpected(normal.error());
  return hash_password(services, *normal);
}

}  // namespace tweestap::http

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
  platform::StoredVerifier verifier;
  std::optional<Secret> pepper;  // one from another system has none
};

std::expected<OpenedVerifier, Failure> open_verifier(const Services& services, std::uint64_t position) {
  const auto event = open_event(services, position, eventstore::SealedClass::Secret);
  if (!event) return std::unexpected(event.error());
  const domain::SecretText* text = verifier_in(*event);
  if (text == nullptr) return std::unexpected(Failure{Failure::Kind::Damaged, "an event without a verifier"});
  auto verifier = platform::parse_stored_verifier(text->reveal());
  if (!verifier) return std::unexpected(std::move(verifier.error()));
  const auto* own = std::get_if<platform::PasswordVerifier>(&*verifier);
  if (own == nullptr) return OpenedVerifier{std::move(*verifier), std::nullopt};
  auto pepper = services.keys.pepper(own->pepper_version);
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

std::expected<bool, Failure> matches(const Secret& password, const OpenedVerifier& opened) {
  const auto* own = std::get_if<platform::PasswordVerifier>(&opened.verifier);
  if (own != nullptr) return platform::check_password(password, *own, *opened.pepper);
  return std::get<platform::ImportedVerifier>(opened.verifier).verify(password);
}

// What came from another system is keyed with no pepper of ours, so its first right password gets a verifier that is.
bool needs_rehash(const Services& services, const OpenedVerifier& opened) {
  const auto* own = std::get_if<platform::PasswordVerifier>(&opened.verifier);
  return own == nullptr || platform::needs_rehash(*own, services.rules.argon2, services.keys.current_pepper());
}

// Runs on the pool, as a known account's check does.
std::expected<Checked, Failure> check(const Services& services, const Secret& password, const OpenedVerifier& opened) {
  const auto matched = matches(password, opened);
  if (!matched) return std::unexpected(matched.error());
  Checked checked{*matched, std::nullopt};
  if (*matched && needs_rehash(services, opened)) {
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
  const StandIns::Cost cost = services.stand_ins.pick(identifier);
  std::optional<OpenedVerifier> example;
  if (cost.example != 0) {
    if (auto opened = open_verifier(services, cost.example)) example = std::move(*opened);
  }
  if (!example) {
    auto pepper = services.keys.pepper(services.keys.current_pepper());
    if (!pepper) return std::unexpected(unavailable());
    platform::PasswordVerifier verifier;
    verifier.params = cost.params;
    verifier.salt.assign(identifier.bytes.begin(), identifier.bytes.end());
    example.emplace(OpenedVerifier{std::move(verifier), std::move(*pepper)});
  }
  const auto ran = services.hash_pool.run(platform::HashPool::Kind::Password,
                                          [&] { return matches(password, *example).has_value(); });
  if (!ran) return std::unexpected(unavailable(ran.error()));
  if (!*ran) return std::unexpected(unavailable());
  return {};
}

}  // namespace

StandIns::StandIns(const platform::Argon2Params& usual) : usual_(usual) {
  platform::PasswordVerifier verifier;
  verifier.params = usual;
  count(seen_, platform::StoredVerifier{std::move(verifier)}, 0);
}

void StandIns::count(std::vector<Seen>& seen, const platform::StoredVerifier& verifier, std::uint64_t position) const {
  std::string kind = platform::cost_of(verifier);
  auto at = std::ranges::find_if(seen, [&](const Seen& one) { return one.cost.kind == kind; });
  if (at == seen.end()) {
    if (seen.size() == kKindsMax) return;
    const auto* own = std::get_if<platform::PasswordVerifier>(&verifier);
    at = seen.insert(seen.end(), Seen{Cost{std::move(kind), own != nullptr ? own->params : usual_, position}, 0});
  }
  if (position != 0) at->cost.example = position;
  ++at->count;
}

void StandIns::saw(const platform::StoredVerifier& verifier, std::uint64_t position) {
  const std::lock_guard lock(mutex_);
  count(seen_, verifier, position);
}

void StandIns::accounts_came() {
  const std::lock_guard lock(mutex_);
  sampled_at_us_.reset();
}

void StandIns::sample_if_due(const Services& services) {
  {
    const std::lock_guard lock(mutex_);
    const std::int64_t now = services.clock.monotonic_us();
    if (sampled_at_us_ && now < *sampled_at_us_ + kSampledEvery.us) return;
    sampled_at_us_ = now;  // whoever comes meanwhile goes by what is known
  }
  // Enough to tell a share of a tenth from none; about 15 ms.
  constexpr int kAccounts = 256;
  std::vector<Seen> seen;
  const auto rows = services.partition.reader().rows();
  for (int i = 0; i < kAccounts; ++i) {
    const auto from = draw_id<domain::AccountId>(services.random);
    if (!from) return;
    const auto account = projections::read_account_from(*rows, *from);
    if (!account || !*account) return;
    const std::uint64_t position = (*account)->password.position;
    if (position == 0) continue;
    if (const auto opened = open_verifier(services, position)) count(seen, opened->verifier, position);
  }
  if (seen.empty()) return;
  const std::lock_guard lock(mutex_);
  seen_ = std::move(seen);
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
  services.stand_ins.sample_if_due(services);
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
  // Only right passwords are counted, so that nobody else moves the proportions; and none that is hashed anew, for that
  // kind is about to have one less.
  if ((*checked)->matched && !(*checked)->rehash) services.stand_ins.saw(opened->verifier, position);
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

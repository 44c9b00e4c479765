#pragma once
// The slow and secret work of a command, done by the calling thread before the command is submitted: what it finds is
// evidence, and names what it was computed from (rule SES-4).
#include <array>
#include <cstdint>
#include <expected>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/account_state.h"
#include "domain/all_events.h"
#include "domain/evidence.h"
#include "domain/recovery/recovery.h"
#include "http/problem.h"
#include "http/services.h"
#include "platform/crypto/argon2.h"
#include "platform/crypto/hash_pool.h"
#include "platform/crypto/imported_verifier.h"
#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::eventstore {
class KeyRing;
class Log;
enum class SealedClass : std::uint8_t;
}  // namespace tweestap::eventstore

namespace tweestap::http {

class CommandBasis;

/// The answer where evidence cannot be had now: something that it needs does not read back, or the pool has no room.
[[nodiscard]] inline Problem unavailable() { return {.code = ProblemCode::Unavailable}; }
[[nodiscard]] inline Problem unavailable(const platform::HashPool::Busy& busy) {
  return {.code = ProblemCode::Unavailable, .retry_after_s = busy.retry_after_s};
}

/// An event of the log with its members of one class opened. Damaged where there is no such event or it does not open.
[[nodiscard]] std::expected<domain::Event, platform::Failure> open_event(const Services& services,
                                                                         std::uint64_t position,
                                                                         eventstore::SealedClass sealed);

/// A password's bytes in a body, at most: 128 code points, each up to four bytes, and room for decomposed letters.
inline constexpr std::uint32_t kPasswordSentBytesMax = 2048;
/// The same of a code: a recovery code, with room for dashes and spaces.
inline constexpr std::uint32_t kCodeSentBytesMax = 64;

/// What is paid for an identifier without an account, so that nobody can tell it by the time (rule ENU-1). Each unknown
/// identifier pays the same as long as the accounts stay as they are: a family and parameters, picked by its keyed hash
/// in the proportions of the verifiers that exist. Thread rule: any thread.
class StandIns {
 public:
  struct Cost {
    std::string kind;               ///< platform::cost_of(): equal texts take equal time
    platform::Argon2Params params;  ///< of ours; otherwise today's
    std::uint64_t example = 0;      ///< position of an event with a verifier of that kind; 0: none is known
  };

  explicit StandIns(const platform::Argon2Params& usual);

  /// Looks at some accounts of the store, drawn at random, where that was not done for a while. To be called at every
  /// login alike, whether its identifier is known or not: it takes some time itself.
  void sample_if_due(const Services& services);
  /// Many accounts came: the next call of sample_if_due() looks again.
  void accounts_came();
  /// An account has a verifier of that kind.
  void saw(const platform::StoredVerifier& verifier, std::uint64_t position);
  [[nodiscard]] Cost pick(const domain::LookupHash& identifier) const;

 private:
  struct Seen {
    Cost cost;
    std::uint64_t count = 0;
  };
  // People who moved here get a verifier of ours at their first login, so the proportions move for months. Often enough
  // for them, and seldom enough not to matter: some 15 ms of one request in ten minutes.
  static constexpr domain::Duration kSampledEvery = domain::minutes(10);
  // More kinds than settings and other systems ever had; beyond it further ones are not told apart.
  static constexpr std::size_t kKindsMax = 16;

  void count(std::vector<Seen>& seen, const platform::StoredVerifier& verifier, std::uint64_t position) const;

  const platform::Argon2Params usual_;
  mutable std::mutex mutex_;
  std::optional<std::int64_t> sampled_at_us_;  // monotonic
  std::vector<Seen> seen_;
};

/// Whether the password is the account's. `account` is nullptr for an unknown identifier; then, and for an account
/// without a password, a hash of the same cost runs and matches nothing. Where the parameters or the pepper are no
/// longer today's, or the verifier came from another system, a right password gets a new verifier. Fails with
/// unavailable (queue full, damage).
[[nodiscard]] std::expected<domain::PasswordEvidence, Problem> password_evidence(const Services& services,
                                                                                 const domain::AccountState* account,
                                                                                 const domain::LookupHash& identifier,
                                                                                 std::string_view password);

/// A verifier of a new password. weak_password where it is too short, too long, no text, or on the blocklist.
[[nodiscard]] std::expected<domain::NewVerifier, Problem> new_verifier(const Services& services,
                                                                       std::string_view password);
/// The same judgement without the hash.
[[nodiscard]] std::expected<platform::Secret, Problem> strong_enough(const Services& services,
                                                                     std::string_view password);
/// The hash alone, of a password that is strong_enough().
[[nodiscard]] std::expected<domain::NewVerifier, Problem> hash_password(const Services& services,
                                                                        const platform::Secret& password);

/// What a code is worth by that method: against an app's secret, or against the code by SMS that waits (`sms`).
/// Unavailable where a secret cannot be opened.
[[nodiscard]] std::expected<domain::CodeEvidence, Problem> code_evidence(
    const Services& services, CommandBasis& basis, const domain::AccountId& account, domain::Method method,
    std::uint64_t secret_position, const std::optional<domain::SmsCode>& sms, domain::SmsPurpose purpose,
    std::string_view code);

/// A challenge for a code by SMS. Unavailable without randomness, or where the key of the day cannot be made.
[[nodiscard]] std::expected<domain::NewChallenge, Problem> draw_challenge(const Services& services);
/// The same where a code may go out: there is a gateway, and as far as the caller knows a number for it. Nothing
/// otherwise, so that no key is written for what nobody gets, and trouble with the keys is not everybody's.
[[nodiscard]] std::expected<std::optional<domain::NewChallenge>, Problem> draw_challenge_if(const Services& services,
                                                                                            bool has_number);

/// The number in the event at `position` (E.164). Damaged where there is none.
[[nodiscard]] std::expected<std::string, platform::Failure> open_phone(const Services& services,
                                                                       std::uint64_t position);
/// What is shown of it: `+31 6 ••••••16`.
[[nodiscard]] std::expected<std::string, platform::Failure> open_phone_hint(const Services& services,
                                                                            std::uint64_t position);
/// The same of any log and its keys: a service's or a data folder's.
[[nodiscard]] std::expected<std::string, platform::Failure> open_phone_hint(const eventstore::Log& log,
                                                                            const eventstore::KeyRing& keys,
                                                                            std::uint64_t position);

/// A mobile number as somebody typed it; invalid_phone with the reason (rule SMS-1).
[[nodiscard]] std::expected<domain::NewPhone, Problem> read_phone(const Services& services, std::string_view typed);

/// What a code is worth against the secret in the event at `secret_position` (0: none, nothing matches), by the wall
/// clock alone.
[[nodiscard]] std::expected<domain::TotpEvidence, Problem> totp_evidence(const Services& services, CommandBasis& basis,
                                                                         const domain::AccountId& account,
                                                                         std::uint64_t secret_position,
                                                                         std::string_view code);
/// The app's secret in the account's event at `position`.
[[nodiscard]] std::expected<platform::Secret, platform::Failure> open_totp_secret(const Services& services,
                                                                                  CommandBasis& basis,
                                                                                  const domain::AccountId& account,
                                                                                  std::uint64_t position);
/// 160 random bits (RFC 4226, section 4, R6).
[[nodiscard]] std::expected<platform::Secret, platform::Failure> draw_totp_secret(platform::RandomSource& random);
/// As the event carries it: base32.
[[nodiscard]] domain::SecretText totp_secret_text(const platform::Secret& secret);

/// Six recovery codes as they are shown, and their verifiers as they are stored.
struct DrawnRecoverySet {
  std::array<platform::Secret, domain::kRecoveryCodesPerSet> shown;  ///< `XXXX-XXXX-XXXX`
  domain::NewRecoverySet set;
};
/// One salt per set, so six slow hashes here and one at each try.
[[nodiscard]] std::expected<DrawnRecoverySet, Problem> draw_recovery_set(const Services& services);

/// A code as it is hashed: 12 symbols of the alphabet in upper case, dashes and spaces removed; nothing where the text
/// is none.
[[nodiscard]] std::optional<platform::Secret> canonical_recovery_code(std::string_view text);

/// Which code of the account's set it is: one slow hash, compared with all of them in constant time. `code` is
/// canonical.
[[nodiscard]] std::expected<domain::RecoveryEvidence, Problem> recovery_evidence(const Services& services,
                                                                                 const domain::AccountState& account,
                                                                                 const platform::Secret& code);

}  // namespace tweestap::http

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "platform/crypto/argon2.h"
#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::platform {

// What one check of an imported hash may cost (PWD-1). Above it the hash is refused when it is imported and when it is
// read: whoever can plant a hash could otherwise buy minutes of work with every login. The bounds are what systems in
// use ask for at the most. The dearest allowed check of each family takes one to three seconds of one core.
inline constexpr Argon2Params kImportedArgon2Max{.memory_kib = 262144, .iterations = 10, .parallelism = 16};
inline constexpr unsigned kImportedBcryptCostMax = 14;  // 2^14 rounds, 0.9 s; 10 to 12 are usual
inline constexpr std::uint64_t kImportedScryptTableBytesMax = std::uint64_t{256} << 20;  // 128 r N, as Argon2's memory
inline constexpr std::uint64_t kImportedScryptWorkMax = std::uint64_t{1} << 21;          // N r p, 1 s
inline constexpr std::uint32_t kImportedScryptBlockMax = 32;                             // r; 8 is usual
inline constexpr std::uint32_t kImportedScryptParallelMax = 16;                          // p; 10 is the most advised
inline constexpr std::uint64_t kImportedPbkdf2RoundsMax = 2'000'000;  // times blocks of output; 1,300,000 is advised
inline constexpr std::size_t kImportedBytesMax = 256;    // the text; 64 bytes each of salt and hash are 190
inline constexpr std::size_t kImportedSaltBytesMin = 4;  // shorter ones are of no known system
inline constexpr std::size_t kImportedSaltBytesMax = 64;
inline constexpr std::size_t kImportedHashBytesMin = 16;  // a guess at fewer bits would not need the password
inline constexpr std::size_t kImportedHashBytesMax = 64;

enum class Pbkdf2Hash { Sha1, Sha256, Sha512 };

/// What a password hash of another system holds, one struct a family.
struct ImportedArgon2 {
  Argon2Output wanted;
  Argon2Params params;
  std::vector<std::uint8_t> salt;
  std::vector<std::uint8_t> hash;
};
struct ImportedBcrypt {
  unsigned cost = 0;
  std::string setting;             // `$2b$12$` and 22 symbols of salt
  std::vector<std::uint8_t> hash;  // 31 symbols, as they are written
};
struct ImportedScrypt {
  std::uint32_t log2_n = 0;
  std::uint32_t r = 0;
  std::uint32_t p = 0;
  std::vector<std::uint8_t> salt;
  std::vector<std::uint8_t> hash;
};
struct ImportedPbkdf2 {
  Pbkdf2Hash function = Pbkdf2Hash::Sha256;
  std::uint32_t rounds = 0;
  std::vector<std::uint8_t> salt;
  std::vector<std::uint8_t> hash;
};

/// The password hash of somebody who moves here from another system, kept as it came until the first right password,
/// which is then hashed in our way. One of
///   $argon2id$v=19$m=65536,t=3,p=4$<salt>$<hash>   also argon2i, argon2d, v=16 and none; without keyid and data
///   $2b$12$<salt and hash>                          bcrypt, also 2a and 2y
///   $scrypt$ln=16,r=8,p=1$<salt>$<hash>
///   $pbkdf2-sha256$29000$<salt>$<hash>              also sha512, sha1 (or none), `i=29000`, `i=29000,l=32`
///   pbkdf2_sha256$260000$<salt>$<hash>              Django's, also sha1 and sha512
/// Passwords are compared in our normal form (NFC), which is what keyboards send and so what was hashed elsewhere.
/// Thread rule: as a plain value.
class ImportedVerifier {
 public:
  /// Invalid, with a reason that says which: the text is none of these, or costs more than the bounds above. The reason
  /// holds nothing of the text.
  [[nodiscard]] static std::expected<ImportedVerifier, Failure> parse(std::string_view text);

  /// Whether the password is the one that was hashed, compared in constant time. Slow on purpose: run it on the
  /// `HashPool`. bcrypt looks at the first 72 bytes, and so do we: a longer password that let its owner in there has to
  /// let in here, once. What it cannot hash, a password with a zero byte, is never right. Failures: Unavailable (no
  /// memory), Internal.
  [[nodiscard]] std::expected<bool, Failure> verify(const Secret& password) const;

  /// Everything that decides how long a check takes, as a text: `bcrypt 12`. Two verifiers with the same cost cannot be
  /// told apart by their time (ENU-1). Nothing in it is secret.
  [[nodiscard]] std::string cost() const;

  bool operator==(const ImportedVerifier&) const = delete;

 private:
  using Form = std::variant<ImportedArgon2, ImportedBcrypt, ImportedScrypt, ImportedPbkdf2>;

  explicit ImportedVerifier(Form form) : form_(std::move(form)) {}

  Form form_;
};

/// A stored verifier of either kind. Which one it is stands in its text: ours names the pepper (`keyid`), which nothing
/// imported may. After a right password, one of ours is hashed again where `needs_rehash` says so, and an imported one
/// always: its hash is not keyed with the pepper.
using StoredVerifier = std::variant<PasswordVerifier, ImportedVerifier>;

/// Invalid, with a reason, where the text is neither.
[[nodiscard]] std::expected<StoredVerifier, Failure> parse_stored_verifier(std::string_view text);

/// As `ImportedVerifier::cost`, of either kind.
[[nodiscard]] std::string cost_of(const StoredVerifier& verifier);

}  // namespace tweestap::platform

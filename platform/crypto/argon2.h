#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "platform/bytes.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::platform {

/// Cost of Argon2id (RFC 9106). The defaults are the least that PWD-1 allows.
struct Argon2Params {
  std::uint32_t memory_kib = 19456;
  std::uint32_t iterations = 2;
  std::uint32_t parallelism = 1;

  bool operator==(const Argon2Params&) const = default;
};

/// The most that a stored verifier may ask for: 256 MiB and some seconds of one core, so that a planted or imported
/// verifier cannot exhaust the machine. The least is what RFC 9106 defines (8 KiB a lane); that *our* passwords get at
/// least the defaults is checked where the setting is read.
inline constexpr Argon2Params kArgon2Max{.memory_kib = 262144, .iterations = 10, .parallelism = 4};

inline constexpr std::size_t kSaltBytes = 16;    // RFC 9106, 3.1
inline constexpr std::size_t kSaltBytesMin = 8;  // RFC 9106, 3.1
inline constexpr std::size_t kSaltBytesMax = 64;

/// What is stored of a password, as the PHC string
/// `$argon2id$v=19$m=19456,t=2,p=1,keyid=<pepper version>$<salt>$<hash>` (keyid: 4 bytes, big-endian, base64 without
/// padding, as salt and hash). The hash is HMAC-SHA-256(pepper, Argon2id output): without the pepper, which is kept
/// outside the database, a stolen verifier cannot be tried against (PWD-1).
struct PasswordVerifier {
  Argon2Params params;
  std::uint32_t pepper_version = 0;
  std::vector<std::uint8_t> salt;
  Digest hash{};

  /// Invalid where the text is not exactly such a string or its parameters are beyond `kArgon2Max`.
  [[nodiscard]] static std::expected<PasswordVerifier, Failure> parse(std::string_view phc);
  [[nodiscard]] std::string format() const;

  bool operator==(const PasswordVerifier&) const = delete;
};

/// A new verifier. Slow on purpose: run it on the `HashPool`, never on the committer. `salt` is `kSaltBytes` random
/// bytes. Failures: Invalid (salt or parameters out of bounds), Unavailable (no memory).
[[nodiscard]] std::expected<PasswordVerifier, Failure> make_verifier(const Secret& password, Bytes salt,
                                                                     const Argon2Params& params, const Secret& pepper,
                                                                     std::uint32_t pepper_version);

/// Whether the password is the verifier's, compared in constant time. Slow, as `make_verifier`.
[[nodiscard]] std::expected<bool, Failure> check_password(const Secret& password, const PasswordVerifier& verifier,
                                                          const Secret& pepper);

/// Whether a right password should be hashed again, because the parameters or the pepper have changed.
[[nodiscard]] bool needs_rehash(const PasswordVerifier& verifier, const Argon2Params& params,
                                std::uint32_t pepper_version) noexcept;

/// HMAC-SHA-256(pepper, Argon2id(text, salt)): the recovery codes of one set share a salt, so one run finds the code
/// among all of them. Slow, as `make_verifier`.
[[nodiscard]] std::expected<Digest, Failure> keyed_slow_hash(const Secret& text, Bytes salt, const Argon2Params& params,
                                                             const Secret& pepper);

/// Which of its three ways Argon2 walks its memory (RFC 9106, 1). Ours is always `Id`.
enum class Argon2Type { D, I, Id };

struct Argon2Output {
  Argon2Type type = Argon2Type::Id;
  std::uint32_t version = 0x13;  // 19, as of RFC 9106; 16 was the one before
  std::size_t size = std::tuple_size_v<Digest>;
};

/// Argon2 without a pepper, for hashes that were made elsewhere. The caller has bounded cost and salt. Slow, as
/// `make_verifier`. Failures: Unavailable (no memory), Internal (what Argon2 itself does not take).
[[nodiscard]] std::expected<Secret, Failure> plain_argon2(const Secret& text, Bytes salt, const Argon2Params& params,
                                                          const Argon2Output& wanted);

}  // namespace tweestap::platform

#pragma once
// The key-encryption key: 32 random bytes, kept outside the databases as a line of base64url or hexadecimal.
#include <cstdint>
#include <expected>
#include <filesystem>

#include "platform/crypto/random.h"
#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

inline constexpr std::size_t kKekBytes = 32;

/// The key in a text from a file, the environment or a systemd credential: 43 characters of base64url or 64 of
/// hexadecimal, white space at the end aside. Invalid otherwise; the reason says what was expected, never what was
/// there.
[[nodiscard]] std::expected<platform::Secret, platform::Failure> parse_kek(const platform::Secret& text);

/// Who may have the right to read a key's file.
enum class KekReaders : std::uint8_t {
  OwnerAlone,
  /// Also a group: systemd gives a unit with User= its credentials by way of an ACL, whose mask shows as the group's
  /// rights (mode 0440), in a folder that only the unit can enter.
  SystemdUnit,
};

/// Reads the key from a file. Invalid where others than those may use it: then it is no secret any more.
[[nodiscard]] std::expected<platform::Secret, platform::Failure> load_kek_file(
    const std::filesystem::path& path, KekReaders readers = KekReaders::OwnerAlone);

/// Draws a key and writes it with mode 0600, synced. Invalid where a file of that name is there.
[[nodiscard]] std::expected<platform::Secret, platform::Failure> create_kek_file(const std::filesystem::path& path,
                                                                                 platform::RandomSource& random);

}  // namespace tweestap::eventstore

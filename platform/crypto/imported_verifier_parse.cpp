// Reading the hashes of other systems: syntax first, then what they would cost.
#include <algorithm>
#include <optional>
#include <utility>

#include "platform/bug.h"
#include "platform/crypto/imported_verifier.h"
#include "platform/crypto/phc.h"
#include "platform/text/encoding.h"

namespace tweestap::platform {
namespace {

std::unexpected<Failure> refused(std::string reason) {
  return std::unexpected(Failure{Failure::Kind::Invalid, std::move(reason)});
}

std::optional<std::string> salt_or_hash_out_of_bounds(Bytes salt, Bytes hash) {
  if (salt.size() < kImportedSaltBytesMin || salt.size() > kImportedSaltBytesMax) return "a salt has 4 to 64 bytes";
  if (hash.size() < kImportedHashBytesMin || hash.size() > kImportedHashBytesMax) return "a hash has 16 to 64 bytes";
  return std::nullopt;
}

// The end that all but bcrypt have.
bool take_salt_and_hash(PhcReader& reader, std::vector<std::uint8_t>& salt, std::vector<std::uint8_t>& hash) {
  return reader.take_text("$") && reader.take_base64(salt) && reader.take_text("$") && reader.take_base64(hash) &&
         reader.at_end();
}

std::expected<ImportedArgon2, Failure> parse_argon2(std::string_view text) {
  ImportedArgon2 found;
  PhcReader reader(text);
  if (reader.take_text("$argon2id$")) {
    found.wanted.type = Argon2Type::Id;
  } else if (reader.take_text("$argon2i$")) {
    found.wanted.type = Argon2Type::I;
  } else if (reader.take_text("$argon2d$")) {
    found.wanted.type = Argon2Type::D;
  } else {
    return refused("not an argon2 hash");
  }
  // Version 16 did not write its number.
  if (!reader.take_text("v=19$")) {
    found.wanted.version = 0x10;
    reader.take_text("v=16$");
  }
  const bool read = reader.take_text("m=") && reader.take_number(found.params.memory_kib) && reader.take_text(",t=") &&
                    reader.take_number(found.params.iterations) && reader.take_text(",p=") &&
                    reader.take_number(found.params.parallelism) && take_salt_and_hash(reader, found.salt, found.hash);
  if (!read) return refused("not an argon2 hash");
  if (auto odd = salt_or_hash_out_of_bounds(found.salt, found.hash)) return refused("argon2: " + *odd);
  if (found.salt.size() < kSaltBytesMin) return refused("argon2: a salt has 8 to 64 bytes");
  if (found.params.parallelism > kImportedArgon2Max.parallelism) return refused("argon2: more than 16 lanes");
  if (found.params.memory_kib > kImportedArgon2Max.memory_kib) return refused("argon2: more than 256 MiB of memory");
  if (found.params.iterations > kImportedArgon2Max.iterations) return refused("argon2: more than 10 iterations");
  if (found.params.memory_kib < 8 * found.params.parallelism) return refused("argon2: less than 8 KiB a lane");
  found.wanted.size = found.hash.size();
  return found;
}

constexpr std::string_view kBcryptSymbols = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

std::expected<ImportedBcrypt, Failure> parse_bcrypt(std::string_view text) {
  constexpr std::size_t kSettingBytes = 29;  // $2b$12$ and the 22 symbols of the salt
  constexpr std::size_t kTextBytes = 60;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::string_view variant = text.substr(0, 4);
  if (text.size() != kTextBytes || (variant != "$2a$" && variant != "$2b$" && variant != "$2y$") || !digit(text[4]) ||
      !digit(text[5]) || text[6] != '$' || text.substr(7).find_first_not_of(kBcryptSymbols) != std::string_view::npos) {
    return refused("not a bcrypt hash of the kinds 2a, 2b and 2y");
  }
  ImportedBcrypt found;
  found.cost = static_cast<unsigned>(text[4] - '0') * 10 + static_cast<unsigned>(text[5] - '0');
  if (found.cost < 4) return refused("bcrypt: a cost below 4, which it does not have");
  if (found.cost > kImportedBcryptCostMax) return refused("bcrypt: a cost above 14");
  // 23 bytes are 30 symbols and four bits of the last one. With others set no password would ever be right.
  if (kBcryptSymbols.find(text.back()) % 4 != 0) return refused("bcrypt: its last symbol belongs to no hash");
  found.setting = text.substr(0, kSettingBytes);
  const Bytes hash = bytes_of(text.substr(kSettingBytes));
  found.hash.assign(hash.begin(), hash.end());
  return found;
}

std::expected<ImportedScrypt, Failure> parse_scrypt(std::string_view text) {
  ImportedScrypt found;
  PhcReader reader(text);
  const bool read = reader.take_text("$scrypt$ln=") && reader.take_number(found.log2_n) && reader.take_text(",r=") &&
                    reader.take_number(found.r) && reader.take_text(",p=") && reader.take_number(found.p) &&
                    take_salt_and_hash(reader, found.salt, found.hash);
  if (!read) return refused("not a scrypt hash");
  if (auto odd = salt_or_hash_out_of_bounds(found.salt, found.hash)) return refused("scrypt: " + *odd);
  if (found.r > kImportedScryptBlockMax) return refused("scrypt: a block size above 32");
  if (found.p > kImportedScryptParallelMax) return refused("scrypt: a parallelism above 16");
  // RFC 7914, 6: N is below 2^(128 r / 8). It matters for r = 1 alone, and OpenSSL refuses it.
  if (found.log2_n >= 16 * found.r) return refused("scrypt: N is too large for its block size");
  constexpr std::uint32_t kLog2Max = 32;  // keeps the product below in 64 bits; far above both bounds
  const std::uint64_t units =
      found.log2_n < kLog2Max ? (std::uint64_t{1} << found.log2_n) * found.r : ~std::uint64_t{0};
  if (units > kImportedScryptTableBytesMax / 128) return refused("scrypt: more than 256 MiB of memory");
  if (units * found.p > kImportedScryptWorkMax) return refused("scrypt: more work than N r p = 2^21");
  return found;
}

std::expected<ImportedPbkdf2, Failure> judged(ImportedPbkdf2 found) {
  if (auto odd = salt_or_hash_out_of_bounds(found.salt, found.hash)) return refused("pbkdf2: " + *odd);
  // Every block of output costs all the rounds again (RFC 8018, 5.2).
  const auto digest_bytes = [](Pbkdf2Hash function) -> std::size_t {
    switch (function) {
      case Pbkdf2Hash::Sha1:
        return 20;
      case Pbkdf2Hash::Sha256:
        return 32;
      case Pbkdf2Hash::Sha512:
        return 64;
    }
    bug("there are three hashes for PBKDF2");
  };
  const std::size_t digest = digest_bytes(found.function);
  const std::uint64_t blocks = (found.hash.size() + digest - 1) / digest;
  if (found.rounds * blocks > kImportedPbkdf2RoundsMax) return refused("pbkdf2: more than 2,000,000 rounds");
  return found;
}

// passlib writes base64 with a dot for the plus.
bool decode_dotted(std::string_view text, std::vector<std::uint8_t>& bytes) {
  std::string plain(text);
  std::ranges::replace(plain, '.', '+');
  auto decoded = from_base64(plain);
  if (!decoded) return false;
  bytes = std::move(*decoded);
  return true;
}

std::expected<ImportedPbkdf2, Failure> parse_pbkdf2(std::string_view text) {
  ImportedPbkdf2 found;
  PhcReader reader(text);
  if (reader.take_text("$pbkdf2$") || reader.take_text("$pbkdf2-sha1$")) {
    found.function = Pbkdf2Hash::Sha1;
  } else if (reader.take_text("$pbkdf2-sha512$")) {
    found.function = Pbkdf2Hash::Sha512;
  } else if (!reader.take_text("$pbkdf2-sha256$")) {
    return refused("not a pbkdf2 hash with SHA-1, SHA-256 or SHA-512");
  }
  const bool named = reader.take_text("i=");
  bool read = reader.take_number(found.rounds);
  std::uint32_t length = 0;
  if (read && named && reader.take_text(",l=")) read = reader.take_number(length);
  read = read && reader.take_text("$") && decode_dotted(reader.take_field(), found.salt) && reader.take_text("$") &&
         decode_dotted(reader.take_field(), found.hash) && reader.at_end();
  if (!read || (length != 0 && length != found.hash.size())) return refused("not a pbkdf2 hash");
  return judged(std::move(found));
}

std::expected<ImportedPbkdf2, Failure> parse_django(std::string_view text) {
  ImportedPbkdf2 found;
  PhcReader reader(text);
  if (reader.take_text("pbkdf2_sha1$")) {
    found.function = Pbkdf2Hash::Sha1;
  } else if (reader.take_text("pbkdf2_sha512$")) {
    found.function = Pbkdf2Hash::Sha512;
  } else if (!reader.take_text("pbkdf2_sha256$")) {
    return refused("not a pbkdf2 hash with SHA-1, SHA-256 or SHA-512");
  }
  const bool numbered = reader.take_number(found.rounds) && reader.take_text("$");
  const Bytes salt = bytes_of(reader.take_field());  // the text itself is the salt
  std::string_view hash = reader.take_text("$") ? reader.rest() : std::string_view();
  const bool whole = hash.size() % 4 == 0;  // with the padding that it always has
  for (int i = 0; i < 2 && hash.ends_with('='); ++i) hash.remove_suffix(1);
  auto decoded = from_base64(hash);
  if (!numbered || !whole || !decoded) return refused("not a pbkdf2 hash");
  found.salt.assign(salt.begin(), salt.end());
  found.hash = std::move(*decoded);
  return judged(std::move(found));
}

}  // namespace

std::expected<ImportedVerifier, Failure> ImportedVerifier::parse(std::string_view text) {
  const auto verifier = [](auto form) -> std::expected<ImportedVerifier, Failure> {
    if (!form) return std::unexpected(std::move(form.error()));
    return ImportedVerifier(std::move(*form));
  };
  if (text.size() > kImportedBytesMax) return refused("a password hash has at most 256 bytes");
  if (text.starts_with("$argon2")) return verifier(parse_argon2(text));
  if (text.starts_with("$2")) return verifier(parse_bcrypt(text));
  if (text.starts_with("$scrypt$")) return verifier(parse_scrypt(text));
  if (text.starts_with("$pbkdf2")) return verifier(parse_pbkdf2(text));
  if (text.starts_with("pbkdf2_")) return verifier(parse_django(text));
  return refused("a password hash is argon2, bcrypt, scrypt or pbkdf2");
}

std::expected<StoredVerifier, Failure> parse_stored_verifier(std::string_view text) {
  if (auto ours = PasswordVerifier::parse(text)) return std::move(*ours);
  auto imported = ImportedVerifier::parse(text);
  if (!imported) return std::unexpected(std::move(imported.error()));
  return std::move(*imported);
}

}  // namespace tweestap::platform

#include "eventstore/key_wrapping.h"

#include <algorithm>

#include "eventstore/crc32c.h"
#include "eventstore/keys.h"
#include "platform/bytes.h"
#include "platform/crypto/aead.h"
#include "platform/crypto/hash.h"

namespace tweestap::eventstore {
namespace {

constexpr char kWrappedKeyFormat = 1;
constexpr std::size_t kWrappedKeyNonceAt = 1 + 4;
constexpr std::size_t kWrappedKeyCiphertextAt = kWrappedKeyNonceAt + platform::kAeadNonceBytes;

std::string wrapped_key_head(std::uint32_t generation) {
  std::string head(1, kWrappedKeyFormat);
  append_u32(generation, head);
  return head;
}

}  // namespace

std::expected<std::string, platform::Failure> wrap_key(const platform::Secret& kek, std::string_view name,
                                                       std::uint32_t generation, const platform::Secret& key,
                                                       platform::RandomSource& random) {
  const auto nonce = platform::draw_bytes<platform::kAeadNonceBytes>(random);
  if (!nonce) return std::unexpected(nonce.error());
  std::string value = wrapped_key_head(generation);
  const auto ciphertext = platform::aead_seal(kek, *nonce, platform::bytes_of(value + std::string{name}), key.reveal());
  value.append(platform::text_of(*nonce));
  value.append(platform::text_of(ciphertext));
  return value;
}

std::expected<UnwrappedKey, platform::Failure> unwrap_key(const platform::Secret& kek, std::string_view name,
                                                          std::size_t key_bytes, std::string_view value) {
  constexpr std::string_view kReason = "a record of the key database does not open";
  if (value.size() != kWrappedKeyCiphertextAt + key_bytes + platform::kAeadTagBytes || value[0] != kWrappedKeyFormat) {
    return std::unexpected(damaged(std::string{kReason}));
  }
  const std::uint32_t generation = read_u32(value.substr(1, 4));
  platform::AeadNonce nonce{};
  std::copy_n(value.begin() + kWrappedKeyNonceAt, nonce.size(), nonce.begin());
  auto key = platform::aead_open(kek, nonce, platform::bytes_of(wrapped_key_head(generation) + std::string{name}),
                                 platform::bytes_of(value.substr(kWrappedKeyCiphertextAt)));
  if (!key) return std::unexpected(damaged(std::string{kReason}));
  return UnwrappedKey{generation, std::move(*key)};
}

std::string check_record(const platform::Secret& kek) {
  std::string record(1, kWrappedKeyFormat);
  record.append(platform::text_of(platform::hmac_sha256(kek, std::string_view{"tweestap key-encryption key"})));
  append_u32(crc32c(platform::bytes_of(record)), record);
  return record;
}

KekCheck check_kek(const platform::Secret& kek, std::string_view record) {
  const std::string expected = check_record(kek);
  if (record == expected) return KekCheck::Same;
  constexpr std::size_t kCrcBytes = 4;
  if (record.size() != expected.size() || record[0] != kWrappedKeyFormat) return KekCheck::Damaged;
  const std::string_view said = record.substr(0, record.size() - kCrcBytes);
  const bool whole = crc32c(platform::bytes_of(said)) == read_u32(record.substr(said.size()));
  return whole ? KekCheck::Another : KekCheck::Damaged;
}

}  // namespace tweestap::eventstore

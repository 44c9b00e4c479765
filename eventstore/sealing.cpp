#include "eventstore/sealing.h"

#include <algorithm>

#include "eventstore/keys.h"
#include "platform/bug.h"
#include "platform/bytes.h"
#include "platform/crypto/aead.h"

namespace tweestap::eventstore {
namespace {

constexpr char kSealedFormat = 1;
constexpr std::size_t kGenerationAt = 1;
constexpr std::size_t kSealedNonceAt = kGenerationAt + 4;
constexpr std::size_t kSealedCiphertextAt = kSealedNonceAt + platform::kAeadNonceBytes;

void append_id(const domain::IdBytes& bytes, std::string& out) {
  out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

// Every member has a fixed width but the type, which is last: no two places have the same bytes.
std::string aad_of(const SealedPlace& place, SealedClass sealed, std::uint32_t generation) {
  std::string aad;
  aad.reserve(128);
  aad.push_back(kSealedFormat);
  append_id(place.log.bytes, aad);
  append_u64(place.position, aad);
  append_id(place.subject.bytes, aad);
  append_u32(place.schema_version, aad);
  aad.push_back(static_cast<char>(sealed));
  append_u32(generation, aad);
  aad.append(place.type);
  return aad;
}

std::unexpected<Failure> damaged_value(const SealedPlace& place) {
  return std::unexpected(Failure{
      Failure::Kind::Damaged, "what is sealed beside position " + std::to_string(place.position) + " does not open"});
}

}  // namespace

std::expected<std::string, Failure> seal(const SubjectKeys& keys, const SealedPlace& place, SealedClass sealed,
                                         const platform::Secret& members, platform::RandomSource& random) {
  const auto nonce = platform::draw_bytes<platform::kAeadNonceBytes>(random);
  if (!nonce) return std::unexpected(nonce.error());
  const auto ciphertext = platform::aead_seal(
      keys.of(sealed), *nonce, platform::bytes_of(aad_of(place, sealed, keys.generation)), members.reveal());
  std::string value;
  value.reserve(kSealedCiphertextAt + ciphertext.size());
  value.push_back(kSealedFormat);
  append_u32(keys.generation, value);
  value.append(platform::text_of(*nonce));
  value.append(platform::text_of(ciphertext));
  return value;
}

std::expected<platform::Secret, Failure> open_sealed(const SubjectKeys& keys, const SealedPlace& place,
                                                     SealedClass sealed, std::string_view value) {
  if (value.size() < kSealedCiphertextAt + platform::kAeadTagBytes || value[0] != kSealedFormat ||
      read_u32(value.substr(kGenerationAt)) != keys.generation) {
    return damaged_value(place);
  }
  platform::AeadNonce nonce{};
  std::copy_n(value.begin() + kSealedNonceAt, nonce.size(), nonce.begin());
  auto opened = platform::aead_open(keys.of(sealed), nonce, platform::bytes_of(aad_of(place, sealed, keys.generation)),
                                    platform::bytes_of(value.substr(kSealedCiphertextAt)));
  if (!opened) return damaged_value(place);
  return opened;
}

platform::Digest sealed_digest(std::string_view value) noexcept { return platform::sha256(value); }

}  // namespace tweestap::eventstore

#include "eventstore/answers.h"

#include <algorithm>
#include <cstring>

#include "eventstore/keys.h"
#include "platform/bytes.h"
#include "platform/crypto/aead.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;

constexpr char kAnswerFormat = 1;
constexpr std::size_t kVersionAt = 1;
constexpr std::size_t kEndAt = kVersionAt + 4;
constexpr std::size_t kAnswerNonceAt = kEndAt + 8;
constexpr std::size_t kAnswerCiphertextAt = kAnswerNonceAt + platform::kAeadNonceBytes;
constexpr std::size_t kBodyHashBytes = std::tuple_size_v<platform::Digest>;

// Each part after its length, so that moving a byte from one part into the next makes other bytes.
platform::Secret joined(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += 8 + part.size();
  platform::Secret out{size};
  auto* at = out.writable().data();
  for (const std::string_view part : parts) {
    for (int shift = 56; shift >= 0; shift -= 8) *at++ = static_cast<std::uint8_t>(part.size() >> shift);
    at = std::copy(part.begin(), part.end(), at);
  }
  return out;
}

std::string seal_head(const AnswerSeal& seal) {
  std::string head(1, kAnswerFormat);
  append_u32(seal.key_version, head);
  append_u64(static_cast<std::uint64_t>(seal.ends_at.us), head);
  return head;
}

std::unexpected<Failure> damaged_answer() {
  return std::unexpected(Failure{Failure::Kind::Damaged, "a kept answer does not open"});
}

}  // namespace

platform::Digest answer_hash(const platform::Secret& answers_key, const AnsweredRequest& request) {
  const platform::Secret what =
      joined({"tweestap answer found", request.route, request.credential, request.idempotency_key});
  return platform::hmac_sha256(answers_key, what.reveal());
}

std::string answer_record_key(domain::Time at, const platform::Digest& hash) {
  constexpr std::int64_t kDayUs = 86'400'000'000;
  std::string key;
  append_u32(static_cast<std::uint32_t>(at.us / kDayUs), key);
  key.append(platform::text_of(hash));
  return key;
}

platform::Secret answer_sealing_key(const platform::Secret& answers_key, const AnsweredRequest& request) {
  const platform::Secret from =
      joined({answers_key.reveal_text(), request.route, request.credential, request.idempotency_key});
  return platform::hkdf_sha256(from.reveal(), {}, "tweestap answer sealed", platform::kAeadKeyBytes);
}

std::expected<std::string, Failure> seal_answer(const platform::Secret& sealing_key, const AnswerSeal& seal,
                                                std::string_view answer, platform::RandomSource& random) {
  const auto nonce = platform::draw_bytes<platform::kAeadNonceBytes>(random);
  if (!nonce) return std::unexpected(nonce.error());
  platform::Secret plaintext{kBodyHashBytes + answer.size()};
  auto* const after_hash = std::copy(seal.body_hash.begin(), seal.body_hash.end(), plaintext.writable().data());
  std::copy(answer.begin(), answer.end(), after_hash);
  std::string value = seal_head(seal);
  const auto ciphertext = platform::aead_seal(sealing_key, *nonce, platform::bytes_of(value), plaintext.reveal());
  value.append(platform::text_of(*nonce));
  value.append(platform::text_of(ciphertext));
  return value;
}

std::optional<AnswerHead> answer_head(std::string_view value) noexcept {
  if (value.size() < kAnswerCiphertextAt + kBodyHashBytes + platform::kAeadTagBytes || value[0] != kAnswerFormat) {
    return std::nullopt;
  }
  const std::uint64_t end = read_u64(value.substr(kEndAt, 8));
  if (end > static_cast<std::uint64_t>(domain::kTimeMax.us)) return std::nullopt;
  return AnswerHead{read_u32(value.substr(kVersionAt, 4)), {static_cast<std::int64_t>(end)}};
}

std::expected<OpenedAnswer, Failure> open_answer(const platform::Secret& sealing_key, std::string_view value) {
  const auto head = answer_head(value);
  if (!head) return damaged_answer();
  platform::AeadNonce nonce{};
  std::copy_n(value.begin() + kAnswerNonceAt, nonce.size(), nonce.begin());
  const auto plaintext = platform::aead_open(sealing_key, nonce, platform::bytes_of(value.substr(0, kAnswerNonceAt)),
                                             platform::bytes_of(value.substr(kAnswerCiphertextAt)));
  if (!plaintext || plaintext->size() < kBodyHashBytes) return damaged_answer();
  OpenedAnswer out{{head->key_version, head->ends_at, {}},
                   platform::Secret::from_bytes(plaintext->reveal().subspan(kBodyHashBytes))};
  std::copy_n(plaintext->reveal().begin(), kBodyHashBytes, out.seal.body_hash.begin());
  return out;
}

}  // namespace tweestap::eventstore

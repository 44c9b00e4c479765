#include "platform/crypto/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstring>

#include "platform/bug.h"

namespace tweestap::platform {
namespace {

struct FreeHashContext {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeHashContext>;

// Fetching an algorithm costs more than hashing a short text, so it is done once and kept as long as the process lives.
const EVP_MD* algorithm(const char* name) {
  const EVP_MD* fetched = EVP_MD_fetch(nullptr, name, nullptr);
  if (fetched == nullptr) bug("OpenSSL lacks a hash function that this service is built on");
  return fetched;
}

struct Sha1Hash {
  using Value = Sha1Digest;
  static constexpr std::size_t kBlock = 64;
  static const EVP_MD* get() {
    static const EVP_MD* const kAlgorithm = algorithm("SHA1");
    return kAlgorithm;
  }
};
struct Sha256Hash {
  using Value = Digest;
  static constexpr std::size_t kBlock = 64;
  static const EVP_MD* get() {
    static const EVP_MD* const kAlgorithm = algorithm("SHA256");
    return kAlgorithm;
  }
};
struct Sha512Hash {
  using Value = Sha512Digest;
  static constexpr std::size_t kBlock = 128;
  static const EVP_MD* get() {
    static const EVP_MD* const kAlgorithm = algorithm("SHA512");
    return kAlgorithm;
  }
};

Context new_context() {
  Context context(EVP_MD_CTX_new());
  if (context == nullptr) bug("no memory for a hash");
  return context;
}

void require_hash(int done) {
  if (done != 1) bug("OpenSSL could not hash");
}

template <typename Hash>
typename Hash::Value digest_of(Bytes first, Bytes second) noexcept {
  thread_local const Context kContext = new_context();
  typename Hash::Value value;
  require_hash(EVP_DigestInit_ex2(kContext.get(), Hash::get(), nullptr));
  if (!first.empty()) require_hash(EVP_DigestUpdate(kContext.get(), first.data(), first.size()));
  if (!second.empty()) require_hash(EVP_DigestUpdate(kContext.get(), second.data(), second.size()));
  require_hash(EVP_DigestFinal_ex(kContext.get(), value.data(), nullptr));
  return value;
}

// RFC 2104 on two plain digests: OpenSSL 3's own HMAC allocates and fetches for every call.
template <typename Hash>
typename Hash::Value hmac(Bytes key, Bytes data) noexcept {
  std::array<std::uint8_t, Hash::kBlock> block{};
  if (key.size() > block.size()) {
    auto shortened = digest_of<Hash>(key, {});
    std::ranges::copy(shortened, block.begin());
    wipe_memory(shortened);
  } else {
    std::ranges::copy(key, block.begin());
  }
  for (auto& byte : block) byte ^= 0x36;
  auto inner = digest_of<Hash>(block, data);
  for (auto& byte : block) byte ^= 0x36 ^ 0x5c;
  const auto value = digest_of<Hash>(block, inner);
  wipe_memory(block);
  wipe_memory(inner);
  return value;
}

}  // namespace

Digest sha256(Bytes data) noexcept { return digest_of<Sha256Hash>(data, {}); }
Digest sha256(std::string_view data) noexcept { return sha256(bytes_of(data)); }
Sha1Digest sha1(Bytes data) noexcept { return digest_of<Sha1Hash>(data, {}); }

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr) bug("no memory for a hash");
  require_hash(EVP_DigestInit_ex2(context_.get(), Sha256Hash::get(), nullptr));
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(Bytes data) noexcept {
  if (!data.empty()) require_hash(EVP_DigestUpdate(context_.get(), data.data(), data.size()));
  return *this;
}

Sha256& Sha256::update(std::string_view data) noexcept { return update(bytes_of(data)); }

Digest Sha256::finish() noexcept {
  Digest value;
  require_hash(EVP_DigestFinal_ex(context_.get(), value.data(), nullptr));
  require_hash(EVP_DigestInit_ex2(context_.get(), Sha256Hash::get(), nullptr));
  return value;
}

Digest hmac_sha256(Bytes key, Bytes data) noexcept { return hmac<Sha256Hash>(key, data); }
Digest hmac_sha256(const Secret& key, Bytes data) noexcept { return hmac<Sha256Hash>(key.reveal(), data); }
Digest hmac_sha256(const Secret& key, std::string_view data) noexcept { return hmac_sha256(key, bytes_of(data)); }
Sha1Digest hmac_sha1(Bytes key, Bytes data) noexcept { return hmac<Sha1Hash>(key, data); }
Sha512Digest hmac_sha512(Bytes key, Bytes data) noexcept { return hmac<Sha512Hash>(key, data); }

Secret hkdf_sha256(Bytes key, Bytes salt, std::string_view info, std::size_t length) {
  constexpr std::size_t kHash = std::tuple_size_v<Digest>;
  if (length > 255 * kHash) bug("HKDF gives at most 255 blocks");
  Digest extracted = hmac_sha256(salt, key);  // an empty salt is a key of zeros, as RFC 5869, 2.2 says
  Secret result(length);
  // T(n) = HMAC(PRK, T(n-1) | info | n), RFC 5869, 2.3
  Secret input(kHash + info.size() + 1);
  const auto room = input.writable();
  std::ranges::copy(bytes_of(info), room.begin() + kHash);
  for (std::size_t done = 0, n = 1; done < length; done += kHash, ++n) {
    room[kHash + info.size()] = static_cast<std::uint8_t>(n);
    Digest block = hmac_sha256(extracted, n == 1 ? Bytes(room).subspan(kHash) : Bytes(room));
    std::ranges::copy(block, room.begin());
    std::memcpy(result.writable().data() + done, block.data(), std::min(kHash, length - done));
    wipe_memory(block);
  }
  wipe_memory(extracted);
  return result;
}

bool constant_time_equal(Bytes a, Bytes b) noexcept {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace tweestap::platform

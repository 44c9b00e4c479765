#include "platform/crypto/aead.h"

#include <openssl/evp.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "platform/bug.h"

namespace tweestap::platform {
namespace {

struct FreeCipherContext {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};

const EVP_CIPHER* aes_256_gcm() {
  static const EVP_CIPHER* const kCipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (kCipher == nullptr) bug("OpenSSL lacks AES-256-GCM");
  return kCipher;
}

EVP_CIPHER_CTX* thread_context() {
  thread_local const std::unique_ptr<EVP_CIPHER_CTX, FreeCipherContext> kContext(EVP_CIPHER_CTX_new());
  if (kContext == nullptr) bug("no memory for a cipher");
  return kContext.get();
}

void require_cipher(int done) {
  if (done != 1) bug("OpenSSL could not encrypt");
}

int length_of(Bytes bytes) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) bug("too much to seal at once");
  return static_cast<int>(bytes.size());
}

// Puts the round keys of nothing in the place of the ones just used: freeing the context instead would cost an
// allocation at the next call.
void forget_key(EVP_CIPHER_CTX* context) {
  static constexpr std::array<std::uint8_t, kAeadKeyBytes> kNothing{};
  require_cipher(EVP_CipherInit_ex2(context, nullptr, kNothing.data(), nullptr, -1, nullptr));
}

void begin(EVP_CIPHER_CTX* context, const Secret& key, const AeadNonce& nonce, int encrypt) {
  if (key.size() != kAeadKeyBytes) bug("a key for AES-256-GCM has 32 bytes");
  // The cipher is named only the first time: naming it again builds its state anew.
  const EVP_CIPHER* const cipher = EVP_CIPHER_CTX_get0_cipher(context) == nullptr ? aes_256_gcm() : nullptr;
  require_cipher(EVP_CipherInit_ex2(context, cipher, key.reveal().data(), nonce.data(), encrypt, nullptr));
}

}  // namespace

std::vector<std::uint8_t> aead_seal(const Secret& key, const AeadNonce& nonce, Bytes aad, Bytes plaintext) {
  EVP_CIPHER_CTX* const context = thread_context();
  begin(context, key, nonce, 1);
  std::vector<std::uint8_t> sealed(plaintext.size() + kAeadTagBytes);
  int written = 0;
  if (!aad.empty()) require_cipher(EVP_EncryptUpdate(context, nullptr, &written, aad.data(), length_of(aad)));
  if (!plaintext.empty()) {
    require_cipher(EVP_EncryptUpdate(context, sealed.data(), &written, plaintext.data(), length_of(plaintext)));
  }
  require_cipher(EVP_EncryptFinal_ex(context, sealed.data() + plaintext.size(), &written));
  require_cipher(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kAeadTagBytes),
                                     sealed.data() + plaintext.size()));
  forget_key(context);
  return sealed;
}

std::expected<Secret, Failure> aead_open(const Secret& key, const AeadNonce& nonce, Bytes aad, Bytes sealed) {
  if (sealed.size() < kAeadTagBytes) {
    return std::unexpected(Failure{Failure::Kind::Damaged, "a sealed value is shorter than its tag"});
  }
  EVP_CIPHER_CTX* const context = thread_context();
  begin(context, key, nonce, 0);
  const Bytes ciphertext = sealed.first(sealed.size() - kAeadTagBytes);
  std::array<std::uint8_t, kAeadTagBytes> tag;
  std::ranges::copy(sealed.last(kAeadTagBytes), tag.begin());
  Secret plaintext(ciphertext.size());
  int written = 0;
  if (!aad.empty()) require_cipher(EVP_DecryptUpdate(context, nullptr, &written, aad.data(), length_of(aad)));
  if (!ciphertext.empty()) {
    require_cipher(
        EVP_DecryptUpdate(context, plaintext.writable().data(), &written, ciphertext.data(), length_of(ciphertext)));
  }
  require_cipher(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kAeadTagBytes), tag.data()));
  std::uint8_t nothing = 0;
  const bool genuine = EVP_DecryptFinal_ex(context, &nothing, &written) == 1;
  forget_key(context);
  if (!genuine) {
    return std::unexpected(Failure{Failure::Kind::Damaged, "a sealed value does not open: wrong key, place or bytes"});
  }
  return plaintext;
}

}  // namespace tweestap::platform

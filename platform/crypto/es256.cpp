#include "platform/crypto/es256.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "platform/bug.h"
#include "platform/crypto/openssl_errors.h"
#include "platform/text/encoding.h"

namespace tweestap::platform {
namespace {

constexpr std::size_t kNumberBytes = 32;

// The order n of P-256 (SEC 2, 2.4.2; NIST SP 800-186, 3.2.1.3).
constexpr std::array<std::uint8_t, kNumberBytes> kOrder{
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

struct Free {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const noexcept { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
  void operator()(ECDSA_SIG* signature) const noexcept { ECDSA_SIG_free(signature); }
  void operator()(BIGNUM* number) const noexcept { BN_free(number); }
};
template <typename Handle>
using Owned = std::unique_ptr<Handle, Free>;

template <typename Handle>
Owned<Handle> must(Handle* made) {
  if (made == nullptr) bug("no memory for OpenSSL");
  return Owned<Handle>(made);
}

// Nothing where the coordinates are no point of the curve. The uncompressed form (SEC 1, 2.3.3) cannot name the point
// at infinity: of 64 bytes each pair is checked against the equation of the curve, which (0, 0) does not satisfy.
Owned<EVP_PKEY> openssl_key(const Es256PublicKey::Coordinates& coordinates) {
  std::array<std::uint8_t, 1 + std::tuple_size_v<Es256PublicKey::Coordinates>> point{0x04};
  std::ranges::copy(coordinates, point.begin() + 1);
  std::string group = "prime256v1";
  const std::array<OSSL_PARAM, 3> params{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  const auto context = must(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  // OpenSSL's parameters are not const because the same structure also asks for values.
  auto asked = params;
  if (EVP_PKEY_fromdata_init(context.get()) != 1) bug("OpenSSL lacks elliptic curves");
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, asked.data()) != 1) return nullptr;
  Owned<EVP_PKEY> owned(key);
  const auto check = must(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (EVP_PKEY_public_check(check.get()) != 1) return nullptr;
  return owned;
}

// Both are big-endian and of one length, so they compare as their bytes do.
bool in_range(Bytes number) {
  const bool zero = std::ranges::all_of(number, [](std::uint8_t byte) { return byte == 0; });
  return !zero && std::ranges::lexicographical_compare(number, kOrder);
}

// OpenSSL reads a signature as DER (RFC 3279, 2.2.3).
std::vector<std::uint8_t> as_der(Bytes r, Bytes s) {
  const auto signature = must(ECDSA_SIG_new());
  auto first = must(BN_bin2bn(r.data(), static_cast<int>(r.size()), nullptr));
  auto second = must(BN_bin2bn(s.data(), static_cast<int>(s.size()), nullptr));
  if (ECDSA_SIG_set0(signature.get(), first.release(), second.release()) != 1) bug("a signature has two numbers");
  const int size = i2d_ECDSA_SIG(signature.get(), nullptr);
  if (size <= 0) bug("OpenSSL could not write a signature");
  std::vector<std::uint8_t> der(static_cast<std::size_t>(size));
  std::uint8_t* end = der.data();
  i2d_ECDSA_SIG(signature.get(), &end);
  return der;
}

Failure not_a_key() { return {Failure::Kind::Invalid, "not the coordinates of a point of P-256"}; }

}  // namespace

std::expected<Es256PublicKey, Failure> Es256PublicKey::from_bytes(Bytes stored) {
  Coordinates coordinates;
  if (stored.size() != coordinates.size()) return std::unexpected(not_a_key());
  std::ranges::copy(stored, coordinates.begin());
  const OpensslErrorsForgotten forgotten;
  if (openssl_key(coordinates) == nullptr) return std::unexpected(not_a_key());
  return Es256PublicKey(coordinates);
}

std::expected<Es256PublicKey, Failure> Es256PublicKey::from_jwk(std::string_view x, std::string_view y) {
  constexpr std::size_t kTextBytes = 43;  // base64url of 32 bytes; longer texts are not even decoded
  if (x.size() != kTextBytes || y.size() != kTextBytes) return std::unexpected(not_a_key());
  auto coordinates = from_base64url(x);
  const auto second = from_base64url(y);
  if (!coordinates || !second) return std::unexpected(not_a_key());
  coordinates->insert(coordinates->end(), second->begin(), second->end());
  return from_bytes(*coordinates);
}

bool verify_es256(const Es256PublicKey& key, Bytes message, Bytes signature) {
  if (signature.size() != kEs256SignatureBytes) return false;
  const Bytes r = signature.first(kNumberBytes);
  const Bytes s = signature.last(kNumberBytes);
  if (!in_range(r) || !in_range(s)) return false;
  const OpensslErrorsForgotten forgotten;
  const auto public_key = openssl_key(key.bytes());
  if (public_key == nullptr) bug("a key that was on the curve is no longer");
  const auto der = as_der(r, s);
  const auto context = must(EVP_MD_CTX_new());
  if (EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, public_key.get(), nullptr) != 1) {
    bug("OpenSSL lacks ECDSA with SHA-256");
  }
  return EVP_DigestVerify(context.get(), der.data(), der.size(), message.data(), message.size()) == 1;
}

}  // namespace tweestap::platform

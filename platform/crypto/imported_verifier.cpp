#include "platform/crypto/imported_verifier.h"

#include <crypt.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "platform/bug.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/openssl_errors.h"

namespace tweestap::platform {
namespace {

using Matched = std::expected<bool, Failure>;

Matched check(const ImportedArgon2& form, const Secret& password) {
  const auto made = plain_argon2(password, form.salt, form.params, form.wanted);
  if (!made) return std::unexpected(made.error());
  return constant_time_equal(made->reveal(), form.hash);
}

// What crypt_r works in; it keeps the password and half-made hashes there.
struct WipeCryptData {
  void operator()(crypt_data* data) const noexcept {
    wipe_memory({reinterpret_cast<std::uint8_t*>(data), sizeof(crypt_data)});
    delete data;
  }
};

Matched check(const ImportedBcrypt& form, const Secret& password) {
  constexpr std::size_t kBytesMax = 72;  // 18 words of Blowfish's key schedule; libcrypt refuses more than 511 bytes
  const Bytes all = password.reveal();
  const Bytes used = all.first(std::min(all.size(), kBytesMax));
  Secret text(used.size() + 1);  // and the zero at its end
  std::ranges::copy(used, text.writable().begin());
  const std::unique_ptr<crypt_data, WipeCryptData> data(new crypt_data());
  const char* const made = ::crypt_r(text.reveal_text().data(), form.setting.c_str(), data.get());
  if (made == nullptr || std::string_view(made).size() != form.setting.size() + form.hash.size()) {
    return std::unexpected(Failure{Failure::Kind::Internal, "libcrypt could not make a bcrypt hash"});
  }
  const bool equal = constant_time_equal(bytes_of(std::string_view(made).substr(form.setting.size())), form.hash);
  // With a zero byte in it, only what stands before would have been compared.
  return equal && std::ranges::find(all, std::uint8_t{0}) == all.end();
}

Matched check(const ImportedScrypt& form, const Secret& password) {
  // What OpenSSL counts is the table and some blocks beside it, which the bounds of r and p keep below 1 MiB.
  constexpr std::uint64_t kMemoryMax = kImportedScryptTableBytesMax + (std::uint64_t{1} << 20);
  Secret made(form.hash.size());
  const OpensslErrorsForgotten forgotten;
  if (EVP_PBE_scrypt(password.reveal_text().data(), password.size(), form.salt.data(), form.salt.size(),
                     std::uint64_t{1} << form.log2_n, form.r, form.p, kMemoryMax, made.writable().data(),
                     made.size()) != 1) {
    return std::unexpected(Failure{Failure::Kind::Unavailable, "no memory for a password hash"});
  }
  return constant_time_equal(made.reveal(), form.hash);
}

const EVP_MD* library_hash(Pbkdf2Hash function) {
  switch (function) {
    case Pbkdf2Hash::Sha1:
      return EVP_sha1();
    case Pbkdf2Hash::Sha256:
      return EVP_sha256();
    case Pbkdf2Hash::Sha512:
      return EVP_sha512();
  }
  bug("there are three hashes for PBKDF2");
}

Matched check(const ImportedPbkdf2& form, const Secret& password) {
  Secret made(form.hash.size());
  const OpensslErrorsForgotten forgotten;
  if (PKCS5_PBKDF2_HMAC(password.reveal_text().data(), static_cast<int>(password.size()), form.salt.data(),
                        static_cast<int>(form.salt.size()), static_cast<int>(form.rounds), library_hash(form.function),
                        static_cast<int>(made.size()), made.writable().data()) != 1) {
    return std::unexpected(Failure{Failure::Kind::Internal, "OpenSSL could not make a pbkdf2 hash"});
  }
  return constant_time_equal(made.reveal(), form.hash);
}

std::string written(const Argon2Params& params) {
  return "m=" + std::to_string(params.memory_kib) + ",t=" + std::to_string(params.iterations) +
         ",p=" + std::to_string(params.parallelism);
}

std::string cost(const ImportedArgon2& form) {
  const auto type = [&]() -> std::string {
    switch (form.wanted.type) {
      case Argon2Type::D:
        return "argon2d ";
      case Argon2Type::I:
        return "argon2i ";
      case Argon2Type::Id:
        return "argon2id ";
    }
    bug("there are three types of Argon2");
  };
  return type() + "v=" + std::to_string(form.wanted.version) + "," + written(form.params);
}

std::string cost(const ImportedBcrypt& form) { return "bcrypt " + std::to_string(form.cost); }

std::string cost(const ImportedScrypt& form) {
  return "scrypt ln=" + std::to_string(form.log2_n) + ",r=" + std::to_string(form.r) + ",p=" + std::to_string(form.p);
}

std::string cost(const ImportedPbkdf2& form) {
  const auto name = [&]() -> std::string {
    switch (form.function) {
      case Pbkdf2Hash::Sha1:
        return "pbkdf2-sha1 ";
      case Pbkdf2Hash::Sha256:
        return "pbkdf2-sha256 ";
      case Pbkdf2Hash::Sha512:
        return "pbkdf2-sha512 ";
    }
    bug("there are three hashes for PBKDF2");
  };
  return name() + std::to_string(form.rounds) + ",l=" + std::to_string(form.hash.size());
}

}  // namespace

std::expected<bool, Failure> ImportedVerifier::verify(const Secret& password) const {
  return std::visit([&](const auto& form) { return check(form, password); }, form_);
}

std::string ImportedVerifier::cost() const {
  return std::visit([](const auto& form) { return platform::cost(form); }, form_);
}

std::string cost_of(const StoredVerifier& verifier) {
  if (const auto* ours = std::get_if<PasswordVerifier>(&verifier)) return "ours " + written(ours->params);
  return std::get<ImportedVerifier>(verifier).cost();
}

}  // namespace tweestap::platform

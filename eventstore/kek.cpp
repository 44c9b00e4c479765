#include "eventstore/kek.h"

#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "platform/bytes.h"
#include "platform/files.h"
#include "platform/text/encoding.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;

constexpr std::size_t kHexCharacters = 2 * kKekBytes;
constexpr std::size_t kBase64urlCharacters = 43;  // 256 bits, 6 a character, no padding
constexpr std::size_t kFileBytesMax = 256;        // either form, with room for line ends

std::string_view without_end(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

}  // namespace

std::expected<platform::Secret, Failure> parse_kek(const platform::Secret& text) {
  const std::string_view line = without_end(text.reveal_text());
  std::optional<platform::Secret> key;
  if (line.size() == kHexCharacters) key = platform::secret_from_hex(line);
  if (line.size() == kBase64urlCharacters) key = platform::secret_from_base64url(line);
  if (key && key->size() == kKekBytes) return *std::move(key);
  return std::unexpected(Failure{Failure::Kind::Invalid,
                                 "the key-encryption key has to be 32 bytes, written as 43 characters of base64url "
                                 "without padding or as 64 hexadecimal digits"});
}

std::expected<platform::Secret, Failure> load_kek_file(const std::filesystem::path& path, KekReaders readers) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    return std::unexpected(Failure{
        Failure::Kind::Unavailable,
        "cannot read the key-encryption key from " + path.string() + ": " + std::generic_category().message(errno)});
  }
  if (!S_ISREG(found.st_mode)) {
    return std::unexpected(
        Failure{Failure::Kind::Invalid, path.string() + ", named as the key-encryption key, is no regular file"});
  }
  const mode_t of_the_group = readers == KekReaders::SystemdUnit ? S_IWGRP | S_IXGRP : S_IRWXG;
  if ((found.st_mode & (of_the_group | S_IRWXO)) != 0) {
    return std::unexpected(Failure{Failure::Kind::Invalid,
                                   "others than the owner may use the key-encryption key's file " + path.string() +
                                       ": run `chmod 600` on it, and change the key if somebody may have read it"});
  }
  const auto text = platform::read_secret_file(path, kFileBytesMax, false);
  if (!text) return std::unexpected(text.error());
  auto key = parse_kek(*text);
  if (!key) key.error().reason = path.string() + ": " + key.error().reason;
  return key;
}

std::expected<platform::Secret, Failure> create_kek_file(const std::filesystem::path& path,
                                                         platform::RandomSource& random) {
  auto key = platform::draw_secret(random, kKekBytes);
  if (!key) return std::unexpected(key.error());
  const platform::Secret text = platform::secret_to_base64url(*key);
  platform::Secret line{text.size() + 1};
  std::copy(text.reveal().begin(), text.reveal().end(), line.writable().begin());
  line.writable().back() = '\n';
  const auto written = platform::write_file_atomically(path, line.reveal(), platform::WriteMode::CreateNew);
  if (!written) return std::unexpected(written.error());
  return key;
}

}  // namespace tweestap::eventstore

#include "platform/blocklist.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "platform/crypto/hash.h"
#include "platform/data/common_passwords.h"
#include "platform/files.h"
#include "platform/text/encoding.h"

namespace tweestap::platform {
namespace {

constexpr std::size_t kHashDigits = 40;
constexpr std::size_t kHashLineMax = 64;                           // HASH:count and its line end
constexpr std::uint64_t kPlainBytesMax = std::uint64_t{64} << 20;  // a question reads it through: about 30 ms
constexpr std::size_t kScanBytes = 4096;                           // the rest of a binary search, read at once

Failure unavailable_blocklist(const char* doing) {
  return unavailable(std::string(doing) + " the password blocklist", {errno, std::generic_category()});
}

Failure invalid_blocklist(std::string reason) { return invalid("the password blocklist " + std::move(reason)); }

std::string_view without_carriage_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The first 40 characters, in upper case, of a line that is `HASH` or `HASH:count`.
std::optional<std::string> hash_of_line(std::string_view line) {
  line = without_carriage_return(line);
  const bool alone = line.size() == kHashDigits;
  if (!alone && (line.size() < kHashDigits + 2 || line[kHashDigits] != ':')) return std::nullopt;
  std::string hash(line.substr(0, kHashDigits));
  for (char& c : hash) {
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 32);
    if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'))) return std::nullopt;
  }
  return hash;
}

std::expected<std::string, Failure> read_at(const FileHandle& file, std::uint64_t from, std::size_t bytes) {
  std::string text(bytes, '\0');
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t read = ::pread(file.get(), text.data() + done, bytes - done, static_cast<off_t>(from + done));
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return std::unexpected(unavailable_blocklist("cannot read"));
    if (read == 0) break;
    done += static_cast<std::size_t>(read);
  }
  text.resize(done);
  return text;
}

// Calls `see(line)` for each line until it says true; whether it did.
template <typename See>
bool any_line(std::string_view text, See see) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (see(without_carriage_return(text.substr(0, end)))) return true;
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
  return false;
}

Secret lower_case(const Secret& password) {
  Secret lower = password.clone();
  for (auto& byte : lower.writable()) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<std::uint8_t>(byte + 32);
  }
  return lower;
}

}  // namespace

class Blocklist::Source {
 public:
  virtual ~Source() = default;
  [[nodiscard]] virtual std::expected<bool, Failure> contains(std::string_view password) const = 0;
};

class Blocklist::BuiltIn final : public Source {
 public:
  [[nodiscard]] std::expected<bool, Failure> contains(std::string_view password) const override {
    return any_line(common_passwords(), [&](std::string_view line) { return !line.empty() && line == password; });
  }
};

class Blocklist::PlainFile final : public Source {
 public:
  explicit PlainFile(FileHandle file) : file_(std::move(file)) {}

  [[nodiscard]] std::expected<bool, Failure> contains(std::string_view password) const override {
    constexpr std::size_t kPiece = std::size_t{64} << 10;
    std::string rest;  // the beginning of a line whose end is in the next piece
    for (std::uint64_t at = 0;; at += kPiece) {
      auto piece = read_at(file_, at, kPiece);
      if (!piece) return std::unexpected(std::move(piece.error()));
      const bool last = piece->size() < kPiece;
      rest += *piece;
      const std::size_t whole = last ? rest.size() : rest.rfind('\n') + 1;  // 0 where the piece has no line end
      const auto is_password = [&](std::string_view line) { return !line.empty() && line == password; };
      if (any_line(std::string_view(rest).substr(0, whole), is_password)) return true;
      if (last) return false;
      rest.erase(0, whole);
      if (rest.size() > kPiece) return std::unexpected(invalid_blocklist("has a line of more than 64 KiB"));
    }
  }

 private:
  FileHandle file_;
};

class Blocklist::HashFile final : public Source {
 public:
  HashFile(FileHandle file, std::uint64_t size) : file_(std::move(file)), size_(size) {}

  [[nodiscard]] std::expected<bool, Failure> contains(std::string_view password) const override {
    Sha1Digest digest = sha1(bytes_of(password));
    std::string wanted = to_hex(digest);
    std::ranges::transform(wanted, wanted.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
    auto found = search(wanted);
    wipe_memory(digest);  // SHA-1 of a password is as good as the password to whoever can guess
    wipe_memory({reinterpret_cast<std::uint8_t*>(wanted.data()), wanted.size()});
    return found;
  }

  // Looks at lines all over the file: a list that is not sorted would let most of its passwords through.
  [[nodiscard]] std::expected<void, Failure> looks_sorted() const {
    constexpr std::uint64_t kSamples = 512;
    std::string previous;
    for (std::uint64_t i = 0; i < kSamples; ++i) {
      const auto line = line_from(i * (size_ / kSamples));
      if (!line) return std::unexpected(line.error());
      if (line->begin >= size_) break;
      if (line->hash < previous) return std::unexpected(invalid_blocklist("is not sorted by hash"));
      previous = line->hash;
    }
    return {};
  }

 private:
  struct Line {
    std::uint64_t begin = 0;
    std::string hash;
  };

  // The first line that begins at `from` or later; one that begins at the end of the file where there is none.
  [[nodiscard]] std::expected<Line, Failure> line_from(std::uint64_t from) const {
    const std::uint64_t before = from == 0 ? 0 : from - 1;  // the line end before `from`, if a line begins there
    auto text = read_at(file_, before, 2 * kHashLineMax + 1);
    if (!text) return std::unexpected(std::move(text.error()));
    std::string_view rest = *text;
    std::uint64_t begin = from;
    if (from > 0) {
      const std::size_t end = rest.find('\n');
      if (end == std::string_view::npos) {
        if (text->size() <= kHashLineMax) return Line{size_, {}};  // the last line has no line end
        return std::unexpected(invalid_blocklist("has a line that is too long"));
      }
      rest.remove_prefix(end + 1);
      begin = before + end + 1;
    }
    if (rest.empty()) return Line{size_, {}};
    auto hash = hash_of_line(rest.substr(0, rest.find('\n')));
    if (!hash) return std::unexpected(invalid_blocklist("has a line that is not HASH or HASH:count"));
    return Line{begin, std::move(*hash)};
  }

  // Halves the range of offsets in which the line has to begin, then reads what is left of it.
  [[nodiscard]] std::expected<bool, Failure> search(std::string_view wanted) const {
    std::uint64_t low = 0;
    std::uint64_t high = size_;
    while (high - low > kScanBytes) {
      const auto line = line_from(low + (high - low) / 2);
      if (!line) return std::unexpected(line.error());
      if (line->hash == wanted) return true;
      if (line->begin >= high || line->hash > wanted) {
        high = low + (high - low) / 2;  // every line from the middle on is larger
      } else {
        low = line->begin;
      }
    }
    const auto text = read_at(file_, low, static_cast<std::size_t>(high - low) + kHashLineMax);
    if (!text) return std::unexpected(text.error());
    return any_line(*text, [&](std::string_view line) {
      const auto hash = hash_of_line(line);
      return hash && *hash == wanted;
    });
  }

  FileHandle file_;
  std::uint64_t size_;
};

Blocklist::Blocklist(std::unique_ptr<Source> source) : source_(std::move(source)) {}
Blocklist::Blocklist(Blocklist&&) noexcept = default;
Blocklist& Blocklist::operator=(Blocklist&&) noexcept = default;
Blocklist::~Blocklist() = default;

Blocklist Blocklist::built_in() { return Blocklist(std::make_unique<BuiltIn>()); }

std::expected<Blocklist, Failure> Blocklist::open(const std::filesystem::path& path) {
  FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return std::unexpected(unavailable_blocklist("cannot open"));
  struct stat found{};
  if (::fstat(file.get(), &found) != 0) return std::unexpected(unavailable_blocklist("cannot look at"));
  if (!S_ISREG(found.st_mode)) return std::unexpected(invalid_blocklist("is not a file"));
  if (found.st_size == 0) return std::unexpected(invalid_blocklist("is empty"));
  const auto size = static_cast<std::uint64_t>(found.st_size);

  const auto head = read_at(file, 0, kHashLineMax);
  if (!head) return std::unexpected(head.error());
  if (hash_of_line(std::string_view(*head).substr(0, head->find('\n')))) {
    auto hashes = std::make_unique<HashFile>(std::move(file), size);
    if (auto sorted = hashes->looks_sorted(); !sorted) return std::unexpected(std::move(sorted.error()));
    return Blocklist(std::move(hashes));
  }
  if (size > kPlainBytesMax) {
    return std::unexpected(invalid_blocklist("is longer than 64 MiB: make it one of sorted SHA-1 hashes"));
  }
  return Blocklist(std::make_unique<PlainFile>(std::move(file)));
}

std::expected<bool, Failure> Blocklist::contains(const Secret& password) const {
  auto found = source_->contains(password.reveal_text());
  if (!found || *found) return found;
  const Secret lower = lower_case(password);
  if (lower.reveal_text() == password.reveal_text()) return false;
  return source_->contains(lower.reveal_text());
}

}  // namespace tweestap::platform

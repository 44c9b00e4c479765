#pragma once
// The JSON of stored events: one text for one value, written by hand and read back exactly (INP-2).
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "domain/secret_text.h"

namespace tweestap::eventstore {

/// The largest integer that every JSON reader holds exactly (RFC 7493, 2.2); the smallest is its negative.
inline constexpr std::int64_t kJsonIntegerMax = 9'007'199'254'740'991;

/// Appends `text` in quotes with only the escapes that JSON demands (RFC 8785, 3.2.2.2). Text that is not UTF-8 is a
/// bug: whoever lets text in checks it.
void append_json_string(std::string_view text, std::string& out);

/// Appends an integer; one beyond kJsonIntegerMax on either side is a bug.
void append_json_integer(std::int64_t value, std::string& out);
/// The same for a count, which has no sign.
void append_json_count(std::uint64_t value, std::string& out);

inline constexpr std::string_view kLowerHex = "0123456789abcdef";
/// Lower-case hexadecimal digits of `size` bytes.
void append_lower_hex(const std::uint8_t* bytes, std::size_t size, std::string& out);
/// The reverse, for exactly `size` bytes; false where `text` is anything else than what append_lower_hex() writes.
[[nodiscard]] bool parse_lower_hex(std::string_view text, std::uint8_t* bytes, std::size_t size);

/// Reads what the functions above write, and nothing else: no white space, no other escape, no other form of a number.
/// The first thing that is not as expected makes the cursor fail for good; after that every read gives an empty value,
/// so a reader asks once, at the end. The text is hostile: nothing is read beyond its end, and nothing is kept that is
/// larger than the text. Thread rule: as a plain value.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) noexcept : at_(text.data()), end_(text.data() + text.size()) {}

  // The small ones are inlined whatever the compiler thinks of it: where a literal is known it compares numbers then,
  // and a rebuild reads two dozen of them for each event.

  [[nodiscard]] [[gnu::always_inline]] bool next_is(std::string_view literal) const noexcept {
    return left() >= literal.size() && std::memcmp(at_, literal.data(), literal.size()) == 0;
  }
  /// Takes `literal` where it comes next; otherwise leaves everything as it is.
  [[gnu::always_inline]] bool take(std::string_view literal) noexcept {
    if (!next_is(literal)) return false;
    at_ += literal.size();
    return true;
  }
  /// Takes `literal` or fails.
  [[gnu::always_inline]] void expect(std::string_view literal) noexcept {
    if (!take(literal)) fail();
  }
  /// Takes a member's name with the quotes and the colon around it, and what stands before it: `{` where it is the
  /// first of its object, a comma otherwise. `first` becomes false when it was there.
  [[gnu::always_inline]] bool take_member(std::string_view quoted_name, bool& first) noexcept {
    if (left() <= quoted_name.size() || *at_ != (first ? '{' : ',') ||
        std::memcmp(at_ + 1, quoted_name.data(), quoted_name.size()) != 0) {
      return false;
    }
    at_ += 1 + quoted_name.size();
    first = false;
    return true;
  }
  /// Takes the end of an object whose members were taken so.
  void expect_end(bool none) noexcept { expect(none ? std::string_view{"{}"} : std::string_view{"}"}); }

  /// Goes on behind so many bytes, which are there and were judged as they stand in rest().
  void skip(std::size_t size) noexcept { at_ += size; }

  /// What stands between two quotes, as it stands: for times and names, whose own parsers judge every byte.
  std::string_view plain_string() noexcept {
    if (!take("\"")) {
      fail();
      return {};
    }
    const void* quote = at_ == end_ ? nullptr : std::memchr(at_, '"', left());
    if (quote == nullptr) {
      fail();
      return {};
    }
    const std::string_view text{at_, static_cast<std::size_t>(static_cast<const char*>(quote) - at_)};
    at_ += text.size() + 1;
    return text;
  }
  /// The same where its size is known, without looking for the quote; nothing, and no failure, where it has another.
  std::string_view take_plain(std::size_t size) noexcept {
    if (left() < size + 2 || at_[0] != '"' || at_[size + 1] != '"') return {};
    const std::string_view text{at_ + 1, size};
    at_ += size + 2;
    return text;
  }
  /// Any text of at most `bytes_max` bytes of UTF-8, unescaped.
  std::string string(std::size_t bytes_max);
  /// The same for a secret; no copy stays behind.
  domain::SecretText secret_string(std::size_t bytes_max);
  /// An integer from -kJsonIntegerMax to kJsonIntegerMax.
  std::int64_t integer() noexcept;
  /// An integer from 0 to `max`.
  std::uint64_t count(std::uint64_t max) noexcept {
    constexpr std::ptrdiff_t kDigitsMax = 16;  // of 2^53-1; so nothing overflows
    const char* const from = at_;
    const char* const until = end_ - from > kDigitsMax ? from + kDigitsMax : end_;
    std::uint64_t value = 0;
    const char* at = from;
    for (; at != until && *at >= '0' && *at <= '9'; ++at) value = value * 10 + static_cast<std::uint64_t>(*at - '0');
    const bool too_long = at == until && at != end_ && *at >= '0' && *at <= '9';
    const bool zero_in_front = at - from > 1 && *from == '0';
    if (at == from || too_long || zero_in_front || value > max || value > static_cast<std::uint64_t>(kJsonIntegerMax)) {
      fail();
      return 0;
    }
    at_ = at;
    return value;
  }
  bool boolean() noexcept;

  void fail() noexcept {
    good_ = false;
    at_ = end_;
  }
  [[nodiscard]] bool good() const noexcept { return good_; }
  /// Whether all was as expected and nothing is left.
  [[nodiscard]] bool finished() const noexcept { return good_ && at_ == end_; }
  /// What has not been read yet.
  [[nodiscard]] std::string_view rest() const noexcept { return {at_, left()}; }

 private:
  [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  // Unescapes up to the closing quote; false where the text is none of ours.
  bool unescape(std::size_t bytes_max, std::string& out);

  const char* at_;
  const char* end_;
  bool good_ = true;
};

}  // namespace tweestap::eventstore

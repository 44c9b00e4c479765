#pragma once
// What holds for every projection, beyond eventstore/inline_view.h: what every view of this folder keeps to.
//
// * One file, one view, one number of `all.h`, which is never used again for another view.
// * `apply` is a function of (event, rows of its own number). So any view can be rebuilt alone and gives the same
// bytes.
// * A row is a described struct (domain/describe.h) in the compact layout of row_codec.h; another layout or
//   another meaning is another format number, and the next start rebuilds the view.
// * Rows hold the position of a sealed field, never its content.
// * Whatever has an end has it in the view's own expiry index (expiry.h) and is swept by later events.
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "domain/ids.h"
#include "domain/time.h"
#include "eventstore/inline_view.h"
#include "platform/failure.h"

namespace tweestap::projections {

using eventstore::RowReader;
using eventstore::Rows;
using eventstore::Stored;
using eventstore::ViewNumber;
using platform::Failure;

/// A damaged row, told so that an operator knows which view to rebuild.
[[nodiscard]] Failure damaged_row(std::string_view view);

/// Eight bytes as a number that sorts as they do.
[[nodiscard]] inline std::uint64_t first_bytes(const void* bytes) {
  std::array<std::uint8_t, 8> first{};
  std::memcpy(first.data(), bytes, first.size());
  std::uint64_t number = 0;
  for (const std::uint8_t byte : first) number = number << 8 | byte;
  return number;
}

/// Makes a row's key: a tag byte for the kind of row within the view, then parts of fixed width, numbers big-endian, so
/// that keys sort as their parts do. The bytes lie in the object itself: every event makes a few keys, and none of them
/// is worth an allocation. Two keys compare by their bytes. Thread rule: as a plain value.
class RowKey {
 public:
  /// Longest key. The longest that there is has 44 bytes: the expiry index's, of who read which account.
  static constexpr std::size_t kBytesMax = 63;

  explicit RowKey(char tag) { push(tag); }
  RowKey& add(const domain::IdBytes& bytes) {
    return add_rest({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  template <domain::Prefix P>
  RowKey& add(const domain::Id<P>& id) {
    return add(id.bytes);
  }
  RowKey& add(const domain::Subject& subject) { return add(subject.bytes); }
  RowKey& add_u8(std::uint8_t value) {
    push(static_cast<char>(value));
    return *this;
  }
  RowKey& add_u64(std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) push(static_cast<char>(value >> shift & 0xff));
    return *this;
  }
  /// Times of rows are after 1970, so they sort as unsigned numbers.
  RowKey& add(domain::Time time) { return add_u64(static_cast<std::uint64_t>(time.us)); }
  /// A key that would be longer than kBytesMax is a bug.
  RowKey& add_rest(std::string_view bytes) {
    if (bytes.size() > kBytesMax - size_) too_long();
    std::memcpy(bytes_.data() + size_, bytes.data(), bytes.size());
    size_ = static_cast<std::uint8_t>(size_ + bytes.size());
    return *this;
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }
  operator std::string_view() const { return view(); }  // NOLINT(google-explicit-constructor)

  /// What expiring_rows.h asks of a key; order() is its first bytes as a number.
  [[nodiscard]] const RowKey& row_key() const { return *this; }
  [[nodiscard]] std::uint64_t order() const { return first_bytes(bytes_.data()); }
  struct Hash {
    std::size_t operator()(const RowKey& key) const noexcept { return std::hash<std::string_view>{}(key.view()); }
  };
  friend bool operator==(const RowKey& a, const RowKey& b) { return a.view() == b.view(); }
  friend auto operator<=>(const RowKey& a, const RowKey& b) { return a.view() <=> b.view(); }

 private:
  [[noreturn]] static void too_long();
  void push(char byte) {
    if (size_ == kBytesMax) too_long();
    bytes_[size_++] = byte;
  }

  std::array<char, kBytesMax> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace tweestap::projections

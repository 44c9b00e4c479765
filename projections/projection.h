#pragma once
// The contract of a projection, beyond eventstore/inline_view.h: what every view of this folder keeps to.
//
// * One file, one view, one number of `all.h`, which is never used again for another view.
// * `apply` is a function of (event, rows of its own number). So any view can be rebuilt alone and gives the same
// bytes.
// * A row is a described struct (domain/describe.h) in the compact layout of row_codec.h; another layout or
//   another meaning is another format number, and the next start rebuilds the view.
// * Rows hold the position of a sealed field, never its content.
// * Whatever has an end has it in the view's own expiry index (expiry.h) and is swept by later events.
#include <cstdint>
#include <expected>
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

/// Makes a row's key: a tag byte for the kind of row within the view, then parts of fixed width, numbers big-endian, so
/// that keys sort as their parts do. Thread rule: as a plain value.
class RowKey {
 public:
  explicit RowKey(char tag) { text_.push_back(tag); }
  RowKey& add(const domain::IdBytes& bytes) {
    text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return *this;
  }
  template <domain::Prefix P>
  RowKey& add(const domain::Id<P>& id) {
    return add(id.bytes);
  }
  RowKey& add(const domain::Subject& subject) { return add(subject.bytes); }
  RowKey& add_u8(std::uint8_t value) {
    text_.push_back(static_cast<char>(value));
    return *this;
  }
  RowKey& add_u64(std::uint64_t value);
  /// Times of rows are after 1970, so they sort as unsigned numbers.
  RowKey& add(domain::Time time) { return add_u64(static_cast<std::uint64_t>(time.us)); }
  RowKey& add_rest(std::string_view bytes) {
    text_.append(bytes);
    return *this;
  }
  [[nodiscard]] std::string_view view() const { return text_; }
  operator std::string_view() const { return text_; }  // NOLINT(google-explicit-constructor)

 private:
  std::string text_;
};

}  // namespace tweestap::projections

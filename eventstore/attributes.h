#pragma once
// The attributes of an envelope as texts, for whoever repeats them elsewhere.
#include <array>
#include <cstddef>
#include <expected>
#include <span>
#include <string_view>

#include "platform/failure.h"

namespace tweestap::eventstore {

/// One member of an envelope before `data`. Both texts point into the envelope.
struct Attribute {
  std::string_view name;
  std::string_view text;  ///< a text without its quotes, or a number's digits
};

/// As many as an envelope has where all optional ones are there (events.md).
inline constexpr std::size_t kAttributesMax = 15;

class Attributes {
 public:
  [[nodiscard]] std::span<const Attribute> all() const { return {attributes_.data(), count_}; }
  /// Of the attribute of that name; empty where there is none.
  [[nodiscard]] std::string_view text(std::string_view name) const;

 private:
  friend std::expected<Attributes, platform::Failure> scan_attributes(std::string_view envelope);
  std::array<Attribute, kAttributesMax> attributes_{};
  std::size_t count_ = 0;
};

/// Every attribute in its order. Damaged where the bytes do not begin as an envelope does (scan_head()), a name is
/// none of CloudEvents (lower-case letters and digits) or there are more than kAttributesMax, a text needs an escape,
/// or no `data` follows; `data` itself is not read. The bytes are hostile (INP-2). Any thread.
[[nodiscard]] std::expected<Attributes, platform::Failure> scan_attributes(std::string_view envelope);

}  // namespace tweestap::eventstore

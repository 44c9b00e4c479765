#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace tweestap::platform {

/// Reads the text of a stored password hash from the front: PHC strings and their relatives. Every `take_…` says
/// whether it found what it looked for, and moves on only then. Thread rule: as a plain value.
class PhcReader {
 public:
  /// The text has to outlive the reader.
  explicit PhcReader(std::string_view text) : rest_(text) {}

  bool take_text(std::string_view expected);
  /// A decimal number without sign or leading zeros, as the PHC format wants it. One that does not fit is the largest
  /// that does, and so beyond every bound.
  bool take_number(std::uint32_t& number);
  /// Base64 without padding, up to the next `$` or the end; strictly one text for one value.
  bool take_base64(std::vector<std::uint8_t>& bytes);
  /// Everything up to the next `$` or the end; may be empty.
  std::string_view take_field();

  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace tweestap::platform

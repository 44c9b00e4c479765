#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tweestap::platform {

/// Something that the environment refused: a disk, a file, the random source, a value from outside. A failure is
/// returned (`std::expected<T, Failure>`) and handled; a bug aborts instead.
struct Failure {
  enum class Kind {
    Unavailable,  ///< may work later: full queue, no space, no randomness
    Damaged,      ///< bytes that were stored by us do not read back: wrong tag, wrong checksum
    Invalid,      ///< a value from outside is not what it has to be
    Internal,     ///< a library refused what it always accepts
  };
  Kind kind = Kind::Internal;
  /// One sentence for the operator's log. Never holds a secret, nor any content of a request.
  std::string reason;

  bool operator==(const Failure&) const = default;
};

[[nodiscard]] inline Failure invalid(std::string reason) { return {Failure::Kind::Invalid, std::move(reason)}; }

/// What the system refused: `doing`, a colon, and its reason.
[[nodiscard]] inline Failure unavailable(std::string_view doing, const std::error_code& error) {
  return {Failure::Kind::Unavailable, std::string(doing).append(": ").append(error.message())};
}

}  // namespace tweestap::platform

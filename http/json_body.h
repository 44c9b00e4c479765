#pragma once
// Strict JSON from outside (INP-1), read straight into what the route described: no document tree, no copy.
//
// A reader of our own and not nlohmann's, because a body holds passwords and codes: nlohmann's lexer keeps each token
// in buffers of its own that nobody can wipe (KEY-3), and allocates for each. This one unescapes inside the request's
// buffer, which the listener wipes. A test compares what both accept.
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "domain/time.h"
#include "http/problem.h"

namespace tweestap::http {

inline constexpr std::size_t kBodyBytesMax = 16 * 1024;  ///< of a JSON body (docs/integrator.md)
inline constexpr std::size_t kMembersMax = 24;           ///< of one description; a fixed array instead of an allocation

enum class MemberType : std::uint8_t {
  String,  ///< UTF-8 text, as sent
  Secret,  ///< the same, but never shown: OpenAPI says `format: password`
  Boolean,
  Integer,  ///< a whole number from 0 up, no fraction or exponent
  Strings,  ///< an array of strings
  Time,     ///< RFC 3339
  Jwk,      ///< a public key on P-256 as a JWK (RFC 7517, RFC 7518 6.2.1); whether it is on the curve is not judged
};

enum class Presence : std::uint8_t {
  Required,
  Optional,
  OptionalOrNull,  ///< null means something: "clear it"
};

/// One member of a body, described once: read by it, refused by it, and shown in OpenAPI by it.
struct Member {
  std::string_view name;
  MemberType type;
  Presence presence;
  std::uint32_t
      max;  ///< String, Secret: bytes of UTF-8; Strings: elements (each at most 64 bytes); Integer: greatest value
  std::string_view about;  ///< a sentence
};

/// What was read: views into the request's body. Asking for a member that is not described, or as another type, is a
/// bug and ends the process.
class Body {
 public:
  [[nodiscard]] bool has(std::string_view name) const;
  /// A member that was sent as null.
  [[nodiscard]] bool is_null(std::string_view name) const;
  /// A required String or Secret.
  [[nodiscard]] std::string_view string(std::string_view name) const;
  [[nodiscard]] std::optional<std::string_view> optional_string(std::string_view name) const;
  [[nodiscard]] std::optional<bool> boolean(std::string_view name) const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;
  [[nodiscard]] std::optional<std::span<const std::string_view>> strings(std::string_view name) const;
  [[nodiscard]] std::optional<domain::Time> time(std::string_view name) const;
  /// `x` and `y` of a required Jwk, as sent.
  struct Point {
    std::string_view x;
    std::string_view y;
  };
  [[nodiscard]] Point jwk(std::string_view name) const;

 private:
  friend class BodyReader;
  enum class State : std::uint8_t { Absent, Null, Present };
  struct Slot {
    State state = State::Absent;
    bool boolean = false;
    std::int64_t integer = 0;  // also a Time's microseconds
    std::string_view text;
    std::uint16_t first = 0;  // Strings: where in strings_; Jwk: x and y, one behind the other
    std::uint16_t count = 0;
  };
  [[nodiscard]] const Slot& slot(std::string_view name, std::initializer_list<MemberType> types) const;
  std::span<const Member> members_;
  std::array<Slot, kMembersMax> slots_{};
  std::vector<std::string_view> strings_;
};

/// Reads one JSON object of at most kBodyBytesMax bytes against its description, unescaping inside `text`. No text at
/// all counts as `{}`. Fails with malformed_request (naming the member) or payload_too_large.
[[nodiscard]] std::expected<Body, Problem> read_json_object(std::span<char> text, std::span<const Member> members);

/// read_json_object() of a request's body, after its Content-Type: `application/json`, with `charset=utf-8` or nothing
/// behind it; otherwise unsupported_media_type. A request without a body needs none.
[[nodiscard]] std::expected<Body, Problem> read_body(const Request& request, std::span<const Member> members);

/// A member name from outside that may be repeated in an answer: 1 to 64 of [A-Za-z0-9_].
[[nodiscard]] bool may_be_echoed(std::string_view name);

}  // namespace tweestap::http

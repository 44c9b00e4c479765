#pragma once
// Judges the bytes of a request's head before anything interprets them (HTTP-1). One reader decides where a request
// ends and what it says; nothing parses it a second time, so nothing can be read in two ways (request smuggling).
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "http/request.h"

namespace tweestap::http {

inline constexpr std::size_t kHeadBytesMax = 16 * 1024;  ///< request line and headers with their empty line
inline constexpr std::size_t kHeadersMax = 64;
inline constexpr std::size_t kTargetBytesMax = 512;

/// What was wrong, for logs and metrics; the caller of the service hears 400 whatever it was.
enum class GuardRefusal : std::uint8_t {
  HeadTooLarge,
  BadRequestLine,
  BadTarget,
  BadVersion,
  BadHeaderLine,
  TooManyHeaders,
  ControlCharacter,
  BadContentLength,
  ForbiddenHeader,
  RepeatedHeader,
  BadHost,
  BodyNotAllowed,
};

[[nodiscard]] std::string_view guard_refusal_name(GuardRefusal refusal);

/// Whether it may be a method's or a header's name (RFC 9110, 5.6.2).
[[nodiscard]] bool is_token(std::string_view text);

/// A head that is proven clean. Views point into the bytes it was read from.
struct RequestHead {
  Method method = Method::Other;
  std::string_view target;
  bool http_1_0 = false;
  bool wants_close = false;  ///< `Connection: close`, or HTTP/1.0
  std::uint64_t content_length = 0;
  std::vector<HeaderField> headers;
};

/// Where the head that starts at `bytes` ends (behind its empty line), looking no further than kHeadBytesMax; empty
/// while it is not all there. `from` is how far an earlier call has looked.
[[nodiscard]] std::optional<std::size_t> head_end(std::string_view bytes, std::size_t from);

/// Reads one whole head, its empty line included. `head` keeps its memory between requests.
[[nodiscard]] std::expected<void, GuardRefusal> read_head(std::string_view bytes, RequestHead& head);

}  // namespace tweestap::http

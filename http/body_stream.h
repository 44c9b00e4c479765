#pragma once
// A body that is too large to be kept: read piece by piece, and answered while it is still on its way.
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace tweestap::http {

/// The body of one request, and its answer. Used by the request's thread.
class BodyStream {
 public:
  virtual ~BodyStream() = default;

  /// Fills some of `room` with what comes next; 0 at the end of the body. Nothing where the peer is gone or too slow,
  /// or the service stops: then there is nobody to answer.
  [[nodiscard]] virtual std::optional<std::size_t> read(std::span<char> room) = 0;
  /// Adds to the answer, whose head says 200 and application/x-ndjson. Never waits for the peer, who may send all of
  /// its body before it reads: what it does not take is kept. False where it is gone, or leaves too much unread.
  [[nodiscard]] virtual bool write(std::string_view text) = 0;
  /// The answer is whole; waits until the peer has it. Where this is not called the peer sees that it was cut off.
  [[nodiscard]] virtual bool finish() = 0;
};

}  // namespace tweestap::http

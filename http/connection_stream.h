#pragma once
// A streamed body over a connection's socket.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/body_stream.h"

namespace tweestap::http {

/// Results that a peer may leave unread: of the most lines that 64 MiB hold, 60 bytes each. Who reads while it sends
/// needs none of it.
inline constexpr std::size_t kUnreadBytesMax = std::size_t{192} << 20;

/// Used by one thread. The connection is closed behind it.
class ConnectionStream final : public BodyStream {
 public:
  struct Parts {
    int socket;
    std::string_view received;  ///< of the body, with the head; lives as long as this
    std::uint64_t body_bytes;
    std::chrono::milliseconds read_timeout;   ///< without a byte
    std::chrono::milliseconds write_timeout;  ///< without progress, at the end
    std::string head;                         ///< of the answer
    bool chunked;                             ///< HTTP/1.1; otherwise the end of the connection ends the answer
  };
  explicit ConnectionStream(Parts parts);

  [[nodiscard]] std::optional<std::size_t> read(std::span<char> room) override;
  [[nodiscard]] bool write(std::string_view text) override;
  [[nodiscard]] bool finish() override;

  /// Whether some of the answer may be on its way.
  [[nodiscard]] bool has_answered() const { return answered_; }
  [[nodiscard]] bool has_unread_body() const { return left_ > 0; }

 private:
  std::optional<std::size_t> receive(std::span<char> room);
  bool send_some();
  [[nodiscard]] std::string_view unsent() const { return std::string_view{pending_}.substr(sent_); }

  Parts parts_;
  std::uint64_t left_;  // of the body
  bool answered_ = false;
  bool gone_ = false;
  std::string pending_;
  std::size_t sent_ = 0;  // of pending_
};

}  // namespace tweestap::http

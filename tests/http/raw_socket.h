#pragma once
// A client that sends exactly the bytes it is given and reads what comes back.
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tweestap::http {

struct RawAnswer {
  int status = 0;
  std::multimap<std::string, std::string> headers;  // names in lower case
  std::string body;

  [[nodiscard]] std::string header(const std::string& name) const;
  [[nodiscard]] bool has(const std::string& name) const { return headers.contains(name); }
};

class RawSocket {
 public:
  explicit RawSocket(std::uint16_t port);
  /// Takes over an open socket.
  explicit RawSocket(int socket, bool) : socket_(socket) {}
  ~RawSocket();
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;
  RawSocket(RawSocket&& other) noexcept : socket_(other.socket_), received_(std::move(other.received_)) {
    other.socket_ = -1;
  }

  void send(std::string_view bytes);
  void shutdown_sending();
  /// The next answer; empty where the connection ends, or nothing comes within 10 s.
  std::optional<RawAnswer> answer(bool head_only = false);
  /// Whether the peer closes within `timeout`; whatever still comes counts as no close.
  bool closes_within(std::chrono::milliseconds timeout);
  /// Every answer until the connection ends.
  std::vector<RawAnswer> answers_until_end();
  [[nodiscard]] int socket() const { return socket_; }

 private:
  bool receive(std::chrono::milliseconds timeout);
  int socket_ = -1;
  std::string received_;
};

/// `text` with `{"…"}` bodies and a right Content-Length.
std::string post(std::string_view target, std::string_view body, std::string_view headers = {});
std::string get(std::string_view target, std::string_view headers = {});

}  // namespace tweestap::http

#include "http/connection_stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

namespace tweestap::http {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// What was sent is dropped in such pieces, so that a long answer is not moved for every line of it.
constexpr std::size_t kDroppedAtOnce = std::size_t{1} << 20;

// Nothing: the deadline is over. poll() says of a peer that is gone that it can be read and written.
std::optional<short> wait_for(int socket, short what, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return std::nullopt;
    pollfd waiting{socket, what, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready > 0) return waiting.revents;
    if (ready < 0 && errno != EINTR) return std::nullopt;
  }
}

bool again(int error) { return error == EINTR || error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

ConnectionStream::ConnectionStream(Parts parts) : parts_(std::move(parts)), left_(parts_.body_bytes) {
  parts_.received =
      parts_.received.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, parts_.received.size())));
}

std::optional<std::size_t> ConnectionStream::read(std::span<char> room) {
  if (left_ == 0 || room.empty()) return 0;
  if (!parts_.received.empty()) {
    const std::size_t size = parts_.received.copy(room.data(), room.size());
    parts_.received.remove_prefix(size);
    left_ -= size;
    return size;
  }
  return receive(room.first(static_cast<std::size_t>(std::min<std::uint64_t>(left_, room.size()))));
}

std::optional<std::size_t> ConnectionStream::receive(std::span<char> room) {
  const auto deadline = Clock::now() + parts_.read_timeout;
  while (!gone_) {
    const ssize_t received = recv(parts_.socket, room.data(), room.size(), MSG_DONTWAIT);
    if (received > 0) {
      left_ -= static_cast<std::uint64_t>(received);
      return static_cast<std::size_t>(received);
    }
    if (received == 0 || !again(errno)) return std::nullopt;
    const auto what = static_cast<short>(unsent().empty() ? POLLIN : POLLIN | POLLOUT);
    const auto ready = wait_for(parts_.socket, what, deadline);
    if (!ready) return std::nullopt;
    if ((*ready & POLLOUT) != 0) gone_ = !send_some();
  }
  return std::nullopt;
}

bool ConnectionStream::write(std::string_view text) {
  if (gone_ || text.empty()) return !gone_;
  if (!std::exchange(answered_, true)) pending_ = parts_.head;
  if (parts_.chunked) {
    std::array<char, 20> size{};
    const auto [end, error] = std::to_chars(size.data(), size.data() + size.size(), text.size(), 16);
    pending_.append(size.data(), end).append("\r\n");
  }
  pending_.append(text);
  if (parts_.chunked) pending_.append("\r\n");
  if (!send_some() || unsent().size() > kUnreadBytesMax) gone_ = true;
  return !gone_;
}

bool ConnectionStream::finish() {
  if (gone_) return false;
  if (!std::exchange(answered_, true)) pending_ = parts_.head;
  if (parts_.chunked) pending_.append("0\r\n\r\n");
  while (!unsent().empty()) {
    if (!send_some()) return false;
    if (unsent().empty()) break;
    if (!wait_for(parts_.socket, POLLOUT, Clock::now() + parts_.write_timeout)) return false;
  }
  return true;
}

// As much as the socket takes; false where the peer is gone.
bool ConnectionStream::send_some() {
  while (!unsent().empty()) {
    const ssize_t sent = send(parts_.socket, unsent().data(), unsent().size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (!again(errno)) return false;
      break;
    }
    sent_ += static_cast<std::size_t>(sent);
  }
  if (unsent().empty() || sent_ >= kDroppedAtOnce) {
    pending_.erase(0, sent_);
    sent_ = 0;
  }
  return true;
}

}  // namespace tweestap::http

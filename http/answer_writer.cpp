#include "http/answer_writer.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

#include "platform/crypto/secret.h"

namespace tweestap::http {
namespace {

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 24> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

bool send_all(int socket, std::string_view head, std::string_view body, std::chrono::milliseconds timeout) {
  while (!head.empty() || !body.empty()) {
    // sendmsg takes parts that it does not write to as void*.
    std::array<iovec, 2> parts{iovec{const_cast<char*>(head.data()), head.size()},
                               iovec{const_cast<char*>(body.data()), body.size()}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = body.empty() ? 1 : 2;
    const ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
      pollfd writable{socket, POLLOUT, 0};
      const int ready = poll(&writable, 1, static_cast<int>(timeout.count()));
      if (ready == 0 || (ready < 0 && errno != EINTR)) return false;
      continue;
    }
    const auto of_head = std::min(static_cast<std::size_t>(sent), head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(static_cast<std::size_t>(sent) - of_head);
  }
  return true;
}

}  // namespace

bool is_header_value(std::string_view value) {
  for (const char c : value) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return true;
}

std::string_view reason_phrase(std::uint16_t status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 423:
      return "Locked";
    case 429:
      return "Too Many Requests";
    case 503:
      return "Service Unavailable";
    default:
      return "";  // RFC 9112, 4: may be empty
  }
}

bool AnswerWriter::write(Response& response, std::string_view request_id, bool head_only, bool close) {
  write_head(response, request_id, close);
  const bool sent = send_all(socket_, head_, head_only ? std::string_view{} : response.body, timeout_);
  platform::wipe_memory({reinterpret_cast<std::uint8_t*>(head_.data()), head_.size()});  // cookies are tokens
  head_.clear();
  wipe(response);
  return sent;
}

void AnswerWriter::write_head(const Response& response, std::string_view request_id, bool close) {
  head_.reserve(512);
  head_ += "HTTP/1.1 ";
  append_number(head_, response.status);
  head_ += ' ';
  head_ += reason_phrase(response.status);
  head_ += "\r\n";
  append_date();
  // RFC 9110, 8.6: a 204 has no Content-Length.
  if (response.status != 204 && response.status != 304) {
    if (!response.content_type.empty()) append_field(head_, "Content-Type", response.content_type);
    head_ += "Content-Length: ";
    append_number(head_, response.body.size());
    head_ += "\r\n";
  }
  append_field(head_, "Cache-Control", response.cache_control);
  append_field(head_, "X-Content-Type-Options", "nosniff");
  append_field(head_, "Request-Id", request_id);
  for (const ResponseHeader& header : response.headers) append_field(head_, header.name, header.value);
  if (close) append_field(head_, "Connection", "close");
  head_ += "\r\n";
}

std::string AnswerWriter::stream_head(std::string_view request_id, std::string_view content_type, bool chunked) {
  head_ = "HTTP/1.1 200 OK\r\n";
  append_date();
  append_field(head_, "Content-Type", content_type);
  if (chunked) append_field(head_, "Transfer-Encoding", "chunked");
  append_field(head_, "Cache-Control", "no-store");
  append_field(head_, "X-Content-Type-Options", "nosniff");
  append_field(head_, "Request-Id", request_id);
  append_field(head_, "Connection", "close");
  head_ += "\r\n";
  return std::exchange(head_, {});
}

void AnswerWriter::append_date() {
  const std::time_t now = std::time(nullptr);
  if (now != date_second_) {
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::array<char, 64> text;
    // Names of days and months are those of the C locale, which the program never leaves.
    const std::size_t size = std::strftime(text.data(), text.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
    date_.assign(text.data(), size);
    date_second_ = now;
  }
  head_ += date_;
}

}  // namespace tweestap::http

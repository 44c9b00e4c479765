#include "tests/http/raw_socket.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace tweestap::http {

using std::chrono::milliseconds;

std::string RawAnswer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

RawSocket::RawSocket(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    ::close(socket_);
    socket_ = -1;
  }
}

RawSocket::~RawSocket() {
  if (socket_ >= 0) ::close(socket_);
}

void RawSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the other side has closed; what it said is read next
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void RawSocket::shutdown_sending() { ::shutdown(socket_, SHUT_WR); }

bool RawSocket::receive(milliseconds timeout) {
  pollfd readable{socket_, POLLIN, 0};
  if (poll(&readable, 1, static_cast<int>(timeout.count())) <= 0) return false;
  char buffer[16384];
  const ssize_t received = ::recv(socket_, buffer, sizeof buffer, 0);
  if (received <= 0) return false;
  received_.append(buffer, static_cast<std::size_t>(received));
  return true;
}

std::optional<RawAnswer> RawSocket::answer(bool head_only) {
  constexpr milliseconds kPatience{10000};
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!receive(kPatience)) return std::nullopt;
  }
  RawAnswer answer;
  std::string_view head{received_.data(), end + 2};
  if (!head.starts_with("HTTP/1.1 ")) return std::nullopt;
  answer.status = std::atoi(std::string{head.substr(9, 3)}.c_str());
  head.remove_prefix(head.find("\r\n") + 2);
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    const std::size_t colon = line.find(": ");
    std::string name{line.substr(0, colon)};
    std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
    answer.headers.emplace(std::move(name), line.substr(colon + 2));
  }
  const std::size_t length =
      head_only ? 0 : static_cast<std::size_t>(std::atoi(answer.header("content-length").c_str()));
  while (received_.size() < end + 4 + length) {
    if (!receive(kPatience)) return std::nullopt;
  }
  answer.body = received_.substr(end + 4, length);
  received_.erase(0, end + 4 + length);
  return answer;
}

bool RawSocket::closes_within(milliseconds timeout) {
  if (!received_.empty()) return false;
  pollfd readable{socket_, POLLIN, 0};
  if (poll(&readable, 1, static_cast<int>(timeout.count())) <= 0) return false;
  char byte = 0;
  return ::recv(socket_, &byte, 1, MSG_PEEK) <= 0;
}

std::vector<RawAnswer> RawSocket::answers_until_end() {
  std::vector<RawAnswer> answers;
  while (auto next = answer()) answers.push_back(std::move(*next));
  return answers;
}

std::string post(std::string_view target, std::string_view body, std::string_view headers) {
  return "POST " + std::string{target} + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
         std::string{headers} + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

std::string get(std::string_view target, std::string_view headers) {
  return "GET " + std::string{target} + " HTTP/1.1\r\nHost: localhost\r\n" + std::string{headers} + "\r\n";
}

}  // namespace tweestap::http

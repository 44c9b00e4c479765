#include "tests/support/import_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <thread>

namespace tweestap::tests {
namespace {

int connect_to(const std::string& url) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
  inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  if (socket >= 0 && ::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return socket;
  if (socket >= 0) ::close(socket);
  return -1;
}

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // whoever reads sees that there is no answer
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// Takes the head off, then the chunks apart.
class Reader {
 public:
  Reader(ImportAnswer& answer, const std::function<void(std::size_t)>& each) : answer_(answer), each_(each) {}

  void add(std::string_view bytes) {
    raw_.append(bytes);
    if (answer_.status == 0 && !read_head()) return;
    while (read_chunk()) {
    }
    for (std::size_t end = text_.find('\n'); end != std::string::npos; end = text_.find('\n')) {
      answer_.lines.push_back(text_.substr(0, end));
      text_.erase(0, end + 1);
      if (each_) each_(answer_.lines.size());
    }
  }

 private:
  bool read_head() {
    const std::size_t end = raw_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    std::from_chars(raw_.data() + 9, raw_.data() + 12, answer_.status);
    raw_.erase(0, end + 4);
    return true;
  }

  bool read_chunk() {
    const std::size_t line = raw_.find("\r\n");
    if (line == std::string::npos) return false;
    std::size_t size = 0;
    const auto [at, error] = std::from_chars(raw_.data(), raw_.data() + line, size, 16);
    if (error != std::errc{} || raw_.size() < line + 2 + size + 2) return false;
    text_.append(raw_, line + 2, size);
    raw_.erase(0, line + 2 + size + 2);
    answer_.whole = size == 0;
    return size != 0;
  }

  ImportAnswer& answer_;
  const std::function<void(std::size_t)>& each_;
  std::string raw_;
  std::string text_;
};

}  // namespace

ImportAnswer send_import(const std::string& url, const std::string& token, std::string_view lines,
                         const std::function<void(std::size_t)>& each, bool sends_first) {
  ImportAnswer answer;
  const int socket = connect_to(url);
  if (socket < 0) return answer;
  const std::string head =
      "POST /v1/accounts/import HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nAuthorization: "
      "Bearer " +
      token + "\r\nContent-Length: " + std::to_string(lines.size()) + "\r\n\r\n";
  std::jthread sending{[&] {
    send_all(socket, head);
    send_all(socket, lines);
  }};
  if (sends_first) sending.join();
  Reader reader{answer, each};
  char room[65536];
  for (ssize_t received = 0; (received = ::recv(socket, room, sizeof room, 0)) > 0;) {
    reader.add({room, static_cast<std::size_t>(received)});
  }
  ::shutdown(socket, SHUT_RDWR);  // ends a sending that nobody takes
  if (sending.joinable()) sending.join();
  ::close(socket);
  return answer;
}

}  // namespace tweestap::tests

#include "tests/load/keep_alive_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>

#include "tests/load/give_up.h"
#include "tests/support/percentile.h"

namespace tweestap::load {
namespace {

using Clock = std::chrono::steady_clock;

// With the system's words for why.
[[noreturn]] void give_up_at(const char* what) { give_up(std::string{what} + ": " + std::strerror(errno)); }

struct Connection {
  int socket = -1;
  bool busy = false;
  Clock::time_point started;
  std::string answer;
};

int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  if (socket < 0 || connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
    give_up_at("connecting");
  }
  return socket;
}

// Whether the whole answer is there; its length comes from Content-Length.
bool complete(const std::string& answer) {
  const std::size_t head = answer.find("\r\n\r\n");
  if (head == std::string::npos) return false;
  const std::size_t at = answer.find("Content-Length: ");
  if (at == std::string::npos || at > head) return answer.compare(9, 3, "204") == 0;
  return answer.size() >= head + 4 + std::strtoul(answer.c_str() + at + 16, nullptr, 10);
}

double thread_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// The run: connections that are free take the next request whose moment has come.
class Run {
 public:
  Run(std::uint16_t port, const std::vector<std::string>& requests, std::size_t connections, double per_second)
      : requests_(requests), per_second_(per_second), poll_(epoll_create1(EPOLL_CLOEXEC)), connections_(connections) {
    for (Connection& one : connections_) {
      one.socket = connect_to(port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &one;
      if (epoll_ctl(poll_, EPOLL_CTL_ADD, one.socket, &event) != 0) give_up_at("epoll");
    }
    result_.latencies_us.reserve(requests.size());
  }
  ~Run() {
    for (const Connection& one : connections_) close(one.socket);
    close(poll_);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  LoadResult run() {
    const double cpu_before = thread_cpu_seconds();
    begin_ = Clock::now();
    while (result_.answers < requests_.size()) {
      send_what_is_due();
      receive();
    }
    result_.seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    result_.client_cpu_seconds = thread_cpu_seconds() - cpu_before;
    return std::move(result_);
  }

 private:
  [[nodiscard]] Clock::time_point moment() const {
    if (per_second_ == 0) return Clock::now();
    return begin_ + std::chrono::duration_cast<Clock::duration>(
                        std::chrono::duration<double>(static_cast<double>(next_) / per_second_));
  }
  [[nodiscard]] bool due() const { return next_ < requests_.size() && (per_second_ == 0 || moment() <= Clock::now()); }
  // In turn: a connection that is never used is closed by the service after its head's time.
  void send_what_is_due() {
    for (std::size_t asked = 0; asked < connections_.size() && due(); ++asked) {
      Connection& one = connections_[turn_++ % connections_.size()];
      if (!one.busy) send(one);
    }
  }
  void send(Connection& one) {
    one.started = moment();
    one.busy = true;
    one.answer.clear();
    const std::string& request = requests_[next_++];
    if (::send(one.socket, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
      give_up_at("sending");
    }
  }
  void receive() {
    std::array<epoll_event, 128> events{};
    const int patience_ms = per_second_ == 0 ? 1000 : 1;
    const int count = epoll_wait(poll_, events.data(), static_cast<int>(events.size()), patience_ms);
    for (int i = 0; i < count; ++i) {
      Connection& one = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      std::array<char, 8192> bytes{};
      const ssize_t got = recv(one.socket, bytes.data(), bytes.size(), 0);
      if (got <= 0) give_up("a connection ended");
      one.answer.append(bytes.data(), static_cast<std::size_t>(got));
      if (!complete(one.answer)) continue;
      const std::string_view status = std::string_view{one.answer}.substr(9, 3);
      ++result_.answers;
      if (status.starts_with('2')) ++result_.good;
      result_.latencies_us.push_back(static_cast<std::uint32_t>(
          std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - one.started).count()));
      one.busy = false;
      if (per_second_ == 0 && due()) send(one);
    }
  }

  const std::vector<std::string>& requests_;
  double per_second_;
  int poll_;
  std::vector<Connection> connections_;
  LoadResult result_;
  std::size_t next_ = 0;
  std::size_t turn_ = 0;
  Clock::time_point begin_;
};

}  // namespace

double LoadResult::percentile_ms(double of) const { return tests::percentile(latencies_us, of) / 1000.0; }

LoadResult run_load(std::uint16_t port, const std::vector<std::string>& requests, std::size_t connections,
                    double per_second) {
  return Run{port, requests, connections, per_second}.run();
}

void must_all_be_good(const LoadResult& result) {
  if (result.good == result.answers) return;
  std::fprintf(stderr, "%llu of %llu requests did not succeed\n",
               static_cast<unsigned long long>(result.answers - result.good),
               static_cast<unsigned long long>(result.answers));
  std::exit(1);
}

std::string post_request(const std::string& path, const std::string& token, const std::string& body) {
  std::string request = "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n";
  if (!body.empty()) request += "Content-Type: application/json\r\n";
  if (!token.empty()) request += "Authorization: Bearer " + token + "\r\n";
  return request + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace tweestap::load

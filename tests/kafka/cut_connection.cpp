#include "tests/kafka/cut_connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

namespace tweestap::tests {
namespace {

using namespace std::chrono_literals;

constexpr auto kDelay = 200ms;
constexpr std::uint64_t kCutBytes = 200'000;   // less than a full request of a megabyte
constexpr std::size_t kWaitingPiecesMax = 64;  // of one way: then its sender has to wait, as with TCP
constexpr std::size_t kPieceBytes = std::size_t{64} << 10;
constexpr int kAllAtOnce = 64;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

// Without it the broker, which a test starts as a child, would keep the socket open. -1 where nobody listens.
int connect_to(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket);
    return -1;
  }
  ::fcntl(socket, F_SETFL, O_NONBLOCK);
  return socket;
}

// With a reset, so that neither side takes it for an end that the other one meant.
void reset(int socket) {
  if (socket < 0) return;
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(socket);
}

}  // namespace

CutConnection::CutConnection(std::uint64_t seed) : random_(seed) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  const bool listens = ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                       ::listen(listener_, kAllAtOnce) == 0 &&
                       ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  EXPECT_TRUE(listens);
  port_ = ntohs(address.sin_port);
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

CutConnection::~CutConnection() {
  thread_.request_stop();
  wake();
  thread_.join();
  for (Line& line : lines_) end(line);
  ::close(listener_);
  ::close(wake_);
}

void CutConnection::lead_to(int port) {
  const std::scoped_lock lock(mutex_);
  leads_to_ = port;
}

void CutConnection::be(Mood mood) {
  const std::scoped_lock lock(mutex_);
  mood_ = mood;
  for (Line& line : lines_) {
    line.cut_after = line.passed + random_() % kCutBytes;
    if (mood == Mood::Passes && (line.requests.lost || line.answers.lost)) end(line);
  }
  wake();
}

void CutConnection::cut() {
  const std::scoped_lock lock(mutex_);
  for (Line& line : lines_) end(line);
  wake();
}

CutConnection::Counts CutConnection::counts() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

void CutConnection::wake() {
  const std::uint64_t one = 1;
  // Full means that it is awake.
  static_cast<void>(!::write(wake_, &one, sizeof one));
}

void CutConnection::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    wait(Clock::now());
    std::uint64_t woken = 0;
    static_cast<void>(!::read(wake_, &woken, sizeof woken));
    const std::scoped_lock lock(mutex_);
    accept_all();
    const auto now = Clock::now();
    for (Line& line : lines_) {
      for (Way* way : {&line.requests, &line.answers}) {
        if (!line.over) read(line, *way, now);
        if (!line.over) pass(line, *way, now);
      }
    }
    lines_.remove_if([](const Line& line) { return line.over; });
  }
}

// Until there is something to do. Only this thread adds and removes lines, so that what is polled stays open but for
// end(), which wakes it.
void CutConnection::wait(Clock::time_point now) {
  std::vector<pollfd> watched{{listener_, POLLIN, 0}, {wake_, POLLIN, 0}};
  auto patience = std::chrono::milliseconds{1000};
  {
    const std::scoped_lock lock(mutex_);
    for (const Line& line : lines_) {
      for (const Way* way : {&line.requests, &line.answers}) {
        if (!way->ended && way->pieces.size() < kWaitingPiecesMax) watched.push_back({way->from, POLLIN, 0});
        if (way->pieces.empty()) continue;
        const auto due = std::chrono::ceil<std::chrono::milliseconds>(way->pieces.front().due - now);
        if (due <= 0ms) {
          watched.push_back({way->to, POLLOUT, 0});
        } else {
          patience = std::min(patience, due);
        }
      }
    }
  }
  ::poll(watched.data(), watched.size(), static_cast<int>(patience.count()));
}

void CutConnection::accept_all() {
  for (int client = -1; (client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0;) {
    ++counts_.connections;
    const int broker = connect_to(leads_to_);
    if (broker < 0) {  // it is down: whoever connects is told
      reset(client);
      continue;
    }
    Line& line = lines_.emplace_back();
    line.requests.from = line.answers.to = client;
    line.requests.to = line.answers.from = broker;
    line.answers.answers = true;
    line.cut_after = random_() % kCutBytes;
  }
}

void CutConnection::read(Line& line, Way& way, Clock::time_point now) {
  while (!way.ended && way.pieces.size() < kWaitingPiecesMax) {
    std::string bytes(kPieceBytes, '\0');
    const ssize_t got = ::recv(way.from, bytes.data(), bytes.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got < 0 && way.answers) return end(line);
    way.ended = got <= 0;
    if (way.ended) return;
    bytes.resize(static_cast<std::size_t>(got));
    const bool loses = mood_ == Mood::Drops || (mood_ == Mood::Swallows && way.answers);
    way.lost = way.lost || loses;
    if (way.deaf) continue;
    if (way.lost) {
      (way.answers ? counts_.swallowed : counts_.dropped) += bytes.size();
      continue;
    }
    if (mood_ == Mood::Delays) counts_.delayed_bytes += bytes.size();
    way.pieces.push_back({std::move(bytes), mood_ == Mood::Delays ? now + kDelay : now});
  }
}

void CutConnection::pass(Line& line, Way& way, Clock::time_point now) {
  while (!way.pieces.empty() && way.pieces.front().due <= now) {
    std::string& bytes = way.pieces.front().bytes;
    if (mood_ == Mood::Cuts && !way.answers && line.passed + bytes.size() > line.cut_after) {
      bytes.resize(line.cut_after > line.passed ? line.cut_after - line.passed : 0);
      way.lost = way.cut = true;  // also where the rest of the piece has to wait, whatever the mood is by then
    }
    const ssize_t sent = bytes.empty() ? 0 : ::send(way.to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (sent < 0 && !way.answers) return end(line);
    if (sent < 0) {
      way.deaf = true;
      way.pieces.clear();
      break;
    }
    if (!way.answers) {
      line.passed += static_cast<std::uint64_t>(sent);
      counts_.requests_bytes += static_cast<std::uint64_t>(sent);
    }
    bytes.erase(0, static_cast<std::size_t>(sent));
    if (way.cut && bytes.empty()) return end(line);
    if (!bytes.empty()) return;
    way.pieces.pop_front();
  }
  if (!way.ended || !way.pieces.empty()) return;
  // An end is passed on behind what came before it. Where bytes were lost nobody is told.
  if (!way.lost) ::shutdown(way.to, SHUT_WR);
  const bool over =
      line.requests.ended && line.requests.pieces.empty() && line.answers.ended && line.answers.pieces.empty();
  if (!over) return;
  ::close(line.requests.from);
  ::close(line.answers.from);
  line.over = true;
}

void CutConnection::end(Line& line) {
  if (line.over) return;
  line.over = true;
  ++counts_.cut;
  reset(line.requests.from);
  reset(line.answers.from);
}

}  // namespace tweestap::tests

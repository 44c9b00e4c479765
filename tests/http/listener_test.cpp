// The life of a listener and its connections: HTTP-3, HTTP-4, HTTP-5.
#include "http/listener.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/http/front_door.h"

namespace tweestap::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST(HTTP_3, AHandlerThatThrowsGivesAProblemWithoutInternals) {
  std::atomic<int> told = 0;
  ListenerOptions options;
  options.on_exception = [&](ListenerKind, std::string_view) { ++told; };
  FrontDoor door{std::move(options)};
  RawSocket socket = door.connect();
  for (const std::string& request : {get("/throws"), get("/throws", "X-Odd: 1\r\n"), get("/bad-header")}) {
    socket.send(request);
    const auto answer = socket.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 503);
    EXPECT_EQ(answer->header("retry-after"), "1");
    EXPECT_FALSE(answer->has("set-cookie"));
    EXPECT_EQ(nlohmann::json::parse(answer->body)["code"], "unavailable");
    EXPECT_EQ(answer->body.find("internals"), std::string::npos);
  }
  socket.send(get("/health/live"));
  EXPECT_EQ(socket.answer()->status, 200);
  EXPECT_EQ(told, 3);
}

TEST(HTTP_4, CutsASlowHead) {
  ListenerOptions options;
  options.head_timeout = milliseconds{300};
  FrontDoor door{std::move(options)};
  const auto begin = steady_clock::now();
  RawSocket silent = door.connect();
  RawSocket slow = door.connect();
  slow.send("GET /health/live HTTP/1.1\r\nHost: ");
  EXPECT_EQ(slow.answer()->status, 400);
  EXPECT_TRUE(slow.closes_within(milliseconds{2000}));
  EXPECT_TRUE(silent.closes_within(milliseconds{2000}));
  EXPECT_GE(steady_clock::now() - begin, milliseconds{300});
  EXPECT_EQ(door.routes.dispatched, 0);
}

TEST(HTTP_4, ADripOfBytesDoesNotGainTime) {
  ListenerOptions options;
  options.head_timeout = milliseconds{400};
  FrontDoor door{std::move(options)};
  RawSocket dripping = door.connect();
  const auto begin = steady_clock::now();
  dripping.send("GET /health/live HTTP/1.1\r\n");
  while (!dripping.closes_within(milliseconds{50}) && steady_clock::now() - begin < milliseconds{5000}) {
    dripping.send("a");
    if (const auto answer = steady_clock::now() - begin > milliseconds{400} ? dripping.answer() : std::nullopt) break;
  }
  EXPECT_LT(steady_clock::now() - begin, milliseconds{3000});
  EXPECT_EQ(door.routes.dispatched, 0);
}

TEST(HTTP_4, CutsASlowBody) {
  ListenerOptions options;
  options.body_timeout = milliseconds{300};
  FrontDoor door{std::move(options)};
  RawSocket slow = door.connect();
  slow.send(
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"te");
  EXPECT_EQ(slow.answer()->status, 400);
  EXPECT_TRUE(slow.closes_within(milliseconds{2000}));
  EXPECT_EQ(door.routes.dispatched, 0);
}

TEST(HTTP_4, AllowsThreeSecondsForAHeadAndFiveForABody) {
  const ListenerOptions options;
  EXPECT_EQ(options.head_timeout, milliseconds{3000});
  EXPECT_EQ(options.body_timeout, milliseconds{5000});
}

TEST(HTTP_4, FiveHundredSlowConnectionsDoNotStopOthers) {
  FrontDoor door;
  std::vector<RawSocket> slow;
  for (int i = 0; i < 500; ++i) {
    slow.push_back(door.connect());
    slow.back().send("POST /echo HTTP/1.1\r\nHost: localhost\r\n");
  }
  const auto begin = steady_clock::now();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(door.ask(get("/health/live"))->status, 200);
  EXPECT_LT(steady_clock::now() - begin, milliseconds{2500});
}

TEST(HTTP_4, TheBacklogIsAtLeast1024) {
  FrontDoor door;
  std::ifstream limit{"/proc/sys/net/core/somaxconn"};
  long somaxconn = 0;
  limit >> somaxconn;
  // The listening socket is found among our own; of one that listens, tcpi_sacked is the backlog (tcp_get_info in the
  // kernel).
  bool found = false;
  for (int fd = 3; fd < 1024 && !found; ++fd) {
    int listening = 0;
    socklen_t size = sizeof listening;
    sockaddr_in at{};
    socklen_t at_size = sizeof at;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0) continue;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&at), &at_size) != 0) continue;
    if (ntohs(at.sin_port) != door.listener().port()) continue;
    found = true;
    tcp_info info{};
    socklen_t info_size = sizeof info;
    ASSERT_EQ(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &info_size), 0);
    EXPECT_GE(static_cast<long>(info.tcpi_sacked), std::min(1024L, somaxconn));
    int reuse_port = 1;
    size = sizeof reuse_port;
    ASSERT_EQ(getsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &reuse_port, &size), 0);
    EXPECT_EQ(reuse_port, 0) << "another process could take a share of the connections";
  }
  EXPECT_TRUE(found);
}

TEST(HTTP_4, TurnsAwayConnectionsOverItsLimitAtOnce) {
  ListenerOptions options;
  options.connections_max = 4;
  FrontDoor door{std::move(options)};
  std::vector<RawSocket> held;
  for (int i = 0; i < 4; ++i) {
    held.push_back(door.connect());
    held.back().send(get("/health/live"));
    ASSERT_EQ(held.back().answer()->status, 200);
  }
  const auto answer = door.ask(get("/health/live"));
  if (answer) {
    EXPECT_EQ(answer->status, 503);
    EXPECT_TRUE(answer->has("retry-after"));
  }
  held.pop_back();
  // Its thread ends a moment later; from then on there is room.
  int status = 0;
  for (int tries = 0; tries < 1000 && status != 200; ++tries) {
    if (const auto next = door.ask(get("/health/live"))) status = next->status;
  }
  EXPECT_EQ(status, 200);
}

TEST(HTTP_5, RefusesANonLoopbackAddressWithoutAProxy) {
  for (const std::string_view host : {"0.0.0.0", "::", "192.0.2.1"}) {
    ListenerOptions options;
    options.host = host;
    const auto listener = Listener::open(std::move(options), texts());
    ASSERT_FALSE(listener);
    EXPECT_EQ(listener.error().kind, platform::Failure::Kind::Invalid);
    EXPECT_NE(listener.error().reason.find("http.proxies"), std::string::npos) << listener.error().reason;
  }
}

TEST(HTTP_5, ListensOnLoopbackAndBehindAProxy) {
  for (const std::string_view host : {"127.0.0.1", "localhost"}) {
    ListenerOptions options;
    options.host = host;
    EXPECT_TRUE(Listener::open(std::move(options), texts()));
  }
  ListenerOptions options;
  options.host = "0.0.0.0";
  options.forwarding.proxies = {Network::parse("10.0.0.0/8").value()};
  EXPECT_TRUE(Listener::open(std::move(options), texts()));
}

TEST(Listener, SaysWhyItCannotListen) {
  FrontDoor door;
  ListenerOptions options;
  options.port = door.listener().port();
  const auto second = Listener::open(std::move(options), texts());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, platform::Failure::Kind::Unavailable);
  EXPECT_NE(second.error().reason.find(std::to_string(door.listener().port())), std::string::npos);
}

TEST(Listener, LetsARunningRequestEndAndClosesIdleConnections) {
  FrontDoor door;
  RawSocket idle = door.connect();
  idle.send(get("/health/live"));
  ASSERT_EQ(idle.answer()->status, 200);
  RawSocket running = door.connect();
  running.send(get("/waits"));
  door.routes.entered.wait();
  std::jthread stopping{[&] { EXPECT_TRUE(door.listener().stop()); }};
  EXPECT_TRUE(idle.closes_within(milliseconds{3000}));
  door.routes.leave.count_down();
  const auto answer = running.answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(answer->header("connection"), "close");
  stopping.join();
  EXPECT_TRUE(door.routes.saw_stop);
  EXPECT_LT(RawSocket{door.listener().port()}.socket(), 0) << "nobody listens any more";
}

TEST(Listener, StopsWithinItsBoundWhenARequestDoesNotEnd) {
  ListenerOptions options;
  options.drain_timeout = milliseconds{200};
  FrontDoor door{std::move(options)};
  RawSocket running = door.connect();
  running.send(get("/waits"));
  door.routes.entered.wait();
  std::jthread stopping{[&] { EXPECT_FALSE(door.listener().stop()); }};
  EXPECT_TRUE(running.closes_within(milliseconds{3000}));
  door.routes.leave.count_down();
}

TEST(Listener, StopsWithoutEverHavingStarted) {
  auto listener = Listener::open({}, texts());
  ASSERT_TRUE(listener);
  EXPECT_TRUE((*listener)->stop());
}

TEST(Listener, GoesOnAfterAcceptFailed) {
  FrontDoor door;
  ASSERT_EQ(door.ask(get("/health/live"))->status, 200);
  for (int fd = 3; fd < 1024; ++fd) {
    int listening = 0;
    socklen_t size = sizeof listening;
    sockaddr_in at{};
    socklen_t at_size = sizeof at;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0) continue;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&at), &at_size) != 0) continue;
    if (ntohs(at.sin_port) == door.listener().port()) ::shutdown(fd, SHUT_RDWR);
  }
  std::optional<RawAnswer> answer;
  for (int tries = 0; tries < 1000 && !answer; ++tries) {
    RawSocket socket = door.connect();
    if (socket.socket() < 0) {
      std::this_thread::yield();
      continue;
    }
    socket.send(get("/health/live"));
    answer = socket.answer();
  }
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
}

TEST(Listener, TellsWhatItAnsweredWithoutAnythingThatACallerWrote) {
  std::mutex mutex;
  std::vector<std::string> lines;
  ListenerOptions options;
  options.on_answer = [&](const AnswerRecord& record) {
    const std::lock_guard lock{mutex};
    lines.push_back(std::string{record.method} + " " + std::string{record.route} + " " + std::to_string(record.status));
  };
  FrontDoor door{std::move(options)};
  RawSocket socket = door.connect();
  socket.send(get("/items/canary") + get("/canary") + "CANARY /echo HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::set<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.insert(socket.answer()->header("request-id"));
  EXPECT_EQ(ids.size(), 3U);
  const std::lock_guard lock{mutex};
  EXPECT_EQ(lines, (std::vector<std::string>{"GET /items/{item} 200", "GET  404", "other  405"}));
}

TEST(Listener, AnswersHeadWithoutABody) {
  FrontDoor door;
  RawSocket socket = door.connect();
  socket.send("HEAD /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto head = socket.answer(true);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_NE(head->header("content-length"), "0");
  socket.send(get("/health/live"));
  EXPECT_EQ(socket.answer()->status, 200);
}

}  // namespace
}  // namespace tweestap::http

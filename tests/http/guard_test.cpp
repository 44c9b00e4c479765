// HTTP-1 and HTTP-2 over raw sockets: what must not be forgiven is answered with 400 and a closed connection.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/http/front_door.h"

namespace tweestap::http {
namespace {

using std::chrono::milliseconds;

struct Bad {
  std::string_view name;
  std::string bytes;
};

// Behind each stands a request that would count, if anybody took it for one.
const std::string kHidden = "GET /items/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

std::vector<Bad> bad_heads() {
  const std::string start = "POST /empty HTTP/1.1\r\nHost: localhost\r\n";
  const auto with = [&](std::string_view header) { return start + std::string{header} + "\r\n\r\n"; };
  std::string many = start;
  for (int i = 0; i < 64; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
  return {
      {"two Content-Length", start + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"},
      {"two different Content-Length", start + "Content-Length: 2\r\nContent-Length: 60\r\n\r\n{}"},
      {"Content-Length list", start + "Content-Length: 2, 2\r\n\r\n{}"},
      {"Content-Length with sign", start + "Content-Length: +2\r\n\r\n{}"},
      {"negative Content-Length", with("Content-Length: -1")},
      {"hexadecimal Content-Length", start + "Content-Length: 0x2\r\n\r\n{}"},
      {"octal-looking Content-Length", start + "Content-Length: 02\r\n\r\n{}"},
      {"empty Content-Length", with("Content-Length:")},
      {"Content-Length beyond any number", with("Content-Length: 99999999999999999999999")},
      {"blank before the colon", start + "Content-Length : 2\r\n\r\n{}"},
      {"Transfer-Encoding", start + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"Transfer-Encoding and Content-Length",
       start + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"odd Transfer-Encoding", start + "transfer-ENCODING:\tidentity\r\n\r\n"},
      {"Content-Encoding", with("Content-Encoding: gzip")},
      {"Range", "GET /health/live HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-1\r\n\r\n"},
      {"Expect", with("Expect: 100-continue")},
      {"no Host", "POST /empty HTTP/1.1\r\n\r\n"},
      {"no Host in HTTP/1.0", "GET /health/live HTTP/1.0\r\n\r\n"},
      {"two Hosts", with("Host: other")},
      {"empty Host", "POST /empty HTTP/1.1\r\nHost: \r\n\r\n"},
      {"odd Host", "POST /empty HTTP/1.1\r\nHost: a/b@c\r\n\r\n"},
      {"control character in a value", with(std::string_view{"X-A: a\0b", 8})},
      {"tab in a value", with("X-A: a\tb")},
      {"bare CR in a value", with("X-A: a\rX-B: b")},
      {"bare LF in a value", with("X-A: a\nX-B: b")},
      {"encoded CR LF in a value", with("X-A: a%0d%0aX-B: b")},
      {"encoded NUL in a value", with("X-A: %00")},
      {"encoded DEL in a value", with("X-A: %7F")},
      {"bare LF after the request line", "POST /empty HTTP/1.1\nHost: localhost\r\n\r\n"},
      {"bare LF everywhere", "POST /empty HTTP/1.1\nHost: localhost\n\n"},
      {"folded line", start + "X-A: a\r\n b\r\n\r\n"},
      {"line without a colon", with("X-A")},
      {"empty name", with(": a")},
      {"body on GET", "GET /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"},
      {"body on HEAD", "HEAD /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"},
      {"65 headers", many + "\r\n"},
      {"head of more than 16 KiB", start + "X-A: " + std::string(17 * 1024, 'a') + "\r\n\r\n"},
      {"target of 513 bytes", "GET /" + std::string(512, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n"},
      {"absolute target", "GET http://localhost/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"},
      {"asterisk target", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"},
      {"blank in the target", "GET /health/live x HTTP/1.1\r\nHost: localhost\r\n\r\n"},
      {"two blanks", "GET  /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"},
      {"byte above 0x7e in the target", "GET /h\xc3\xa9 HTTP/1.1\r\nHost: localhost\r\n\r\n"},
      {"no version", "GET /health/live\r\nHost: localhost\r\n\r\n"},
      {"HTTP/2.0", "GET /health/live HTTP/2.0\r\nHost: localhost\r\n\r\n"},
      {"preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {"empty line first", "\r\nGET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"},
      {"method that is no token", "G@T /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"},
      {"two Authorization", start + "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n"},
      {"two Content-Type", start + "Content-Type: a/b\r\nContent-Type: application/json\r\n\r\n"},
      {"two Idempotency-Key", start + "Idempotency-Key: a\r\nIdempotency-Key: b\r\n\r\n"},
      {"TLS hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n\n", 13)},
  };
}

TEST(HTTP_1, AnswersEveryOddHeadWith400AndCloses) {
  FrontDoor door;
  for (const Bad& bad : bad_heads()) {
    SCOPED_TRACE(bad.name);
    RawSocket socket = door.connect();
    socket.send(bad.bytes);
    const auto answer = socket.answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 400);
    EXPECT_EQ(answer->header("content-type"), "application/problem+json");
    EXPECT_EQ(answer->header("connection"), "close");
    EXPECT_EQ(answer->header("cache-control"), "no-store");
    EXPECT_TRUE(answer->has("request-id"));
    EXPECT_EQ(nlohmann::json::parse(answer->body)["code"], "malformed_request");
    EXPECT_TRUE(socket.closes_within(milliseconds{2000}));
  }
  EXPECT_EQ(door.routes.dispatched, 0);
}

TEST(HTTP_2, ParsesNoSecondRequestOfTheSmugglingCorpus) {
  FrontDoor door;
  for (const Bad& bad : bad_heads()) {
    SCOPED_TRACE(bad.name);
    RawSocket socket = door.connect();
    socket.send(bad.bytes + kHidden);
    EXPECT_EQ(socket.answers_until_end().size(), 1U);
  }
  EXPECT_EQ(door.routes.dispatched, 0);
}

TEST(HTTP_1, AcceptsWhatLiesJustInside) {
  FrontDoor door;
  std::string headers;
  for (int i = 0; i < 63; ++i) headers += "X-" + std::to_string(i) + ": 1\r\n";
  EXPECT_EQ(door.ask(get("/health/live", headers))->status, 200);
  EXPECT_EQ(door.ask(get("/" + std::string(511, 'a')))->status, 404);
  const std::string start = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-A: ";
  const std::string head = start + std::string(16 * 1024 - start.size() - 4, 'a') + "\r\n\r\n";
  ASSERT_EQ(head.size(), 16U * 1024);
  EXPECT_EQ(door.ask(head)->status, 200);
  EXPECT_EQ(door.ask("GET /health/live HTTP/1.1\r\nhost:localhost:8080 \t\r\nContent-Length: 0\r\n\r\n")->status, 200);
  EXPECT_EQ(door.ask(get("/health/live", "X-A: 100% sure, %zz and %c3%a9\r\n"))->status, 200);
  EXPECT_EQ(door.ask(get("/health/live", "Cookie: a=1\r\nCookie: b=2\r\n"))->status, 200);
}

TEST(HTTP_1, RefusesAnOddHeadThatComesInPieces) {
  FrontDoor door;
  RawSocket socket = door.connect();
  for (const char c : std::string{"POST /empty HTTP/1.1\r\nHost: localhost\r\nContent-Length : 2\r\n\r\n"}) {
    socket.send({&c, 1});
  }
  EXPECT_EQ(socket.answer()->status, 400);
  EXPECT_TRUE(socket.closes_within(milliseconds{2000}));
}

TEST(HTTP_2, KeepsOneConnectionForManyRequestsOfLoopback) {
  FrontDoor door;
  RawSocket socket = door.connect();
  for (int i = 0; i < 100; ++i) {
    socket.send(post("/echo", R"({"text":"t)" + std::to_string(i) + "\"}"));
    const auto answer = socket.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, R"({"text":"t)" + std::to_string(i) + "\"}");
    EXPECT_FALSE(answer->has("connection"));
  }
}

TEST(HTTP_2, AnswersPipelinedRequestsInOrder) {
  FrontDoor door;
  RawSocket socket = door.connect();
  std::string all;
  for (int i = 0; i < 20; ++i) all += post("/echo", R"({"text":")" + std::to_string(i) + "\"}");
  all += get("/health/live", "Connection: close\r\n");
  socket.send(all);
  const auto answers = socket.answers_until_end();
  ASSERT_EQ(answers.size(), 21U);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(answers[i].body, R"({"text":")" + std::to_string(i) + "\"}");
  EXPECT_EQ(answers[20].header("connection"), "close");
}

TEST(HTTP_2, ServesAStrangersConnectionOneRequest) {
  ConnectionFrom stranger{"192.0.2.7"};
  stranger.client().send(get("/health/live") + kHidden);
  const auto answers = stranger.client().answers_until_end();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].status, 200);
  EXPECT_EQ(answers[0].header("connection"), "close");
  EXPECT_EQ(stranger.routes.dispatched, 1);
}

TEST(HTTP_2, KeepsAProxysConnectionOpen) {
  ListenerOptions options;
  options.forwarding.proxies = {Network::parse("10.0.0.0/8").value()};
  ConnectionFrom proxy{"10.1.2.3", std::move(options)};
  for (int i = 0; i < 3; ++i) {
    proxy.client().send(get("/health/live", "X-Forwarded-For: 192.0.2.1\r\n"));
    const auto answer = proxy.client().answer();
    ASSERT_TRUE(answer);
    EXPECT_FALSE(answer->has("connection"));
  }
}

TEST(HTTP_2, ClosesForHttp10AndWhereAsked) {
  FrontDoor door;
  for (const std::string_view request :
       {"GET /health/live HTTP/1.0\r\nHost: localhost\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Close\r\n\r\n"}) {
    RawSocket socket = door.connect();
    socket.send(request);
    EXPECT_EQ(socket.answer()->header("connection"), "close");
    EXPECT_TRUE(socket.closes_within(milliseconds{2000}));
  }
}

TEST(HTTP_1, RefusesABodyThatIsTooLargeBeforeReadingIt) {
  FrontDoor door;
  RawSocket socket = door.connect();
  socket.send(
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept-Language: nl\r\n"
      "Content-Length: 16385\r\n\r\n");
  const auto answer = socket.answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 413);
  EXPECT_EQ(answer->header("content-language"), "nl");
  EXPECT_EQ(nlohmann::json::parse(answer->body)["code"], "payload_too_large");
  EXPECT_EQ(answer->header("connection"), "close");
}

TEST(HTTP_1, DeliversTheRefusalOfABodyThatIsOnItsWay) {
  FrontDoor door;
  RawSocket socket = door.connect();
  socket.send(post("/echo", std::string(100 * 1024, 'a')));
  const auto answer = socket.answer();
  ASSERT_TRUE(answer) << "the connection was reset before the answer was read";
  EXPECT_EQ(answer->status, 413);
}

}  // namespace
}  // namespace tweestap::http

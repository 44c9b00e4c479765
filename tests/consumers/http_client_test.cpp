#include "consumers/http_client.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <set>
#include <thread>

#include "tests/consumers/provider.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::consumers {
namespace {

using std::chrono::milliseconds;
using tests::Certificate;
using tests::OddServer;
using tests::Provider;
using tests::ReceivedRequest;
using tests::Reply;

Endpoint endpoint(const std::string& url, milliseconds total = milliseconds(2000)) {
  Endpoint result;
  result.url = url;
  result.total_limit = total;
  return result;
}

std::expected<HttpAnswer, NoAnswer> ask(Endpoint at, std::string_view body = "{}", const std::stop_token& stop = {}) {
  auto client = HttpClient::create(std::move(at));
  if (!client) {
    ADD_FAILURE() << client.error().reason;
    return std::unexpected(NoAnswer::NotReachable);
  }
  return (*client)->send({}, platform::Secret::from_text(body), stop);
}

NoAnswer silence(const std::expected<HttpAnswer, NoAnswer>& answer) {
  if (!answer) return answer.error();
  ADD_FAILURE() << "an answer with status " << answer->status;
  return {};
}

Reply ok(const ReceivedRequest&) { return {.status = 200, .body = "fine", .headers = {}}; }

TEST(HttpClient, SendsWhatItIsGiven) {
  const Provider provider(ok);
  auto at = endpoint(provider.url("/messages?v=1"));
  at.method = "PUT";
  at.user = "user";
  at.password = platform::Secret::from_text("pass:word");
  const auto client = HttpClient::create(std::move(at));
  ASSERT_TRUE(client);
  std::vector<platform::Secret> headers;
  headers.push_back(platform::Secret::from_text("X-One: 1"));
  headers.push_back(platform::Secret::from_text("Content-Type: text/plain"));
  const auto answer = (*client)->send(headers, platform::Secret::from_text("the body"), {});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body.reveal_text(), "fine");
  EXPECT_EQ(answer->retry_after, std::nullopt);
  const auto received = provider.received();
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(received[0].method, "PUT");
  EXPECT_EQ(received[0].path, "/messages");
  EXPECT_EQ(received[0].body, "the body");
  EXPECT_EQ(received[0].headers.at("x-one"), "1");
  EXPECT_EQ(received[0].headers.at("content-type"), "text/plain");
  EXPECT_EQ(received[0].headers.at("authorization"), "Basic dXNlcjpwYXNzOndvcmQ=");
  EXPECT_FALSE(received[0].headers.contains("expect"));
}

TEST(HttpClient, ReadsRetryAfterInBothForms) {
  const auto wait_for = [](const std::string& value) {
    const Provider provider([&](const ReceivedRequest&) {
      return Reply{.status = 429, .body = "", .headers = {{"Retry-After", value}}};
    });
    const auto answer = ask(endpoint(provider.url()));
    return answer ? answer->retry_after : std::nullopt;
  };
  EXPECT_EQ(wait_for("17"), std::chrono::seconds(17));
  EXPECT_EQ(wait_for("soon"), std::nullopt);
  EXPECT_EQ(wait_for("Wed, 21 Oct 2015 07:28:00 GMT"), std::nullopt) << "that moment is over";
  const auto far = wait_for("Fri, 01 Jan 2100 00:00:00 GMT");
  ASSERT_TRUE(far);
  EXPECT_GT(*far, std::chrono::seconds(3600));
}

TEST(HttpClient, AHangingServerIsCutAtTheTimeLimit) {
  const OddServer server(OddServer::hang);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(silence(ask(endpoint(server.url(), milliseconds(200)))), NoAnswer::TimedOut);
  const auto took = std::chrono::steady_clock::now() - began;
  EXPECT_GE(took, milliseconds(200));
  EXPECT_LT(took, milliseconds(5000)) << "the limit, and not the server, ended it";
}

TEST(HttpClient, AServerThatHangsInTheMiddleIsCutToo) {
  const OddServer server(
      [](int connection) { OddServer::say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")(connection); });
  // It closes its side with six bytes owed: no whole answer.
  EXPECT_EQ(silence(ask(endpoint(server.url(), milliseconds(1000)))), NoAnswer::NotReachable);
}

TEST(HttpClient, NobodyThereIsSaidAtOnce) {
  EXPECT_EQ(silence(ask(endpoint(tests::deserted_url()))), NoAnswer::NotReachable);
}

TEST(HttpClient, WhatIsNoHttpIsNoAnswer) {
  const OddServer server(OddServer::say("SSH-2.0-OpenSSH_9.2\r\n"));
  EXPECT_EQ(silence(ask(endpoint(server.url()))), NoAnswer::NotHttp);
}

TEST(HttpClient, AnAnswerHasALengthLimit) {
  const auto length = [](std::size_t bytes) {
    const Provider provider(
        [&](const ReceivedRequest&) { return Reply{.status = 200, .body = std::string(bytes, 'x'), .headers = {}}; });
    return ask(endpoint(provider.url()));
  };
  ASSERT_TRUE(length(kAnswerBytesMax));
  EXPECT_EQ(length(kAnswerBytesMax)->body.size(), kAnswerBytesMax);
  EXPECT_EQ(silence(length(kAnswerBytesMax + 1)), NoAnswer::NotHttp);
}

TEST(HttpClient, FollowsNoRedirect) {
  const Provider other(ok);
  const Provider provider([&](const ReceivedRequest&) {
    return Reply{.status = 307, .body = "", .headers = {{"Location", other.url()}}};
  });
  const auto answer = ask(endpoint(provider.url()));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 307);
  EXPECT_TRUE(other.received().empty());
}

TEST(HttpClient, NoProxyOfTheEnvironmentIsUsed) {
  const Provider proxy(ok);
  const Provider provider([](const ReceivedRequest&) { return Reply{.status = 201, .body = "", .headers = {}}; });
  ::unsetenv("no_proxy");
  ::unsetenv("NO_PROXY");
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  ::setenv("ALL_PROXY", proxy.url().c_str(), 1);
  const auto answer = ask(endpoint(provider.url()));
  ::unsetenv("http_proxy");
  ::unsetenv("ALL_PROXY");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 201);
  EXPECT_TRUE(proxy.received().empty());
}

TEST(HttpClient, AStopCutsARequest) {
  std::stop_source stop;
  // The server asks for the stop itself, so that the request is on its way by then.
  const OddServer server([&](int connection) {
    stop.request_stop();
    OddServer::hang(connection);
  });
  EXPECT_EQ(silence(ask(endpoint(server.url(), milliseconds(60'000)), "{}", stop.get_token())), NoAnswer::Stopped);
}

class Tls : public ::testing::Test {
 protected:
  // A file that holds one certificate.
  std::string file_of(const Certificate& certificate) {
    const auto path = folder_.path() / ("ca" + std::to_string(++files_) + ".pem");
    std::ofstream(path) << certificate.pem();
    return path.string();
  }
  static Endpoint trusting(const std::string& url, const std::string& ca_file) {
    auto at = endpoint(url);
    at.ca_file = ca_file;
    return at;
  }

 private:
  tests::TemporaryFolder folder_;
  int files_ = 0;
};

TEST_F(Tls, ACertificateThatIsTrustedHolds) {
  const Certificate certificate("IP:127.0.0.1");
  const Provider provider(ok, certificate);
  const auto answer = ask(trusting(provider.url(), file_of(certificate)));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
}

TEST_F(Tls, OneThatNobodyTrustsIsRefusedBeforeAnythingIsSent) {
  const Certificate certificate("IP:127.0.0.1");
  const Certificate other("IP:127.0.0.1");
  const Provider provider(ok, certificate);
  EXPECT_EQ(silence(ask(endpoint(provider.url()))), NoAnswer::Untrusted) << "the system's certificates";
  EXPECT_EQ(silence(ask(trusting(provider.url(), file_of(other)))), NoAnswer::Untrusted) << "another's";
  EXPECT_TRUE(provider.received().empty());
}

TEST_F(Tls, OneOfAnotherNameIsRefused) {
  const Certificate certificate("DNS:sms.example.org");
  const Provider provider(ok, certificate);
  EXPECT_EQ(silence(ask(trusting(provider.url(), file_of(certificate)))), NoAnswer::Untrusted);
  EXPECT_TRUE(provider.received().empty());
}

TEST_F(Tls, AServerWithoutTlsIsRefused) {
  // One that answers whatever it is told: a real one may wait for the end of a line that a TLS greeting does not have.
  const OddServer plain(OddServer::say("HTTP/1.1 400 Bad Request\r\n\r\n"));
  EXPECT_EQ(silence(ask(endpoint("https" + plain.url().substr(4)))), NoAnswer::Untrusted);
}

TEST(HttpClient, ConnectionsAreKept) {
  const Provider provider(ok);
  const auto client = HttpClient::create(endpoint(provider.url(), milliseconds(20'000)));
  ASSERT_TRUE(client);
  constexpr std::size_t kThreads = 4;
  constexpr int kRequests = 50;
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < kRequests; ++n) EXPECT_TRUE((*client)->send({}, platform::Secret::from_text("{}"), {}));
      });
    }
  }
  std::set<int> connections;
  for (const auto& request : provider.received()) connections.insert(request.connection);
  EXPECT_EQ(provider.received().size(), kThreads * kRequests);
  EXPECT_LE(connections.size(), kThreads);
}

TEST(CheckUrl, TakesHttpsAndLoopback) {
  for (const auto* good : {"https://sms.example.org", "https://sms.example.org:8443/v1/messages?x=1",
                           "https://10.0.0.1/", "http://127.0.0.1:1234/", "http://127.255.0.1/", "http://[::1]:80/x",
                           "http://localhost/", "HTTPS://SMS.EXAMPLE.ORG/"}) {
    EXPECT_TRUE(check_url(good)) << good << " " << check_url(good).error();
  }
}

TEST(CheckUrl, RefusesWhatWouldCarryCodesInTheClear) {
  for (const auto* bad :
       {"", "sms.example.org", "http://sms.example.org/", "http://10.0.0.1/", "http://128.0.0.1/",
        "http://127.0.0.1.example.org/", "http://localhost.example.org/", "http://[::2]/", "ftp://127.0.0.1/",
        "file:///etc/passwd", "https://", "https://user@sms.example.org/", "https://user:word@sms.example.org/",
        "https://:word@sms.example.org/", "https://sms.example.org/#x", "https://sms.example.org/a b"}) {
    EXPECT_FALSE(check_url(bad)) << bad;
  }
}

TEST(HttpClient, NamesACertificateFileThatIsNotThere) {
  auto at = endpoint("https://sms.example.org");
  at.ca_file = "/nonexistent/ca.pem";
  const auto client = HttpClient::create(std::move(at));
  ASSERT_FALSE(client);
  EXPECT_TRUE(client.error().reason.starts_with("ca_file: ")) << client.error().reason;
}

}  // namespace
}  // namespace tweestap::consumers

#pragma once
// A request to somebody else's server, within limits: libcurl lives behind this header.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::consumers {

/// Where the client speaks to, and how long it has patience. Always HTTP/1.1; never a redirect, a proxy from the
/// environment, a cookie or a .netrc.
struct Endpoint {
  std::string url;
  std::string method = "POST";
  std::string ca_file;  ///< PEM; empty: the system's certificates
  /// HTTP Basic authentication (RFC 7617), where there is a user.
  std::string user;
  platform::Secret password;
  std::chrono::milliseconds connect_limit{3000};
  std::chrono::milliseconds total_limit{10'000};
};

/// What the caller needs of an answer.
struct HttpAnswer {
  int status = 0;
  platform::Secret body;  ///< at most kAnswerBytesMax; secret because providers repeat the message in it
  std::optional<std::chrono::seconds> retry_after = {};  ///< RFC 9110, 10.2.3, both forms
};
inline constexpr std::size_t kAnswerBytesMax = 16 * 1024;  ///< Twilio's answers have about 1 KiB

/// Why there is no answer.
enum class NoAnswer : std::uint8_t {
  TimedOut,
  NotReachable,  ///< no address, no connection, or one that broke
  Untrusted,     ///< the TLS handshake failed, or its certificate does not hold
  NotHttp,       ///< what came is no HTTP, or longer than kAnswerBytesMax
  Stopped,
};

/// Says in words why a URL is none that we send secrets to. It has to be https, or http to a loopback address, without
/// user, password or fragment.
[[nodiscard]] std::expected<void, std::string> check_url(const std::string& url);

/// Sends requests to one endpoint and keeps its connections open between them. TLS 1.2 or newer, certificate and name
/// always verified. Thread rule: any threads at the same time; each request has a connection of its own, so there are
/// as many as requests were ever in flight at once.
class HttpClient {
 public:
  /// Invalid where the URL is none for us or the file of certificates cannot be read.
  [[nodiscard]] static std::expected<std::unique_ptr<HttpClient>, platform::Failure> create(Endpoint endpoint);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// One request, answered within the endpoint's time limit, or within about a second after `stop` was asked for.
  /// `headers` are whole lines, `Name: value`. libcurl's copies of headers and body are wiped.
  [[nodiscard]] std::expected<HttpAnswer, NoAnswer> send(const std::vector<platform::Secret>& headers,
                                                         const platform::Secret& body, const std::stop_token& stop);

 private:
  class Connection;
  explicit HttpClient(Endpoint endpoint);
  std::unique_ptr<Connection> take();
  void give_back(std::unique_ptr<Connection> connection);

  Endpoint endpoint_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;  // under mutex_
};

}  // namespace tweestap::consumers

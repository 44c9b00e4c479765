#pragma once
// Fetches over HTTP what is missing in the topic.
#include <tweestap/reader.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "consumers/kafka/reader/envelope.h"

namespace tweestap::reader {

/// What the service gives at most for one request (http/routes/events.h).
inline constexpr std::size_t kPageEventsMax = 1000;

/// `GET /v1/events` of one service, without a filter. HTTP/1.1 and TLS 1.2 or newer, certificate and name verified; no
/// redirect, no proxy of the environment: the key goes to the service and to nobody else. Thread rule: one thread.
class Feed {
 public:
  /// Takes the key out of `service`. Invalid where the URL is none that a key is sent to: https, or http to a loopback
  /// address; where key and file are given both or neither, or the key is none. `stopping`, whether to stop, outlives
  /// the feed.
  [[nodiscard]] static std::expected<std::unique_ptr<Feed>, Failure> create(Service& service,
                                                                            const std::atomic<bool>& stopping);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  /// The events behind `after`, at most `limit` of them (1..kPageEventsMax). Within 30 seconds, or one after a stop.
  /// Unavailable where the service does not answer or says that it cannot, Invalid where it refuses the key or answers
  /// with something else than a page of the log.
  [[nodiscard]] std::expected<Page, Failure> read(std::uint64_t after, std::size_t limit);

 private:
  struct Connection;
  Feed(const Service& service, const std::atomic<bool>& stopping, std::unique_ptr<Connection> connection);
  [[nodiscard]] std::expected<std::string, Failure> get(const std::string& url);

  Service service_;
  const std::atomic<bool>& stopping_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace tweestap::reader

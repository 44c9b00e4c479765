#pragma once
// A log that a test makes up, written to a topic and given by a service as it likes: with records that are missing,
// come twice or are none of ours.
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "platform/settings/settings.h"

namespace httplib {
class Server;
}

namespace tweestap::tests {

/// Thread rule: one thread.
class WrittenLog {
 public:
  explicit WrittenLog(std::string id = "log_01040g2081040g2081040g2081") : id_(std::move(id)) {}

  /// The envelope behind the last one, of one of 97 accounts. Gives its position.
  std::uint64_t add(const std::string& type = "login.code_rejected", std::uint32_t schema_version = 1,
                    const std::string& data = R"({"failures":1})");
  void add_many(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) add();
  }
  [[nodiscard]] std::uint64_t head() const { return envelopes_.size(); }
  [[nodiscard]] const std::string& envelope(std::uint64_t position) const { return envelopes_.at(position - 1); }

  /// Writes these to the topic, each with the `prevposition` that its place in the log gives it, and waits until they
  /// are there. A failure fails the test.
  void write(const platform::Settings& settings, std::int32_t partitions, std::uint64_t from, std::uint64_t to) const;

 private:
  std::string id_;
  std::vector<std::string> envelopes_;
};

/// `GET /v1/events` of a log, on loopback; wants kKey.
class FeedServer {
 public:
  /// `log` outlives it and stays as it is. What it gives ends at `head`.
  FeedServer(const WrittenLog& log, std::uint64_t head);
  ~FeedServer();
  FeedServer(const FeedServer&) = delete;
  FeedServer& operator=(const FeedServer&) = delete;

  static constexpr const char* kKey = "apk_of_the_test";
  [[nodiscard]] std::string url() const;
  /// Whether it answers 503 from now on, as a service that cannot read its store. Any thread.
  void turn_away(bool all) { turns_away_ = all; }

 private:
  std::atomic<bool> turns_away_ = false;
  std::unique_ptr<httplib::Server> server_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace tweestap::tests

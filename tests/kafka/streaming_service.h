#pragma once
// The real program, streaming to a real broker.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "platform/settings/settings.h"
#include "tests/kafka/broker.h"
#include "tests/support/service_process.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {

/// One broker for all tests; each has a topic named after it and a service of the demo's people. Thread rule: one
/// thread.
class StreamingService : public testing::Test {
 protected:
  static void SetUpTestSuite() { broker_ = std::make_unique<KafkaBroker>(); }
  static void TearDownTestSuite() { broker_.reset(); }
  void SetUp() override;
  void TearDown() override { service_.reset(); }

  /// `tweestap kafka create-topic` for this test's topic, with three partitions and one replica.
  [[nodiscard]] ProcessResult create_topic(const std::vector<std::string>& flags = {}) const;
  /// Starts the service; with `brokers` empty it streams nothing.
  void start(const std::string& brokers = broker_->address());
  /// SIGTERM; it has to end with status 0.
  void stop();

  /// `GET /v1/status`, and its part about the stream.
  [[nodiscard]] nlohmann::json status() const;
  [[nodiscard]] nlohmann::json stream() const;
  /// A metric without labels; fails the test where there is none.
  [[nodiscard]] double figure(const std::string& name) const;
  /// Until everything is in the topic; throws where that does not come, which ends the test as a failure.
  void wait_until_streamed() const;
  /// Logins of the demo's person, each of which has to succeed, and the 99th percentile of how long they took, in
  /// microseconds.
  std::int64_t log_in(int times = 1) const;
  /// Everything that is in the log, as it is stored; of a service that runs or not.
  [[nodiscard]] std::vector<std::string> log_lines() const;
  /// The topic has exactly the log: every event's bytes once, each partition in order and with a whole chain.
  void expect_the_log_in_the_topic() const;

  [[nodiscard]] std::filesystem::path data() const { return folder_.path() / "data"; }
  [[nodiscard]] std::vector<std::string> serve_flags(const std::string& brokers) const;

  static inline std::unique_ptr<KafkaBroker> broker_;
  TemporaryFolder folder_;
  platform::Settings settings_;                     // brokers and topic, to read it
  std::map<std::string, std::string> environment_;  // of the service
  std::unique_ptr<ServiceProcess> service_;
  std::string admin_key_;
};

}  // namespace tweestap::tests

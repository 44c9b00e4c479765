#pragma once
// A store, a relay on it and a topic: what the tests of the relay have in common.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "consumers/kafka/relay.h"
#include "platform/clock.h"
#include "platform/logging.h"
#include "platform/metrics.h"
#include "platform/settings/settings.h"
#include "tests/kafka/broker.h"
#include "tests/kafka/steady_load.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/eventually.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::consumers::kafka {

/// A store of its own that streams to a topic named after the test. The brokers are the derived fixture's, which calls
/// use() before anything else. Thread rule: one thread, but for add_events().
class RelayFixture : public testing::Test {
 public:
  /// Keys of one version, made of this text: the relay's own, or a stranger's.
  [[nodiscard]] static MacKeys keys(std::string_view text = "the service's own");

 protected:
  static constexpr std::int32_t kPartitions = 3;

  /// Opens the store. `make_topic`: the topic too.
  void use(const tests::KafkaBroker& broker, bool make_topic = true);
  void TearDown() override { relay_.reset(); }

  /// With these changes to what it is made of.
  void start_relay(const std::function<void(Relay::Parts&)>& change = {});
  /// As batches of 50 of one of 97 subjects in turn. Any one thread at a time.
  void add_events(std::size_t count);
  /// Throws `what`, which ends the test as a failure: behind an ASSERT in here it would go on, and wait in vain for
  /// whatever comes next as well.
  template <class Condition>
  static void wait_for(Condition condition, std::string_view what) {
    if (!tests::eventually(condition)) throw std::runtime_error{std::string{what}};
  }
  /// Until kComparedCommands more were answered. Where a fault lasts meanwhile, a relay that holds commands up fails
  /// the test.
  static void wait_for_commands(const tests::SteadyLoad& load) {
    const std::size_t answered = load.answered();
    wait_for([&] { return load.answered() >= answered + tests::kComparedCommands; }, "commands wait");
  }
  void wait_until_all_is_there() {
    wait_for([&] { return relay_->status().position == store_.head(); }, "not everything was delivered");
  }
  /// Everything from a warning on that the relays wrote to the log of operations so far. Any thread.
  [[nodiscard]] std::string logged() const;
  /// The topic has every event of the log once, in order and with a whole chain.
  void expect_every_event_once(std::size_t foreign = 0);

  tests::TemporaryFolder folder_;
  tests::PlayStore store_{folder_.path() / "data"};
  platform::Settings settings_;
  platform::SystemClock clock_;
  platform::Metrics metrics_;
  std::atomic<int> lost_ = 0;
  std::atomic<int> alarms_ = 0;  // errors in the log of operations
  mutable std::mutex logged_mutex_;
  std::string logged_;  // under logged_mutex_
  platform::Log log_{platform::Log::Format::Json, platform::LogLevel::Warning,
                     [this](std::string_view line) { hear(line); }};
  std::size_t subjects_ = 0;
  std::unique_ptr<Relay> relay_;

 private:
  void hear(std::string_view line);
};

/// One broker for all tests.
class RelayTest : public RelayFixture {
 protected:
  static void SetUpTestSuite() { broker_ = std::make_unique<tests::KafkaBroker>(); }
  static void TearDownTestSuite() { broker_.reset(); }
  void SetUp() override { use(*broker_); }
  void TearDown() override {
    RelayFixture::TearDown();
    // What ended a test in the middle may have left it dead, and the others are not to fail for that.
    if (HasFatalFailure()) broker_ = std::make_unique<tests::KafkaBroker>();
  }

  static inline std::unique_ptr<tests::KafkaBroker> broker_;
};

}  // namespace tweestap::consumers::kafka

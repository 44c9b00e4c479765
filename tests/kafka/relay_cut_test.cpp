// The relay over a line that is cut, slow, or loses what passes over it (rule KAF-1).
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include "tests/kafka/cut_connection.h"
#include "tests/kafka/relay_fixture.h"
#include "tests/kafka/steady_load.h"

namespace tweestap::consumers::kafka {
namespace {

using namespace std::chrono_literals;
using tests::CutConnection;
using tests::SteadyLoad;
using Mood = CutConnection::Mood;

// A broker that is only to be reached over the line: it tells clients the line's address as its own.
class CutRelayTest : public RelayFixture {
 protected:
  static void SetUpTestSuite() {
    line_ = std::make_unique<CutConnection>(tests::test_seed());
    broker_ = std::make_unique<tests::KafkaBroker>(
        std::vector<std::string>{"advertised.listeners=BROKER://127.0.0.1:" + std::to_string(line_->port())});
    const std::string& address = broker_->address();
    line_->lead_to(std::stoi(address.substr(address.find(':') + 1)));
  }
  static void TearDownTestSuite() {
    broker_.reset();
    line_.reset();
  }

  void SetUp() override {
    line_->be(Mood::Passes);
    use(*broker_);
    settings_.kafka_brokers = "127.0.0.1:" + std::to_string(line_->port());
    // What gets no answer is given up sooner than after a minute, and a request is smaller than what a line passes
    // before it is cut.
    settings_.kafka_librdkafka = {"socket.timeout.ms=4000", "request.timeout.ms=3000", "reconnect.backoff.max.ms=500",
                                  "batch.size=30000"};
    start_relay();
    ASSERT_TRUE(relay_->wait_for_contact(10s));
    load_ = std::make_unique<SteadyLoad>(store_);
    wait_for_commands(*load_);
    without_us_ = load_->take_p99_us();
    before_ = line_->counts();
  }
  void TearDown() override {
    load_.reset();
    line_->be(Mood::Passes);
    RelayFixture::TearDown();
  }

  // The line is well again; then everything is there, and no command noticed anything.
  void expect_that_nothing_happened(std::string_view what) {
    const std::int64_t beside_us = load_->take_p99_us();
    line_->be(Mood::Passes);
    load_->stop();
    wait_until_all_is_there();
    EXPECT_EQ(load_->failed(), 0U);
    EXPECT_EQ(lost_, 0);
    EXPECT_EQ(alarms_, 0);
    tests::tell_p99(what, without_us_, beside_us);
    expect_every_event_once();
  }
  // Since the test began to spoil it.
  [[nodiscard]] CutConnection::Counts since() const {
    CutConnection::Counts now = line_->counts();
    now.connections -= before_.connections;
    now.cut -= before_.cut;
    now.swallowed -= before_.swallowed;
    now.dropped -= before_.dropped;
    now.delayed_bytes -= before_.delayed_bytes;
    now.requests_bytes -= before_.requests_bytes;
    return now;
  }

  static inline std::unique_ptr<CutConnection> line_;
  static inline std::unique_ptr<tests::KafkaBroker> broker_;
  std::unique_ptr<SteadyLoad> load_;
  std::int64_t without_us_ = 0;
  CutConnection::Counts before_;
};

TEST_F(CutRelayTest, KAF_1_ALineThatIsCutInTheMiddleOfRequestsLosesAndDoublesNothing) {
  line_->be(Mood::Cuts);
  wait_for([&] { return since().cut >= 12; }, "nothing was cut");
  wait_for_commands(*load_);
  std::cout << since().cut << " connections were cut, " << since().requests_bytes << " bytes arrived\n";
  expect_that_nothing_happened("a line that is cut");
}

TEST_F(CutRelayTest, KAF_1_ALineThatIsSlowAndCutLosesAndDoublesNothing) {
  line_->be(Mood::Delays);
  for (int round = 0; round < 3; ++round) {
    const std::uint64_t delayed = since().delayed_bytes;
    wait_for([&] { return since().delayed_bytes > delayed + 100'000; }, "nothing is slow");
    line_->cut();  // requests and answers that were on their way are lost
  }
  wait_for_commands(*load_);
  expect_that_nothing_happened("a slow line");
}

TEST_F(CutRelayTest, KAF_1_AcknowledgementsThatAreSwallowedDoubleNothing) {
  for (int round = 0; round < 3; ++round) {
    line_->be(Mood::Swallows);
    const auto then = since();
    // Requests arrive, and what became of them is not heard.
    wait_for([&] { return since().requests_bytes > then.requests_bytes && since().swallowed > then.swallowed; },
             "no acknowledgement was swallowed");
    line_->be(Mood::Passes);
    const std::uint64_t streamed = relay_->status().position;
    wait_for([&] { return relay_->status().position > streamed; }, "it does not go on");
  }
  wait_for_commands(*load_);
  expect_that_nothing_happened("swallowed acknowledgements");
}

TEST_F(CutRelayTest, KAF_1_AStartFindsWhatArrivedWithoutAnAcknowledgement) {
  for (int round = 0; round < 3; ++round) {
    line_->be(Mood::Swallows);
    const auto then = since();
    wait_for([&] { return since().requests_bytes > then.requests_bytes && since().swallowed > then.swallowed; },
             "no acknowledgement was swallowed");
    relay_.reset();  // as the service ends; what it heard of is stored, and it heard of less than there is
    line_->be(Mood::Passes);
    start_relay();
    const std::uint64_t streamed = relay_->status().position;
    wait_for([&] { return relay_->status().position > streamed + 100; }, "it does not go on");
  }
  expect_that_nothing_happened("swallowed acknowledgements and restarts");
}

TEST_F(CutRelayTest, KAF_1_AStartWaitsForWhatAnEarlierOneHasOnItsWay) {
  for (int round = 0; round < 3; ++round) {
    line_->be(Mood::Delays);
    const std::uint64_t delayed = since().delayed_bytes;
    wait_for([&] { return since().delayed_bytes > delayed + 100'000; }, "nothing is slow");
    relay_.reset();           // with requests that are to arrive later
    line_->be(Mood::Passes);  // and whoever asks for the topic's end now is quicker than they are
    start_relay();
    const std::uint64_t streamed = relay_->status().position;
    wait_for([&] { return relay_->status().position > streamed + 100; }, "it does not go on");
  }
  expect_that_nothing_happened("slow requests and restarts");
}

TEST_F(CutRelayTest, KAF_1_ALineThatDropsEverythingIsNoticedAndCostsNothing) {
  line_->be(Mood::Drops);
  wait_for([&] { return since().dropped > 0 && !relay_->status().last_error.empty(); }, "nobody sees that it is dead");
  const std::uint64_t streamed = relay_->status().position;
  wait_for_commands(*load_);
  EXPECT_EQ(relay_->status().position, streamed);
  expect_that_nothing_happened("a dead line");
}

}  // namespace
}  // namespace tweestap::consumers::kafka

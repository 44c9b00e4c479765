// The relay against a real broker (rule KAF-1).
#include "consumers/kafka/relay.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <new>
#include <thread>

#include "consumers/kafka/partition_of.h"
#include "consumers/kafka/producer.h"
#include "tests/kafka/relay_fixture.h"
#include "tests/kafka/steady_load.h"
#include "tests/kafka/topic_contents.h"

namespace tweestap::consumers::kafka {
namespace {

using namespace std::chrono_literals;
using State = RelayStatus::State;
using tests::SteadyLoad;

TEST_F(RelayTest, KAF_1_BringsPastAndNewEventsOnceAndInOrder) {
  add_events(500);
  start_relay();
  ASSERT_TRUE(relay_->wait_for_contact(10s));
  add_events(500);
  wait_until_all_is_there();
  EXPECT_EQ(relay_->status().state, State::Streaming);
  EXPECT_EQ(alarms_, 0);
  expect_every_event_once();
}

TEST_F(RelayTest, KAF_1_AStopInTheMiddleLosesAndDoublesNothing) {
  add_events(20'000);
  for (int round = 0; round < 5; ++round) {
    start_relay();
    const std::uint64_t before = relay_->status().position;
    wait_for([&] { return relay_->status().position > before; }, "nothing was delivered");
    relay_.reset();
    // A stored cursor that a crash took back only means more to look for.
    if (round % 2 == 0) {
      ASSERT_TRUE(store_.partition().set_cursor("kafka", 0));
    }
  }
  start_relay();
  wait_until_all_is_there();
  expect_every_event_once();
}

TEST_F(RelayTest, KAF_1_ABrokerThatIsKilledUnderLoadLosesAndDoublesNothing) {
  start_relay();
  ASSERT_TRUE(relay_->wait_for_contact(10s));
  std::jthread load{[&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      add_events(100);
      std::this_thread::sleep_for(20ms);
    }
  }};
  wait_for([&] { return relay_->status().position > 300; }, "nothing was delivered");
  broker_->kill();
  const std::uint64_t head = store_.head();
  wait_for([&] { return store_.head() > head + 300; }, "commands waited for the broker");
  broker_->start();
  load.request_stop();
  load.join();
  wait_until_all_is_there();
  EXPECT_NE(relay_->status().last_error, "");
  expect_every_event_once();
}

TEST_F(RelayTest, KAF_1_ATopicThatWasDeletedGetsEverythingAgain) {
  add_events(500);
  start_relay();
  wait_until_all_is_there();
  SteadyLoad load{store_};
  wait_for_commands(load);
  const std::int64_t without_us = load.take_p99_us();
  broker_->delete_topic(settings_.kafka_topic);
  wait_for([&] { return relay_->status().state == State::Connecting; }, "the topic's end was not noticed");
  wait_for_commands(load);
  const std::int64_t beside_us = load.take_p99_us();
  broker_->make_topic(settings_.kafka_topic, kPartitions);
  load.stop();
  wait_until_all_is_there();
  EXPECT_EQ(load.failed(), 0U);
  EXPECT_EQ(alarms_, kPartitions);
  tests::tell_p99("a topic that was deleted", without_us, beside_us);
  expect_every_event_once();
}

// Nothing is sent meanwhile, so no producer hears of it.
TEST_F(RelayTest, KAF_1_ATopicThatIsMadeAnewUnderARelayWithNothingToSendGetsEverythingAgain) {
  add_events(500);
  start_relay();
  wait_until_all_is_there();
  broker_->delete_topic(settings_.kafka_topic);
  broker_->make_topic(settings_.kafka_topic, kPartitions);
  wait_for([&] { return alarms_ == kPartitions; }, "nobody noticed");
  wait_until_all_is_there();
  add_events(10);
  wait_until_all_is_there();
  expect_every_event_once();
}

// What was on its way may begin the new topic in the middle. Which of the two happens is a race; neither is silent, and
// whoever follows the advice gets everything.
TEST_F(RelayTest, KAF_1_ATopicThatIsMadeAnewUnderLoadIsNeverTakenForWhole) {
  add_events(500);
  start_relay();
  wait_until_all_is_there();
  SteadyLoad load{store_};
  wait_for_commands(load);
  broker_->delete_topic(settings_.kafka_topic);
  broker_->make_topic(settings_.kafka_topic, kPartitions);
  wait_for([&] { return alarms_ > 0; }, "nobody noticed");
  load.stop();
  EXPECT_EQ(load.failed(), 0U);
  const auto ends = [&] {
    return relay_->status().state == State::Stopped || relay_->status().position == store_.head();
  };
  wait_for(ends, "it neither stops nor brings everything");
  if (relay_->status().state == State::Stopped) {
    EXPECT_NE(relay_->status().advice.find("begins in the middle"), std::string::npos) << relay_->status().advice;
    broker_->delete_topic(settings_.kafka_topic);
    broker_->make_topic(settings_.kafka_topic, kPartitions);
  }
  wait_until_all_is_there();
  expect_every_event_once();
}

TEST_F(RelayTest, KAF_1_ATopicThatBeginsInTheMiddleStopsTheRelayUntilItIsMadeAnew) {
  add_events(300);
  // As a producer of ours began it that had not noticed that it was made anew.
  auto earlier = Producer::create(settings_);
  ASSERT_TRUE(earlier) << earlier.error().reason;
  const auto last = store_.partition().log().at(300);
  StreamRecord record;
  ASSERT_TRUE(record.take((*last)->envelope));
  const std::int32_t partition = partition_of(record.key(), kPartitions);
  record.place({settings_.kafka_topic, partition, 299}, keys());
  ASSERT_TRUE((*earlier)->hand_over(record, 300, partition));
  wait_for([&] { return !(*earlier)->listen(100ms).delivered.empty(); }, "the record did not arrive");
  start_relay();
  wait_for([&] { return relay_->status().state == State::Stopped; }, "it was not noticed");
  EXPECT_NE(relay_->status().advice.find("begins in the middle"), std::string::npos) << relay_->status().advice;
  EXPECT_EQ(relay_->status().position, 0U);
  broker_->delete_topic(settings_.kafka_topic);
  broker_->make_topic(settings_.kafka_topic, kPartitions);
  wait_until_all_is_there();
  expect_every_event_once();
}

TEST_F(RelayTest, KAF_1_AnotherNumberOfPartitionsStopsTheRelayAndNothingElse) {
  add_events(100);
  start_relay();
  wait_until_all_is_there();
  SteadyLoad load{store_};
  wait_for_commands(load);
  const std::int64_t without_us = load.take_p99_us();
  relay_.reset();
  broker_->grow_topic(settings_.kafka_topic, kPartitions + 1);
  start_relay();
  wait_for([&] { return relay_->status().state == State::Stopped; }, "it was not noticed");
  EXPECT_NE(relay_->status().advice.find("had 3 at its first use"), std::string::npos) << relay_->status().advice;
  const std::uint64_t streamed = relay_->status().position;
  wait_for_commands(load);
  const std::int64_t beside_us = load.take_p99_us();
  load.stop();
  EXPECT_EQ(load.failed(), 0U);
  EXPECT_EQ(relay_->status().position, streamed);
  EXPECT_EQ(relay_->status().lag_events, store_.head() - streamed);
  tests::tell_p99("a topic that has other partitions", without_us, beside_us);
  // The way out: another topic, which gets everything.
  relay_.reset();
  settings_.kafka_topic += "_2";
  broker_->make_topic(settings_.kafka_topic, kPartitions + 1);
  start_relay();
  wait_until_all_is_there();
  expect_every_event_once();
}

TEST_F(RelayTest, KAF_1_AnotherNumberOfPartitionsIsNotForgottenOverAnotherTopic) {
  add_events(300);
  start_relay();
  wait_until_all_is_there();
  relay_.reset();
  const std::string first = settings_.kafka_topic;
  settings_.kafka_topic += "_2";
  broker_->make_topic(settings_.kafka_topic, kPartitions);
  start_relay();
  wait_until_all_is_there();
  relay_.reset();
  broker_->grow_topic(first, kPartitions + 1);
  settings_.kafka_topic = first;
  add_events(10);
  start_relay();
  wait_for([&] { return relay_->status().state == State::Stopped; }, "it was not noticed");
  EXPECT_NE(relay_->status().advice.find("had another number at its first use"), std::string::npos)
      << relay_->status().advice;
  relay_.reset();
  EXPECT_EQ(tests::read_topic(settings_, keys()).positions.size(), 300U) << "more went there";
}

TEST_F(RelayTest, KAF_1_NothingCountsAsBeingInATopicThatNobodyStreamedTo) {
  add_events(300);
  start_relay();
  wait_until_all_is_there();
  relay_.reset();
  settings_.kafka_topic += "_that_nobody_made";
  start_relay();
  wait_for([&] { return relay_->status().last_error.find("is not there") != std::string::npos; }, "it is not missed");
  EXPECT_EQ(relay_->status().position, 0U);
  EXPECT_EQ(relay_->status().lag_events, 300U);
  const auto says = [&](const char* line) { return metrics_.render().find(line) != std::string::npos; };
  wait_for([&] { return says("tweestap_stream_lag_events 300\n"); }, "the figures say something else");
  // Back at the first one, what it has is found in it.
  relay_.reset();
  settings_.kafka_topic = testing::UnitTest::GetInstance()->current_test_info()->name();
  start_relay();
  wait_until_all_is_there();
  EXPECT_EQ(alarms_, 0);
  expect_every_event_once();
}

TEST_F(RelayTest, KAF_1_PartitionsThatAreAddedWhileItStreamsStopTheRelayAndNothingElse) {
  start_relay([](Relay::Parts& parts) { parts.count_partitions_every = 1s; });
  add_events(100);
  wait_until_all_is_there();
  SteadyLoad load{store_};
  wait_for_commands(load);
  const std::int64_t without_us = load.take_p99_us();
  broker_->grow_topic(settings_.kafka_topic, kPartitions + 1);
  wait_for([&] { return relay_->status().state == State::Stopped; }, "it was not noticed");
  const RelayStatus stopped = relay_->status();
  EXPECT_NE(stopped.advice.find("has 4 partitions and had 3 at its first use"), std::string::npos) << stopped.advice;
  EXPECT_GE(stopped.position, 100U);
  wait_for_commands(load);
  const std::int64_t beside_us = load.take_p99_us();
  load.stop();
  EXPECT_EQ(load.failed(), 0U);
  EXPECT_EQ(relay_->status().position, stopped.position);
  tests::tell_p99("partitions that are added", without_us, beside_us);
  // Whoever follows the advice gets everything, from where it stopped and from before.
  relay_.reset();
  settings_.kafka_topic += "_2";
  broker_->make_topic(settings_.kafka_topic, kPartitions + 1);
  start_relay();
  wait_until_all_is_there();
  EXPECT_EQ(lost_, 0);
  expect_every_event_once();
}

TEST_F(RelayTest, DUR_2_ATopicAheadMeansThatTheLogLostEvents) {
  add_events(300);
  store_.close();
  const auto copy = folder_.path() / "copy";
  std::filesystem::copy(store_.data(), copy, std::filesystem::copy_options::recursive);
  ASSERT_TRUE(store_.open());
  add_events(50);
  start_relay();
  wait_until_all_is_there();
  relay_.reset();
  store_.close();
  std::filesystem::remove_all(store_.data());
  std::filesystem::rename(copy, store_.data());
  ASSERT_TRUE(store_.open());

  start_relay();
  wait_for([&] { return lost_ == 1; }, "events were lost and nobody noticed");
  relay_.reset();
  // As well when it has grown over what is missing: the events are others.
  add_events(500);
  start_relay();
  wait_for([&] { return lost_ == 2; }, "other events took the place of lost ones and nobody noticed");
  wait_for([&] { return relay_->status().state == State::Stopped; }, "it goes on all the same");
  relay_.reset();
  EXPECT_EQ(tests::read_topic(settings_, keys()).positions.size(), 350U);
}

// Stands for whatever library of the relay's throws: it is asked all the time, and has no other way to fail.
class ClockThatThrows final : public platform::Clock {
 public:
  void throw_once() { throws_ = true; }
  [[nodiscard]] std::int64_t wall_us() const override { return clock_.wall_us(); }
  [[nodiscard]] std::int64_t monotonic_us() const override {
    if (throws_.exchange(false)) throw std::bad_alloc{};
    return clock_.monotonic_us();
  }

 private:
  platform::SystemClock clock_;
  mutable std::atomic<bool> throws_ = false;
};

TEST_F(RelayTest, KAF_1_WhatALibraryThrowsIsAnAlarmAndEndsNeitherStreamNorService) {
  ClockThatThrows clock;
  Relay relay{Relay::Parts{.partition = store_.partition(),
                           .settings = settings_,
                           .clock = clock,
                           .metrics = metrics_,
                           .log = log_,
                           .keys = keys(),
                           .on_lost_events = [](const platform::Failure&) {}}};
  const auto all_is_there = [&] { return relay.status().position == store_.head(); };
  add_events(200);
  wait_for(all_is_there, "not everything was delivered");
  clock.throw_once();
  wait_for([&] { return logged().find("stream.stopped") != std::string::npos; }, "nobody heard of it");
  EXPECT_NE(logged().find("a library threw: "), std::string::npos);
  EXPECT_NE(relay.status().last_error, "");
  add_events(200);
  wait_for(all_is_there, "the stream does not go on");
  EXPECT_EQ(relay.status().state, State::Streaming);
  EXPECT_EQ(relay.status().advice, "");
  expect_every_event_once();
}

TEST_F(RelayTest, KAF_1_RecordsOfStrangersAreAnAlarmAndNoMore) {
  add_events(300);
  start_relay();
  wait_until_all_is_there();
  relay_.reset();
  auto stranger = Producer::create(settings_);
  ASSERT_TRUE(stranger) << stranger.error().reason;
  // An event of this log that is far ahead, without its mac; so often that ours lie beyond what is read at first.
  constexpr std::size_t kForged = 300;
  std::string envelope = (*store_.partition().log().at(300))->envelope;
  for (std::size_t at = 0; (at = envelope.find("300", at)) != std::string::npos; at += 6)
    envelope.replace(at, 3, "300999");
  StreamRecord record;
  ASSERT_TRUE(record.take(envelope)) << envelope;
  record.place({settings_.kafka_topic, 0, 1}, keys("a stranger's"));
  for (std::size_t i = 0; i < kForged; ++i) ASSERT_TRUE((*stranger)->hand_over(record, 300'999, 0));
  std::size_t arrived = 0;
  const auto all_arrived = [&] { return (arrived += (*stranger)->listen(100ms).delivered.size()) == kForged; };
  wait_for(all_arrived, "the stranger's records did not arrive");

  start_relay();
  add_events(100);
  wait_until_all_is_there();
  EXPECT_EQ(alarms_, 1);
  EXPECT_EQ(lost_, 0);
  expect_every_event_once(kForged);
}

}  // namespace
}  // namespace tweestap::consumers::kafka

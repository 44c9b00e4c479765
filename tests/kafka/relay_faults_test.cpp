// Brokers that go and come back, and a service that is killed while it relays (rule KAF-1).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/kafka/relay_fixture.h"
#include "tests/kafka/relay_player.h"
#include "tests/kafka/steady_load.h"
#include "tests/support/eventstore_play.h"

namespace tweestap::consumers::kafka {
namespace {

using namespace std::chrono_literals;
using tests::SteadyLoad;
using Clock = std::chrono::steady_clock;

TEST_F(RelayTest, KAF_1_CommandsDoNotHearOfABrokerThatIsKilledAgainAndAgain) {
  start_relay();
  ASSERT_TRUE(relay_->wait_for_contact(10s));
  SteadyLoad load{store_};
  wait_for_commands(load);
  const std::int64_t without_us = load.take_p99_us();
  for (int round = 0; round < 2; ++round) {
    const std::uint64_t streamed = relay_->status().position;
    wait_for([&] { return relay_->status().position > streamed + 500; }, "nothing was delivered");
    broker_->kill();
    wait_for_commands(load);
    broker_->start();
  }
  const std::int64_t beside_us = load.take_p99_us();
  load.stop();
  wait_until_all_is_there();
  EXPECT_EQ(load.failed(), 0U);
  EXPECT_EQ(lost_, 0);
  tests::tell_p99("a broker that is killed", without_us, beside_us);
  expect_every_event_once();
}

TEST_F(RelayTest, KAF_1_AHundredThousandEventsBehindAreCaughtUpWith) {
  constexpr std::size_t kBehind = 100'000;
  start_relay();
  ASSERT_TRUE(relay_->wait_for_contact(10s));
  const auto timed = [&](std::size_t events) {
    std::vector<std::int64_t> took;
    for (std::size_t added = 0; added < events; added += 50) {
      const auto from = Clock::now();
      add_events(50);
      took.push_back(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - from).count());
    }
    return tests::p99_of(std::move(took));
  };
  const std::int64_t without_us = timed(10'000);
  wait_until_all_is_there();
  broker_->stop();
  const std::int64_t beside_us = timed(kBehind);
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_GE(relay_->status().lag_events, kBehind);
  EXPECT_LE(relay_->status().in_flight, 20'000U);  // what is on its way stays bounded
  wait_for([&] { return relay_->status().lag_us > 0; }, "nobody sees for how long");
  wait_for([&] { return !relay_->status().last_error.empty(); }, "nobody sees why");
  broker_->start();
  const auto from = Clock::now();
  wait_until_all_is_there();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - from);
  std::cout << kBehind << " events behind were in the topic " << took.count() << " ms after the broker was back\n";
  EXPECT_EQ(relay_->status().lag_us, 0);
  tests::tell_p99("a broker that is away", without_us, beside_us);
  expect_every_event_once();
}

TEST_F(RelayTest, KAF_1_WhatTheTopicRefusesIsTriedUntilItDoesNot) {
  start_relay();
  add_events(50);
  wait_until_all_is_there();
  SteadyLoad load{store_};
  wait_for_commands(load);
  const std::int64_t without_us = load.take_p99_us();
  broker_->set_topic(settings_.kafka_topic, {{"max.message.bytes", "1000"}});
  const auto is_refused = [&] {
    add_events(50);  // the broker's change takes a moment
    return relay_->status().last_error.find("too large") != std::string::npos;
  };
  ASSERT_TRUE(tests::eventually(is_refused)) << "nobody sees why: " << relay_->status().last_error << logged();
  wait_for_commands(load);
  const std::int64_t beside_us = load.take_p99_us();
  EXPECT_GT(relay_->status().lag_events, 0U);
  broker_->set_topic(settings_.kafka_topic, {{"max.message.bytes", "1048588"}});
  load.stop();
  wait_until_all_is_there();
  EXPECT_EQ(load.failed(), 0U);
  tests::tell_p99("a topic that refuses", without_us, beside_us);
  expect_every_event_once();
}

// Another process that stores and streams (relay_player.h).
class Player {
 public:
  Player(const std::filesystem::path& data, const platform::Settings& settings, std::uint64_t seed) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    from_child_ = ends[0];
    const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
    const std::vector<std::string> words{program,
                                         tests::kRelayArgument,
                                         data.string(),
                                         settings.kafka_brokers,
                                         settings.kafka_topic,
                                         std::to_string(ends[1]),
                                         std::to_string(seed)};
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::fcntl(ends[1], F_SETFD, 0);  // this end goes along
      ::execv(program.c_str(), arguments.data());
      ::_exit(127);
    }
    ::close(ends[1]);
  }
  ~Player() {
    if (pid_ > 0) end();
    ::close(from_child_);
  }
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  /// Hears what it says until it says that, for a minute at most.
  [[nodiscard]] bool hear_of(tests::RelaySaid::What what) {
    const auto until = Clock::now() + 60s;
    for (const std::uint64_t before = heard_[what]; heard_[what] == before;) {
      pollfd one{from_child_, POLLIN, 0};
      if (Clock::now() > until || (::poll(&one, 1, 1000) > 0 && !hear_one())) return false;
    }
    return true;
  }
  /// SIGKILL, and everything that it had said. Its wait status.
  int end() {
    ::kill(pid_, SIGKILL);
    while (hear_one()) continue;
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }
  /// The furthest position of this kind.
  [[nodiscard]] std::uint64_t heard(tests::RelaySaid::What what) { return heard_[what]; }
  [[nodiscard]] bool has_compared() const { return has_compared_; }
  /// How long each of its commands took, in microseconds.
  [[nodiscard]] const std::vector<std::int64_t>& took_us() const { return took_us_; }

 private:
  // Writes to a pipe are whole. False at its end.
  bool hear_one() {
    tests::RelaySaid said;
    if (::read(from_child_, &said, sizeof said) != static_cast<ssize_t>(sizeof said)) return false;
    heard_[said.what] = std::max(heard_[said.what], said.position);
    if (said.what == tests::RelaySaid::What::Stored) took_us_.push_back(said.took_us);
    if (said.what == tests::RelaySaid::What::Compared) has_compared_ = true;
    return true;
  }

  int from_child_ = -1;
  pid_t pid_ = -1;
  std::map<tests::RelaySaid::What, std::uint64_t> heard_;
  std::vector<std::int64_t> took_us_;
  bool has_compared_ = false;
};

TEST_F(RelayTest, KAF_1_AServiceThatIsKilledThirtyTimesLosesAndDoublesNothing) {
  using What = tests::RelaySaid::What;
  // A round takes two seconds, and the whole program has only so long (TIMEOUT in tests/CMakeLists.txt).
  const int rounds = std::min(tests::crash_rounds(30), 100);
  const std::uint64_t seed = tests::test_seed();
  std::mt19937_64 random{seed};
  store_.close();
  std::uint64_t stored = 0;
  std::uint64_t streamed = 0;
  std::vector<std::int64_t> took_us;
  int behind = 0;  // rounds after which the topic lacked what was stored
  int unheld = 0;  // rounds that stored before they had looked at the topic
  for (int round = 0; round < rounds; ++round) {
    Player player{store_.data(), settings_, seed + static_cast<std::uint64_t>(round)};
    ASSERT_TRUE(player.hear_of(What::Stored)) << "the child of round " << round << " stores nothing";
    if (!player.has_compared()) ++unheld;
    // While it streams as a rule, and now and then while it still looks at the topic.
    if (round % 4 != 3) {
      ASSERT_TRUE(player.hear_of(What::Streamed)) << "the child of round " << round << " streams nothing";
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{random() % 250});  // the random moment
    const int status = player.end();
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child of round " << round << " ended by itself: " << WEXITSTATUS(status);
    stored = std::max(stored, player.heard(What::Stored));
    streamed = std::max(streamed, player.heard(What::Streamed));
    if (streamed < stored) ++behind;
    took_us.insert(took_us.end(), player.took_us().begin(), player.took_us().end());
  }
  ASSERT_TRUE(store_.open());
  EXPECT_GE(store_.head(), stored);
  start_relay();
  wait_until_all_is_there();
  EXPECT_EQ(lost_, 0);
  EXPECT_EQ(alarms_, 0);
  std::cout << store_.head() << " events in " << rounds << " rounds; " << behind
            << " of them ended with some that were stored and not known to be in the topic\n";
  EXPECT_GT(behind, 0);
  EXPECT_GT(unheld, 0) << "commands waited until the relay had looked at the topic";
  SteadyLoad load{store_};
  wait_for_commands(load);
  load.stop();
  tests::tell_p99("a service that is killed", load.take_p99_us(), tests::p99_of(std::move(took_us)));
  wait_until_all_is_there();
  expect_every_event_once();
}

}  // namespace
}  // namespace tweestap::consumers::kafka

// The committer: commands in, durable facts out.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <future>
#include <set>
#include <thread>
#include <vector>

#include "eventstore/envelope.h"
#include "tests/support/eventstore_appenders.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/eventually.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::eventstore {
namespace {

using namespace std::chrono_literals;
using tests::AppendControl;
using tests::Play;
using tests::Played;
using tests::PlayStore;
using tests::subject;
using tests::TemporaryFolder;
using Result = std::expected<Committed, platform::Failure>;

Play some(std::uint64_t of, std::size_t events = 1) {
  Play play;
  play.subject = subject(of);
  play.events = events;
  return play;
}

// Decides as PlayDecider does, and tells how often; the first decision waits until it may go on.
class GatedDecider final : public Decider {
 public:
  Decision decide(Rows& rows, domain::Time now, const Command& command) override {
    if (++decided == 1) open_.get_future().wait();
    return real_.decide(rows, now, command);
  }
  void open() { open_.set_value(); }
  std::atomic<int> decided{0};

 private:
  std::promise<void> open_;
  tests::PlayDecider real_;
};

// A store with a batch of one event of subject 0 on its way, and a second command decided on top of it: whatever is
// submitted from now on is decided, and cannot be durable.
class HeldStore {
 public:
  HeldStore() : store_(folder_.path() / "data") {
    PlayStore::Options options;
    options.wrap = control_.wrap();
    options.decider = &decider_;
    const auto opened = store_.open(options);
    EXPECT_TRUE(opened) << opened.error().reason;
    control_.hold();
    first_ = submit(some(0));
    tests::until([this] { return decider_.decided == 1; });
    second_ = submit(some(99));
    tests::until([this] { return store_.partition().waiting() == 1; });
    decider_.open();
    control_.wait_for_arrivals(1);
    until_decided(2);
  }
  ~HeldStore() { control_.let_go(); }
  PlayStore& store() { return store_; }
  AppendControl& control() { return control_; }
  std::future<Result> submit(Play play) {
    return std::async(std::launch::async, [this, play] { return store_.play(play); });
  }
  void until_decided(int commands) {
    tests::until([this, commands] { return decider_.decided == commands; });
  }
  Result first() { return first_.get(); }

 private:
  TemporaryFolder folder_;
  AppendControl control_;
  GatedDecider decider_;
  PlayStore store_;
  std::future<Result> first_;
  std::future<Result> second_;
};

TEST(Committer, GivesContiguousPositionsAndVersions) {
  TemporaryFolder folder;
  PlayStore store{folder.path() / "data"};
  ASSERT_TRUE(store.open());
  const auto first = store.play(some(1, 3));
  const auto second = store.play(some(2));
  const auto third = store.play(some(1));
  ASSERT_TRUE(first && second && third);
  EXPECT_EQ(first->first_position, 1U);
  EXPECT_EQ(first->count, 3U);
  EXPECT_EQ(second->first_position, 4U);
  EXPECT_EQ(third->first_position, 5U);
  const auto last = store.partition().log().at(5);
  ASSERT_TRUE(last && *last);
  const auto envelope = decode((*last)->envelope);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->version, 4U);
  EXPECT_EQ(envelope->subject, subject(1));
  EXPECT_EQ(store.trouble(), "");
}

TEST(AUD_1, AnswersNobodyBeforeTheBatchIsDurable) {
  HeldStore held;
  auto accepted = held.submit(some(1));
  held.until_decided(3);
  EXPECT_EQ(accepted.wait_for(50ms), std::future_status::timeout);
  EXPECT_EQ(held.store().head(), 0U);
  held.control().let_go();
  EXPECT_TRUE(held.first());
  const auto result = accepted.get();
  ASSERT_TRUE(result);
  EXPECT_GE(held.store().head(), result->first_position);
}

// A refusal says "so it is": who hears it must not find out after a crash that it never was.
TEST(AUD_1, ARefusalWaitsForTheUncommittedEventThatItSaw) {
  HeldStore held;
  Play limited = some(0);
  limited.count_max = 1;  // the batch on its way has the first one
  auto refused = held.submit(limited);
  held.until_decided(3);
  EXPECT_EQ(refused.wait_for(50ms), std::future_status::timeout);
  held.control().let_go();
  const auto result = refused.get();
  ASSERT_TRUE(result);
  const auto& played = dynamic_cast<const Played&>(*result->outcome);
  EXPECT_FALSE(played.accepted);
  EXPECT_EQ(played.count_before, 1U);
  EXPECT_EQ(result->count, 0U);
  EXPECT_GE(held.store().head(), 1U);
}

TEST(AUD_1, ARefusalThatSawALostBatchIsNeverAnswered) {
  HeldStore held;
  Play limited = some(0);
  limited.count_max = 1;
  auto refused = held.submit(limited);
  held.until_decided(3);
  held.control().fail();
  held.control().let_go();
  EXPECT_FALSE(held.first());
  const auto result = refused.get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, platform::Failure::Kind::Unavailable);
  EXPECT_EQ(held.store().fatal().times(), 1);
}

// What the disk holds after a failed write is not known: neither the same batch nor the next one is written.
TEST(DUR_3, NothingIsWrittenAfterAFailedWrite) {
  HeldStore held;
  auto next = held.submit(some(2));
  held.until_decided(3);
  held.control().fail();
  held.control().let_go();
  EXPECT_FALSE(held.first());
  EXPECT_FALSE(next.get());
  EXPECT_FALSE(held.store().play(some(3)));
  EXPECT_EQ(held.control().batches().size(), 1U);
}

// THR-3: a wrong code is a fact; when the fact cannot be stored there is no answer but 503.
TEST(THR_3, WhatCannotBeStoredIsUnavailable) {
  TemporaryFolder folder;
  AppendControl control;
  PlayStore store{folder.path() / "data"};
  PlayStore::Options options;
  options.wrap = control.wrap();
  ASSERT_TRUE(store.open(options));
  ASSERT_TRUE(store.play(some(1)));
  control.fail();
  for (int i = 0; i < 3; ++i) {
    const auto result = store.play(some(1));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, platform::Failure::Kind::Unavailable);
  }
  EXPECT_EQ(store.head(), 1U);
}

TEST(Committer, TheNextCommandOfABatchSeesTheOneBefore) {
  constexpr int kCommands = 50;
  HeldStore held;
  std::vector<std::future<Result>> results;
  for (int i = 0; i < kCommands; ++i) {
    Play play = some(7);
    play.count_max = 10;
    results.push_back(held.submit(play));
  }
  held.control().let_go();
  int accepted = 0;
  std::set<std::uint64_t> seen;
  for (auto& one : results) {
    const auto result = one.get();
    ASSERT_TRUE(result);
    const auto& played = dynamic_cast<const Played&>(*result->outcome);
    accepted += played.accepted ? 1 : 0;
    if (played.accepted) seen.insert(played.count_before);
  }
  EXPECT_EQ(accepted, 10);
  EXPECT_EQ(seen.size(), 10U);
  EXPECT_EQ(held.store().trouble(), "");
}

TEST(Committer, PutsWhatCameDuringASyncUnderTheNext) {
  HeldStore held;
  std::vector<std::future<Result>> results;
  for (std::uint64_t i = 1; i <= 40; ++i) results.push_back(held.submit(some(i)));
  held.until_decided(42);
  held.control().let_go();
  for (auto& one : results) EXPECT_TRUE(one.get());
  EXPECT_EQ(held.control().batches().size(), 2U);
}

TEST(Committer, RefusesWhatIsBeyondTheQueue) {
  PlayStore::Options options;
  options.queue_max = 1;

  // A decider that stands still, so that nothing leaves the queue.
  struct Slow final : Decider {
    std::promise<void> entered;
    std::promise<void> go;
    std::atomic<bool> first{true};
    tests::PlayDecider real;
    Decision decide(Rows& rows, domain::Time now, const Command& command) override {
      if (first.exchange(false)) {
        entered.set_value();
        go.get_future().wait();
      }
      return real.decide(rows, now, command);
    }
  } slow;
  options.decider = &slow;
  TemporaryFolder folder;
  PlayStore store{folder.path() / "data"};
  ASSERT_TRUE(store.open(options));
  auto deciding = std::async(std::launch::async, [&] { return store.play(some(1)); });
  slow.entered.get_future().wait();
  // Two more: one fits the queue, and of any two one does not.
  auto one = std::async(std::launch::async, [&] { return store.play(some(2)); });
  auto other = std::async(std::launch::async, [&] { return store.play(some(3)); });
  tests::until(
      [&] { return one.wait_for(0s) == std::future_status::ready || other.wait_for(0s) == std::future_status::ready; });
  slow.go.set_value();
  EXPECT_TRUE(deciding.get());
  const auto first = one.get();
  const auto second = other.get();
  EXPECT_NE(first.has_value(), second.has_value());
  const auto& refused = first ? second : first;
  EXPECT_EQ(refused.error().kind, platform::Failure::Kind::Unavailable);
  EXPECT_EQ(store.fatal().times(), 0);
}

TEST(Committer, DoesNotDecideACommandAfterItsDeadline) {
  TemporaryFolder folder;
  platform::ManualClock clock{1'700'000'000'000'000};
  PlayStore store{folder.path() / "data"};
  PlayStore::Options options;
  options.clock = &clock;
  ASSERT_TRUE(store.open(options));
  Submission late = tests::submission(some(1));
  late.deadline_monotonic_us = clock.monotonic_us() - 1;
  const auto refused = store.partition().submit(std::move(late));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, platform::Failure::Kind::Unavailable);
  Submission just = tests::submission(some(1));
  just.deadline_monotonic_us = clock.monotonic_us();
  EXPECT_TRUE(store.partition().submit(std::move(just)));
  EXPECT_EQ(store.head(), 1U);
}

TEST(Committer, RefusesSealedMembersWithoutTheKeysOfTheirSubject) {
  TemporaryFolder folder;
  PlayStore store{folder.path() / "data"};
  ASSERT_TRUE(store.open());
  for (const bool wrong_subject : {true, false}) {
    Play play = some(1, 2);
    play.secret = true;
    Submission submitted = tests::submission(play);
    if (wrong_subject) {
      submitted.keys_subject = subject(2);
    } else {
      submitted.keys.reset();
    }
    const auto refused = store.partition().submit(std::move(submitted));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, platform::Failure::Kind::Internal);
  }
  // Nothing of it is in the way of the next one.
  Play play = some(1, 2);
  play.secret = true;
  ASSERT_TRUE(store.play(play));
  EXPECT_EQ(store.head(), 2U);
  EXPECT_EQ(store.count_of(subject(1)), 2U);
  const auto sealed = store.partition().log().sealed(1, SealedClass::Secret);
  ASSERT_TRUE(sealed && *sealed);
  EXPECT_EQ((*sealed)->find(play.text), std::string::npos);
}

TEST(CLK_1, AJumpOfTheWallClockIsAnEventBeforeTheCommandThatFoundIt) {
  TemporaryFolder folder;
  platform::ManualClock clock{1'700'000'000'000'000};
  PlayStore store{folder.path() / "data"};
  PlayStore::Options options;
  options.clock = &clock;
  ASSERT_TRUE(store.open(options));
  const auto before = store.play(some(1));
  clock.set_wall(clock.wall_us() - 3'600'000'000);
  clock.advance(10);
  const auto after = store.play(some(1));
  ASSERT_TRUE(before && after);
  EXPECT_EQ(after->first_position, 3U);
  EXPECT_EQ(after->time.us, before->time.us + 10);
  const auto event = store.partition().log().at(2);
  ASSERT_TRUE(event && *event);
  const auto envelope = decode((*event)->envelope);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->subject, domain::kService);
  ASSERT_TRUE(std::holds_alternative<domain::ClockJumped>(envelope->event));
  EXPECT_EQ(std::get<domain::ClockJumped>(envelope->event).difference_ms, -3'600'000);
  EXPECT_EQ(store.trouble(), "");
}

TEST(Committer, ManyClientsShareOneLog) {
  constexpr int kClients = 16;
  constexpr int kEach = 60;
  TemporaryFolder folder;
  PlayStore store{folder.path() / "data"};
  ASSERT_TRUE(store.open());
  std::barrier start{kClients};
  std::atomic<int> stored{0};
  std::vector<std::jthread> clients;
  for (int c = 0; c < kClients; ++c) {
    clients.emplace_back([&, c] {
      start.arrive_and_wait();
      for (int i = 0; i < kEach; ++i) {
        Play play = some(static_cast<std::uint64_t>((c * 7 + i) % 5), static_cast<std::size_t>(1 + i % 3));
        play.personal = i % 4 == 0;
        play.secret = i % 4 == 1;
        const auto result = store.play(play, static_cast<std::uint64_t>(c * kEach + i));
        ASSERT_TRUE(result) << result.error().reason;
        ASSERT_GE(store.head(), result->first_position + result->count - 1);
        stored += static_cast<int>(result->count);
      }
    });
  }
  clients.clear();
  EXPECT_EQ(store.head(), static_cast<std::uint64_t>(stored.load()));
  EXPECT_EQ(store.trouble(), "");
}

TEST(Committer, ABatchEndsAtItsBound) {
  HeldStore held;
  std::vector<std::future<Result>> results;
  for (std::uint64_t i = 0; i < 12; ++i) {
    results.push_back(held.submit(some(i, 256)));
  }
  held.control().let_go();
  for (auto& one : results) EXPECT_TRUE(one.get());
  for (const std::string& bytes : held.control().batches()) {
    const auto batch = decode_batch(bytes);
    ASSERT_TRUE(batch);
    EXPECT_LT(batch->entries.size(), kBatchEntriesMax + kEventsPerDecisionMax);
  }
  EXPECT_EQ(held.store().trouble(), "");
}

// Holds a code by SMS back at each command, for another reason each time.
class HoldsBack final : public Decider {
 public:
  Decision decide(Rows&, domain::Time, const Command& command) override {
    domain::SmsCodeRefused refused;
    refused.reason = reasons_++ == 0 ? domain::SmsRefusal::BudgetTotal : domain::SmsRefusal::Country;
    Decision decision;
    decision.events.push_back({.subject = dynamic_cast<const Play&>(command).subject,
                               .event = std::move(refused),
                               .actor = domain::System{},
                               .correlation = tests::command_id(1),
                               .on_behalf_of = std::nullopt});
    decision.outcome = std::make_shared<Played>();
    return decision;
  }

 private:
  int reasons_ = 0;
};

std::string line_of(const platform::Metrics& metrics, const std::string& series) {
  const std::string all = metrics.render();
  const std::size_t at = all.find("\n" + series);
  return at == std::string::npos ? "absent" : all.substr(at + 1, all.find('\n', at + 1) - at - 1);
}

// A store whose figures are looked at.
struct CountingStore {
  TemporaryFolder folder;
  platform::Metrics metrics;
  HoldsBack decider;
  AppendControl control;
  PlayStore store{folder.path() / "data"};

  [[nodiscard]] auto open() {
    PlayStore::Options options;
    options.decider = &decider;
    options.metrics = &metrics;
    options.wrap = control.wrap();
    return store.open(options);
  }
};

TEST(SMS_2, ACodeThatWasHeldBackIsCountedByItsReasonOnceThatIsDurable) {
  constexpr const char* kTotal = R"(tweestap_sms_refused_total{reason="budget_total"} )";
  constexpr const char* kCountry = R"(tweestap_sms_refused_total{reason="country"} )";
  CountingStore counting;
  ASSERT_TRUE(counting.open());
  auto& [folder, metrics, decider, control, store] = counting;
  for (const std::string_view reason : domain::kNames<domain::SmsRefusal>) {
    const std::string series = R"(tweestap_sms_refused_total{reason=")" + std::string{reason} + R"("} )";
    EXPECT_EQ(line_of(metrics, series), series + "0") << "from the start on";
  }

  control.hold();
  auto held = std::async(std::launch::async, [&] { return store.play(some(1)); });
  control.wait_for_arrivals(1);
  EXPECT_EQ(line_of(metrics, kTotal), std::string{kTotal} + "0") << "decided, and not yet durable";
  control.let_go();
  ASSERT_TRUE(held.get());
  EXPECT_EQ(line_of(metrics, kTotal), std::string{kTotal} + "1");
  EXPECT_EQ(line_of(metrics, kCountry), std::string{kCountry} + "0");

  control.fail();
  EXPECT_FALSE(store.play(some(2)));
  EXPECT_EQ(line_of(metrics, kCountry), std::string{kCountry} + "0") << "never stored, so never counted";
}

TEST(Committer, EventsAreCountedByTypeOnceTheyAreDurable) {
  constexpr const char* kRefused = R"(tweestap_events_total{type="sms_code.refused"} )";
  constexpr const char* kCompleted = R"(tweestap_events_total{type="login.completed"} )";
  CountingStore counting;
  ASSERT_TRUE(counting.open());
  auto& [folder, metrics, decider, control, store] = counting;
  EXPECT_EQ(line_of(metrics, kCompleted), std::string{kCompleted} + "0") << "from the start on";
  ASSERT_TRUE(store.play(some(1)));
  EXPECT_EQ(line_of(metrics, kRefused), std::string{kRefused} + "1");
  EXPECT_EQ(line_of(metrics, kCompleted), std::string{kCompleted} + "0");

  control.fail();
  EXPECT_FALSE(store.play(some(2)));
  EXPECT_EQ(line_of(metrics, kRefused), std::string{kRefused} + "1") << "never stored, so never counted";
}

// It comes from no decision.
TEST(Committer, AJumpOfTheClockIsCountedToo) {
  constexpr const char* kJumped = R"(tweestap_events_total{type="service.clock_jumped"} )";
  TemporaryFolder folder;
  platform::Metrics metrics;
  platform::ManualClock clock{1'700'000'000'000'000};
  PlayStore store{folder.path() / "data"};
  PlayStore::Options options;
  options.clock = &clock;
  options.metrics = &metrics;
  ASSERT_TRUE(store.open(options));
  ASSERT_TRUE(store.play(some(1)));
  EXPECT_EQ(line_of(metrics, kJumped), std::string{kJumped} + "0");
  clock.set_wall(clock.wall_us() - 3'600'000'000);
  clock.advance(10);
  ASSERT_TRUE(store.play(some(1)));
  EXPECT_EQ(line_of(metrics, kJumped), std::string{kJumped} + "1");
}

TEST(Committer, StoppingAnswersWhatWaitsAndRefusesTheRest) {
  HeldStore held;
  auto waiting = held.submit(some(1));
  held.until_decided(3);
  auto stopping = std::async(std::launch::async, [&] { held.store().partition().stop(); });
  held.control().let_go();
  stopping.get();
  EXPECT_TRUE(waiting.get());
  const auto late = held.store().play(some(2));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, platform::Failure::Kind::Unavailable);
  EXPECT_EQ(held.store().fatal().times(), 0);
}

}  // namespace
}  // namespace tweestap::eventstore

#include "consumers/kafka/delivery_window.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>

namespace tweestap::consumers::kafka {
namespace {

TEST(DeliveryWindow, MovesTheCursorOverTheWholePrefixOnly) {
  DeliveryWindow window{10, {0, 0}, 8};
  EXPECT_EQ(window.take(11, 0), 0U);
  EXPECT_EQ(window.take(12, 1), 0U);
  EXPECT_EQ(window.take(13, 0), 11U);
  EXPECT_EQ(window.in_flight(), 3U);
  EXPECT_TRUE(window.delivered(12, 1));
  EXPECT_EQ(window.cursor(), 10U);
  EXPECT_TRUE(window.delivered(11, 0));
  EXPECT_EQ(window.cursor(), 12U);
  EXPECT_TRUE(window.delivered(13, 0));
  EXPECT_EQ(window.cursor(), 13U);
  EXPECT_EQ(window.in_flight(), 0U);
  EXPECT_EQ(window.in_topic(), (std::vector<std::uint64_t>{13, 12}));
}

TEST(DeliveryWindow, PassesOverWhatIsInTheTopic) {
  DeliveryWindow window{10, {12, 0}, 8};
  EXPECT_EQ(window.take(11, 1), 0U);
  EXPECT_EQ(window.take(12, 0), std::nullopt);
  EXPECT_EQ(window.cursor(), 10U);
  EXPECT_EQ(window.take(13, 0), 12U);
  EXPECT_EQ(window.in_flight(), 2U);
  EXPECT_TRUE(window.delivered(11, 1));
  EXPECT_EQ(window.cursor(), 12U);
}

TEST(DeliveryWindow, MovesAtOnceWhereNothingIsMissing) {
  DeliveryWindow window{10, {12}, 1};
  EXPECT_EQ(window.take(11, 0), std::nullopt);
  EXPECT_EQ(window.cursor(), 11U);
  EXPECT_TRUE(window.has_room());
}

TEST(DeliveryWindow, HasAnEnd) {
  DeliveryWindow window{0, {0}, 2};
  EXPECT_EQ(window.take(1, 0), 0U);
  EXPECT_TRUE(window.has_room());
  EXPECT_EQ(window.take(2, 0), 1U);
  EXPECT_FALSE(window.has_room());
  EXPECT_DEATH(static_cast<void>(window.take(3, 0)), "turn");
  EXPECT_TRUE(window.delivered(1, 0));
  EXPECT_TRUE(window.has_room());
}

TEST(DeliveryWindow, TakesTheEventsOfTheLogInTheirOrder) {
  DeliveryWindow window{4, {0}, 8};
  EXPECT_DEATH(static_cast<void>(window.take(4, 0)), "turn");
  EXPECT_DEATH(static_cast<void>(window.take(6, 0)), "turn");
  EXPECT_DEATH(static_cast<void>(window.take(5, 1)), "turn");
  EXPECT_DEATH(static_cast<void>(window.take(5, -1)), "turn");
}

TEST(DeliveryWindow, DoesNotBelieveReportsOfWhatIsNotOnItsWay) {
  DeliveryWindow window{10, {12, 0}, 8};
  static_cast<void>(window.take(11, 1));
  static_cast<void>(window.take(12, 0));
  static_cast<void>(window.take(13, 1));
  EXPECT_FALSE(window.delivered(10, 1));
  EXPECT_FALSE(window.delivered(14, 1));
  EXPECT_FALSE(window.delivered(12, 0));
  EXPECT_FALSE(window.delivered(13, 2));
  EXPECT_FALSE(window.delivered(13, -1));
  EXPECT_FALSE(window.delivered(13, 0));
  EXPECT_TRUE(window.delivered(13, 1));
  EXPECT_FALSE(window.delivered(13, 1));
  EXPECT_FALSE(window.delivered(11, 1));  // behind its partition's later one: a gap was reported
}

// A topic and a producer as Kafka's are: each Kafka partition keeps what it got, in order; a report may be late or
// never come; a producer that gives up drops what did not arrive.
class Broker {
 public:
  struct Kept {
    std::uint64_t position;
    std::uint64_t previous;
  };
  explicit Broker(std::size_t partitions) : topic(partitions), underway(partitions), unreported(partitions) {}

  void arrive(std::size_t partition) {
    if (underway[partition].empty()) return;
    topic[partition].push_back(underway[partition].front());
    unreported[partition].push_back(underway[partition].front().position);
    underway[partition].pop_front();
  }
  void forget_connection() {
    for (auto& lane : underway) lane.clear();
    for (auto& lane : unreported) lane.clear();
  }
  std::vector<std::uint64_t> tails() const {
    std::vector<std::uint64_t> last;
    for (const auto& lane : topic) last.push_back(lane.empty() ? 0 : lane.back().position);
    return last;
  }

  std::vector<std::vector<Kept>> topic;
  std::vector<std::deque<Kept>> underway;
  std::vector<std::deque<std::uint64_t>> unreported;
};

// The relay as far as it decides, with a cursor that is stored now and then.
class Run {
 public:
  Run(std::vector<std::size_t> lane_of_event, std::size_t partitions, std::size_t room)
      : lanes_(std::move(lane_of_event)), room_(room), broker_(partitions), window_(0, broker_.tails(), room) {}

  void hand_over() {
    const std::uint64_t next = window_.taken() + 1;
    if (!window_.has_room() || next > lanes_.size()) return;
    const std::size_t lane = lanes_[next - 1];
    if (const auto previous = window_.take(next, static_cast<std::int32_t>(lane))) {
      broker_.underway[lane].push_back({next, *previous});
    }
  }
  void arrive(std::size_t lane) { broker_.arrive(lane); }
  void report(std::size_t lane) {
    if (broker_.unreported[lane].empty()) return;
    RC_ASSERT(window_.delivered(broker_.unreported[lane].front(), static_cast<std::int32_t>(lane)));
    broker_.unreported[lane].pop_front();
  }
  void store_cursor() { stored_ = window_.cursor(); }
  // A producer that gave up goes on from the cursor, a process that died from the one it had stored.
  void producer_gives_up() { begin_again(window_.cursor()); }
  void crash() { begin_again(stored_); }

  void finish() {
    while (window_.cursor() < lanes_.size()) {
      hand_over();
      for (std::size_t lane = 0; lane < broker_.topic.size(); ++lane) {
        arrive(lane);
        report(lane);
      }
    }
  }

  void check() const {
    RC_ASSERT(window_.taken() - window_.cursor() <= room_);
    for (std::size_t lane = 0; lane < broker_.topic.size(); ++lane) {
      std::uint64_t before = 0;
      for (const Broker::Kept& kept : broker_.topic[lane]) {
        RC_ASSERT(kept.previous == before);                 // the chain is whole
        RC_ASSERT(kept.position == next_of(lane, before));  // in order, none missing, none twice
        before = kept.position;
      }
      // What the cursor says is there is there.
      RC_ASSERT(next_of(lane, before) > window_.cursor());
    }
  }
  void check_everything_is_there() const {
    std::size_t kept = 0;
    for (const auto& lane : broker_.topic) kept += lane.size();
    RC_ASSERT(kept == lanes_.size());
    RC_ASSERT(window_.in_flight() == 0U);
  }

 private:
  std::uint64_t next_of(std::size_t lane, std::uint64_t after) const {
    for (std::uint64_t position = after + 1; position <= lanes_.size(); ++position) {
      if (lanes_[position - 1] == lane) return position;
    }
    return lanes_.size() + 1;
  }
  void begin_again(std::uint64_t from) {
    broker_.forget_connection();
    window_ = DeliveryWindow{from, broker_.tails(), room_};
  }

  std::vector<std::size_t> lanes_;
  std::size_t room_;
  Broker broker_;
  DeliveryWindow window_;
  std::uint64_t stored_ = 0;
};

RC_GTEST_PROP(KAF_1, NothingIsLostDoubledOrOutOfOrderWhateverComesWhen, ()) {
  const auto partitions = *rc::gen::inRange<std::size_t>(1, 5);
  const auto lanes = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, partitions));
  const auto room = *rc::gen::inRange<std::size_t>(1, 12);
  Run run{lanes, partitions, room};
  const auto steps = *rc::gen::container<std::vector<std::pair<int, std::size_t>>>(
      rc::gen::pair(rc::gen::inRange(0, 20), rc::gen::inRange<std::size_t>(0, partitions)));
  for (const auto& [step, lane] : steps) {
    if (step < 8) {
      run.hand_over();
    } else if (step < 13) {
      run.arrive(lane);
    } else if (step < 17) {
      run.report(lane);
    } else if (step == 17) {
      run.store_cursor();
    } else if (step == 18) {
      run.producer_gives_up();
    } else {
      run.crash();
    }
    run.check();
  }
  run.finish();
  run.check();
  run.check_everything_is_there();
}

}  // namespace
}  // namespace tweestap::consumers::kafka

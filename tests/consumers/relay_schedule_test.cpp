// Random schedules of everything that can come between a log and its topic: late reports, producers that give up,
// crashes, topics that lose records or are made anew, and retention. The rule of the cursor and the judgement of a
// topic's end together keep the topic whole (rule KAF-1).
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "consumers/kafka/delivery_window.h"
#include "consumers/kafka/topic_tails.h"

namespace tweestap::consumers::kafka {
namespace {

struct Kept {
  std::uint64_t position = 0;
  std::uint64_t previous = 0;
};

// A Kafka partition, with what is on its way to it and the reports on their way back.
struct Lane {
  std::vector<Kept> kept;
  bool removed = false;  // by retention, the oldest
  std::deque<Kept> underway;
  std::deque<std::uint64_t> unreported;

  // As TailSearch finds it.
  [[nodiscard]] Tail tail() const {
    Tail found;
    found.kind = !kept.empty() ? Tail::Kind::Own : removed ? Tail::Kind::Removed : Tail::Kind::None;
    found.position = kept.empty() ? 0 : kept.back().position;
    return found;
  }
};

class Schedule {
 public:
  Schedule(std::vector<std::size_t> lane_of_event, std::size_t partitions, std::size_t room)
      : lane_of_(std::move(lane_of_event)), room_(room), lanes_(partitions) {
    remembered_ = {"topic", std::vector<std::uint64_t>(partitions)};
    begin();
  }

  void hand_over() {
    const std::uint64_t next = window_->taken() + 1;
    if (!window_->has_room() || next > lane_of_.size()) return;
    const std::size_t lane = lane_of_[next - 1];
    if (const auto previous = window_->take(next, static_cast<std::int32_t>(lane))) {
      lanes_[lane].underway.push_back({next, *previous});
    }
  }
  void arrive(std::size_t lane) {
    Lane& at = lanes_[lane];
    if (at.underway.empty()) return;
    at.kept.push_back(at.underway.front());
    at.unreported.push_back(at.underway.front().position);
    at.underway.pop_front();
  }
  void report(std::size_t lane) {
    Lane& at = lanes_[lane];
    if (at.unreported.empty()) return;
    RC_ASSERT(window_->delivered(at.unreported.front(), static_cast<std::int32_t>(lane)));
    at.unreported.pop_front();
  }
  void store_cursor() {
    stored_ = window_->cursor();
    remembered_.acknowledged = window_->in_topic();
  }
  // The process dies, and begins again with what it had stored.
  void crash() { begin(); }
  // The producer dies; what the relay knows it stores before it looks again.
  void give_up() {
    store_cursor();
    begin();
  }
  // A leader that lacks the last records. Where retention had removed all others nobody could tell that from
  // retention, so one is left.
  void lose(std::size_t lane, std::size_t count) {
    std::vector<Kept>& kept = lanes_[lane].kept;
    const std::size_t most = kept.size() - (lanes_[lane].removed && !kept.empty() ? 1 : 0);
    kept.resize(kept.size() - std::min(most, count));
    give_up();
  }
  void make_anew() {
    for (Lane& lane : lanes_) lane = {};
    give_up();
  }
  void remove_oldest(std::size_t lane, std::size_t count) {
    std::vector<Kept>& kept = lanes_[lane].kept;
    const std::size_t removed = std::min(kept.size(), count);
    kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(removed));
    lanes_[lane].removed = lanes_[lane].removed || removed > 0;
  }
  void finish() {
    while (window_->cursor() < lane_of_.size()) {
      hand_over();
      for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
        arrive(lane);
        report(lane);
      }
    }
  }

  // Each record is the next one of its lane, and says so.
  void check() const {
    for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
      std::optional<std::uint64_t> before;
      if (!lanes_[lane].removed) before = 0;
      for (const Kept& one : lanes_[lane].kept) {
        RC_ASSERT(next_of(lane, one.previous) == one.position);
        RC_ASSERT((!before || *before == one.previous));  // in brackets: the macro has an || that evaluates both
        before = one.position;
      }
    }
  }
  void check_the_end() const {
    RC_ASSERT(window_->in_flight() == 0U);
    for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
      if (lanes_[lane].kept.empty() && lanes_[lane].removed) continue;
      RC_ASSERT(next_of(lane, lanes_[lane].tail().position) == lane_of_.size() + 1);
    }
  }

 private:
  [[nodiscard]] std::uint64_t next_of(std::size_t lane, std::uint64_t after) const {
    for (std::uint64_t position = after + 1; position <= lane_of_.size(); ++position) {
      if (lane_of_[position - 1] == lane) return position;
    }
    return lane_of_.size() + 1;
  }
  void begin() {
    std::vector<Tail> tails;
    for (Lane& lane : lanes_) {
      lane.underway.clear();
      lane.unreported.clear();
      tails.push_back(lane.tail());
    }
    const TopicVerdict verdict = judge_tails(lane_of_.size(), stored_, remembered_, tails);
    const auto* go_on = std::get_if<GoOn>(&verdict);
    RC_ASSERT(go_on != nullptr);
    window_.emplace(go_on->cursor, go_on->in_topic, room_);
    store_cursor();
  }

  std::vector<std::size_t> lane_of_;
  std::size_t room_;
  std::vector<Lane> lanes_;
  std::optional<DeliveryWindow> window_;
  std::uint64_t stored_ = 0;
  RememberedTopic remembered_;
};

RC_GTEST_PROP(KAF_1, ATopicIsMadeWholeAgainWhateverItLost, ()) {
  const auto partitions = *rc::gen::inRange<std::size_t>(1, 5);
  const auto lanes = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, partitions));
  Schedule schedule{lanes, partitions, *rc::gen::inRange<std::size_t>(1, 12)};
  const auto steps = *rc::gen::container<std::vector<std::tuple<int, std::size_t, std::size_t>>>(rc::gen::tuple(
      rc::gen::inRange(0, 32), rc::gen::inRange<std::size_t>(0, partitions), rc::gen::inRange<std::size_t>(1, 6)));
  for (const auto& [what, lane, count] : steps) {
    if (what < 12) {
      schedule.hand_over();
    } else if (what < 19) {
      schedule.arrive(lane);
    } else if (what < 25) {
      schedule.report(lane);
    } else if (what == 25) {
      schedule.store_cursor();
    } else if (what == 26) {
      schedule.give_up();
    } else if (what == 27) {
      schedule.crash();
    } else if (what < 30) {
      schedule.lose(lane, count);
    } else if (what == 30) {
      schedule.remove_oldest(lane, count);
    } else {
      schedule.make_anew();
    }
    schedule.check();
  }
  schedule.finish();
  schedule.check();
  schedule.check_the_end();
}

}  // namespace
}  // namespace tweestap::consumers::kafka

#include "tests/http/races.h"

#include <barrier>
#include <string_view>
#include <thread>
#include <vector>

namespace tweestap::http::people {

void in_rounds(int rounds, const std::function<void(int round)>& prepare,
               const std::function<void(std::size_t racer)>& race, const std::function<void(int round)>& check) {
  std::atomic<bool> over = false;
  int round = 0;
  bool racing = false;
  const auto between = [&]() noexcept {
    if (racing) {
      check(round);
      ++round;
    }
    racing = !racing;
    if (!racing) return;
    over = round == rounds || testing::Test::HasFatalFailure();
    if (!over) prepare(round);
  };
  std::barrier barrier(kRacers, between);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < kRacers; ++i) {
    threads.emplace_back([&, i] {
      while (true) {
        barrier.arrive_and_wait();
        if (over) return;
        race(i);
        barrier.arrive_and_wait();
      }
    });
  }
}

void Tally::count(const Heard& heard) {
  if (heard.status == 200) {
    ++let_in_;
    const std::scoped_lock lock{mutex_};
    winner_ = heard;
  }
  if (heard.code() == "code_rejected") ++rejected_;
  for (const std::string_view over : {"locked", "too_many_requests", "unavailable", "token_expired"}) {
    if (heard.code() == over) ++kept_out_;
  }
}

void Tally::expect_one(int round, std::size_t racers) {
  ASSERT_EQ(let_in_, 1) << round;
  ASSERT_EQ(let_in_ + rejected_ + kept_out_, static_cast<int>(racers)) << round;
  clear();
}

}  // namespace tweestap::http::people

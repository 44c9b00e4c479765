#include "tests/kafka/steady_load.h"

#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <string>
#include <utility>

#include "tests/support/percentile.h"

namespace tweestap::tests {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kPeople = 2;
constexpr std::size_t kEvents = 5;
constexpr auto kBetween = 5ms;  // the load's pace: nothing waits for it

}  // namespace

SteadyLoad::SteadyLoad(PlayStore& store) : store_(store) {
  for (std::uint64_t who = 0; who < kPeople; ++who) {
    people_.emplace_back([this, who](const std::stop_token& stop) { run(stop, who); });
  }
}

void SteadyLoad::stop() { people_.clear(); }

void SteadyLoad::run(const std::stop_token& stop, std::uint64_t who) {
  for (std::uint64_t n = who; !stop.stop_requested(); n += kPeople) {
    Play play;
    play.subject = subject(1 + n % kSubjects);
    play.events = kEvents;
    const auto from = std::chrono::steady_clock::now();
    const bool stored = store_.play(std::move(play)).has_value();
    const auto took = std::chrono::steady_clock::now() - from;
    ++(stored ? answered_ : failed_);
    if (stored) {
      const std::scoped_lock lock(mutex_);
      took_us_.push_back(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
    }
    std::this_thread::sleep_for(kBetween);
  }
}

std::int64_t SteadyLoad::take_p99_us() {
  std::vector<std::int64_t> took;
  {
    const std::scoped_lock lock(mutex_);
    took.swap(took_us_);
  }
  return p99_of(std::move(took));
}

std::int64_t p99_of(std::vector<std::int64_t> took) { return percentile(std::move(took), 0.99); }

void tell_p99(std::string_view beside_what, std::int64_t without_us, std::int64_t beside_us) {
  const auto percent = without_us > 0 ? beside_us * 100 / without_us : 0;
  std::cout << "p99 of commands beside " << beside_what << ": " << beside_us << " us, without: " << without_us
            << " us, " << percent << " %\n";
  testing::Test::RecordProperty("p99_percent", std::to_string(percent));
}

}  // namespace tweestap::tests

#include "platform/thread.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stop_token>
#include <thread>

namespace tweestap::platform {
namespace {

using namespace std::chrono_literals;

TEST(Rest, LastsAsLongAsItIsTold) {
  const auto begun = std::chrono::steady_clock::now();
  rest(20ms, {});
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 20ms);
}

// A test that waits for an hour is one that failed.
TEST(Rest, EndsWhenAStopIsAskedFor) {
  std::stop_source stop;
  std::jthread other([&] { rest(1h, stop.get_token()); });
  stop.request_stop();
  other.join();
  rest(1h, stop.get_token());
}

}  // namespace
}  // namespace tweestap::platform

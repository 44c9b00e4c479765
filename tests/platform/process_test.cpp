#include "platform/process.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <thread>

namespace tweestap::platform {
namespace {

using namespace std::chrono_literals;

// Each in a child of its own: signals stay blocked, and a process that is not dumpable hides /proc from its user.
TEST(StopSignal, HearsSigtermAndSigint) {
  for (const int number : {SIGTERM, SIGINT}) {
    EXPECT_EXIT(
        {
          auto signal = StopSignal::create();
          std::raise(number);
          std::_Exit(signal && signal->wait() == number ? 7 : 1);
        },
        testing::ExitedWithCode(7), "");
  }
}

TEST(StopSignal, IsInterruptedFromInsideAndKnowsPatience) {
  EXPECT_EXIT(
      {
        auto signal = StopSignal::create();
        const bool nothing = !signal->wait(1ms);
        std::jthread other([&] { signal->interrupt(); });
        const bool interrupted = signal->wait() == 0;
        std::raise(SIGPIPE);
        other.join();
        std::_Exit(nothing && interrupted ? 7 : 1);
      },
      testing::ExitedWithCode(7), "");
}

TEST(KEY_3, TheProcessGivesNoCoreDump) {
  EXPECT_EXIT(
      {
        const bool forbidden = forbid_core_dumps().has_value();
        rlimit limit{};
        ::getrlimit(RLIMIT_CORE, &limit);
        std::_Exit(forbidden && ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 && limit.rlim_max == 0 ? 7 : 1);
      },
      testing::ExitedWithCode(7), "");
}

TEST(Process, RaisesTheLimitOfOpenFilesToTheHardOne) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 64;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_TRUE(allow_many_open_files());
  rlimit after{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
}

}  // namespace
}  // namespace tweestap::platform

// Runs the tests, or is the process that one of them kills.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

#include "tests/crash/store_player.h"

int main(int argc, char** argv) {
  using namespace tweestap::tests;
  if (argc == 5 && std::string_view{argv[1]} == kPlayArgument) {
    play_until_killed(argv[2], std::atoi(argv[3]), std::strtoull(argv[4], nullptr, 10));
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

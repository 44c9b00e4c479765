// Runs the tests, or is the process that one of them kills.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

#include "tests/kafka/relay_player.h"

int main(int argc, char** argv) {
  using namespace tweestap::tests;
  if (argc == 7 && std::string_view{argv[1]} == kRelayArgument) {
    relay_until_killed({.data = argv[2],
                        .brokers = argv[3],
                        .topic = argv[4],
                        .to_parent = std::atoi(argv[5]),
                        .seed = std::strtoull(argv[6], nullptr, 10)});
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

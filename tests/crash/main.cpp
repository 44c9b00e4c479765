// Runs the tests, or is the process that one of them kills. Disks of their own take the right to mount: root has it;
// anybody else has it in a namespace of their own.
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

#include "tests/crash/store_player.h"

namespace {

// Before any thread is there, for a process with threads cannot change over. Where the kernel does not allow it, the
// tests that mount fail and say so.
void own_namespace() {
  const std::string user = std::to_string(geteuid());
  const std::string group = std::to_string(getegid());
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
    std::fprintf(stderr, "no namespace to mount in (%s): run as root, or allow user namespaces\n",
                 std::strerror(errno));
    return;
  }
  std::ofstream{"/proc/self/setgroups"} << "deny";
  std::ofstream{"/proc/self/uid_map"} << "0 " << user << " 1";
  std::ofstream{"/proc/self/gid_map"} << "0 " << group << " 1";
}

}  // namespace

int main(int argc, char** argv) {
  using namespace tweestap::tests;
  if (argc == 5 && std::string_view{argv[1]} == kPlayArgument) {
    play_until_killed(argv[2], std::atoi(argv[3]), std::strtoull(argv[4], nullptr, 10));
  }
  if (geteuid() != 0) own_namespace();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

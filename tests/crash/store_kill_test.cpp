// DUR-1, first half: a process under load is killed, again and again; whatever it acknowledged is there.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "eventstore/envelope.h"
#include "tests/crash/store_player.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

// The player as a process of its own; it says what it has to on the pipe's other end.
pid_t start_player(const std::filesystem::path& data, int to_parent, std::uint64_t seed) {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string descriptor = std::to_string(to_parent);
  const std::string seed_text = std::to_string(seed);
  const std::string folder = data.string();
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::fcntl(to_parent, F_SETFD, 0);  // this end goes along
  ::execl(program.c_str(), program.c_str(), kPlayArgument, folder.c_str(), descriptor.c_str(), seed_text.c_str(),
          static_cast<char*>(nullptr));
  ::_exit(127);
}

std::vector<Acknowledged> read_all(int from_child) {
  std::vector<Acknowledged> all;
  Acknowledged one;
  std::size_t have = 0;
  for (;;) {
    const ssize_t got = ::read(from_child, reinterpret_cast<char*>(&one) + have, sizeof one - have);
    if (got <= 0) return all;
    have += static_cast<std::size_t>(got);
    if (have < sizeof one) continue;
    all.push_back(one);
    have = 0;
  }
}

void expect_there(const eventstore::Log& log, const std::vector<Acknowledged>& said) {
  for (const Acknowledged& one : said) {
    for (std::uint64_t i = 0; i < one.count; ++i) {
      const auto record = log.at(one.first_position + i);
      ASSERT_TRUE(record && *record) << "event " << one.first_position + i << " was acknowledged and is not there";
      const auto envelope = eventstore::decode((*record)->envelope);
      ASSERT_TRUE(envelope);
      ASSERT_EQ(envelope->subject, subject(one.subject));
      ASSERT_EQ(envelope->command, command_id(one.number));
    }
  }
}

TEST(DUR_1, EveryAcknowledgedCommandSurvivesSigkill) {
  const int rounds = crash_rounds(50);
  const std::uint64_t seed = test_seed();
  std::mt19937_64 random{seed};
  TemporaryFolder folder;
  const std::filesystem::path data = folder.path() / "data";
  std::uint64_t acknowledged = 0;
  for (int round = 0; round < rounds; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const pid_t child = start_player(data, ends[1], seed + static_cast<std::uint64_t>(round));
    ASSERT_GE(child, 0);
    ::close(ends[1]);
    // Counted from its first answer, so that slow starts do not spare it.
    std::vector<Acknowledged> said(1);
    ASSERT_EQ(::read(ends[0], said.data(), sizeof(Acknowledged)), static_cast<ssize_t>(sizeof(Acknowledged)))
        << "the child of round " << round << " ended before its first answer";
    std::jthread killer{[&, delay = random() % 150] {
      std::this_thread::sleep_for(std::chrono::milliseconds{delay});  // the random moment
      ::kill(child, SIGKILL);
    }};
    const auto rest = read_all(ends[0]);
    said.insert(said.end(), rest.begin(), rest.end());
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << WEXITSTATUS(status);
    killer.join();

    PlayStore store{data};
    PlayStore::Options options;
    options.create = false;
    const auto opened = store.open(options);
    ASSERT_TRUE(opened) << "round " << round << ": " << opened.error().reason;
    expect_there(store.partition().log(), said);
    if (testing::Test::HasFatalFailure()) return;
    ASSERT_EQ(store.trouble(), "") << "round " << round;
    acknowledged += said.size();
  }
  std::cout << acknowledged << " commands were acknowledged over " << rounds << " rounds\n";
}

}  // namespace
}  // namespace tweestap::tests

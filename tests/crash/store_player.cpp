// The process that is killed (store_player.h).
#include "tests/crash/store_player.h"

#include <unistd.h>

#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/eventstore_play.h"

namespace tweestap::tests {

constexpr int kClients = 8;

[[noreturn]] void play_until_killed(const std::filesystem::path& data, int to_parent, std::uint64_t seed) {
  PlayStore store{data};
  PlayStore::Options options;
  options.wal_bytes = std::uint64_t{2} << 20;  // small, so that kills meet flushes and compactions too
  if (const auto opened = store.open(options); !opened) {
    std::cerr << "the child could not open: " << opened.error().reason << '\n';
    ::_exit(3);
  }
  std::vector<std::jthread> clients;
  for (int c = 0; c < kClients; ++c) {
    clients.emplace_back([&, c] {
      std::mt19937_64 random{seed * 100 + static_cast<std::uint64_t>(c)};
      for (;;) {
        Play play;
        const std::uint64_t which = random() % kSubjectsPlayed;
        play.subject = subject(which);
        play.events = 1 + random() % 3;
        play.personal = random() % 4 == 0;
        play.text = std::string(play.personal ? 1500 : 2, 'x');
        const std::uint64_t number = random();
        const auto result = store.play(play, number);
        if (!result) ::_exit(4);
        const Acknowledged said{which, result->first_position, result->count, number};
        if (::write(to_parent, &said, sizeof said) != sizeof said) ::_exit(5);
      }
    });
  }
  for (;;) ::pause();
}

}  // namespace tweestap::tests

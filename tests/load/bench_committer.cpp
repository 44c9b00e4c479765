// P-4: durable commands a second of the committer alone, against RocksDB's own group commit of the same bytes.
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "eventstore/batch.h"
#include "eventstore/keys.h"
#include "tests/load/arguments.h"
#include "tests/load/cpu_time.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

struct Figure {
  double per_second = 0;
  double cpu_us = 0;  // of all threads, a command
};

// Runs `one(client)` on each client again and again for that long.
template <class One>
Figure measure(int clients, double seconds, One one) {
  std::atomic<bool> over{false};
  std::atomic<std::uint64_t> done{0};
  std::barrier start{clients + 1};
  std::vector<std::jthread> threads;
  for (int c = 0; c < clients; ++c) {
    threads.emplace_back([&, c] {
      start.arrive_and_wait();
      std::uint64_t mine = 0;
      for (; !over.load(std::memory_order_relaxed); ++mine) one(c, mine);
      done += mine;
    });
  }
  start.arrive_and_wait();
  const auto began = steady_clock::now();
  const double cpu = load::process_cpu_seconds();
  std::this_thread::sleep_for(duration<double>(seconds));
  over = true;
  threads.clear();
  const double took = duration<double>(steady_clock::now() - began).count();
  const auto commands = static_cast<double>(done.load());
  return {commands / took, (load::process_cpu_seconds() - cpu) * 1e6 / commands};
}

void stop_if(bool bad, const std::string& why) {
  if (!bad) return;
  std::cerr << why << '\n';
  std::exit(1);
}

// An account's event of a usual size; every client goes over accounts of its own.
Play usual(int client, std::uint64_t n) {
  Play play;
  play.subject = subject(static_cast<std::uint64_t>(client) * 10'000 + n % 1000);
  return play;
}

Figure committer(int clients, double seconds) {
  TemporaryFolder folder;
  PlayStore store{folder.path() / "data"};
  PlayStore::Options options;
  options.wal_bytes = std::uint64_t{128} << 20;
  const auto opened = store.open(options);
  stop_if(!opened, opened ? "" : opened.error().reason);
  return measure(clients, seconds, [&](int client, std::uint64_t n) {
    stop_if(!store.play(usual(client, n), n), "a command was refused");
  });
}

// What one command of the committer writes, by each client for itself: RocksDB groups the syncs.
class GroupCommit {
 public:
  explicit GroupCommit(const std::filesystem::path& folder) {
    eventstore::StorageSettings settings;
    settings.folder = folder;
    auto storage = eventstore::Storage::create(settings);
    stop_if(!storage, "no database");
    storage_ = *storage;
  }
  void one(int client, std::uint64_t n) {
    using eventstore::Family;
    const std::uint64_t position = ++position_;
    rocksdb::WriteBatch batch;
    const auto put = [&](Family family, const std::string& key, std::size_t bytes) {
      stop_if(!batch.Put(storage_->handle(family), key, std::string(bytes, 'x')).ok(), "no room");
    };
    put(Family::Events, eventstore::position_key(position), 480);
    const auto whose = usual(client, n).subject;
    put(Family::Streams, eventstore::stream_key(whose, n / 1000 + 1), 10);
    put(Family::Tree, eventstore::tree_key({0, position - 1}), 32);
    put(Family::Tree, eventstore::tree_key({1, position / 2}), 32);
    put(Family::Rows, eventstore::row_key(900, "c" + std::string(platform::text_of(whose.bytes))), 16);
    put(Family::Rows, eventstore::row_key(900, "t" + eventstore::position_key(position)), 1);
    put(Family::Meta, "head", 57);
    stop_if(!storage_->write(batch), "a write failed");
  }

 private:
  std::shared_ptr<eventstore::Storage> storage_;
  std::atomic<std::uint64_t> position_{0};
};

Figure group_commit(int clients, double seconds) {
  TemporaryFolder folder;
  GroupCommit group{folder.path() / "log"};
  return measure(clients, seconds, [&](int client, std::uint64_t n) { group.one(client, n); });
}

int run(const load::Arguments& arguments) {
  const double seconds = arguments.small ? 2 : 10;
  nlohmann::json all = nlohmann::json::array();
  std::printf("### P-4: the committer alone\n\n");
  std::printf(
      "| clients | RocksDB's group commit /s | committer /s | ratio | CPU a command (µs, clients included) |\n");
  std::printf("| --- | --- | --- | --- | --- |\n");
  for (const int clients : {1, 8, 64, 256}) {
    // Both twice in turn, the better of each: a neighbour on the machine hits one of them at most.
    Figure limit;
    Figure ours;
    for (int i = 0; i < 2; ++i) {
      const Figure their = group_commit(clients, seconds / 2);
      if (their.per_second > limit.per_second) limit = their;
      const Figure own = committer(clients, seconds / 2);
      if (own.per_second > ours.per_second) ours = own;
    }
    const double ratio = ours.per_second / limit.per_second;
    std::printf("| %d | %.0f | %.0f | %.2f | %.1f |\n", clients, limit.per_second, ours.per_second, ratio, ours.cpu_us);
    std::fflush(stdout);
    all.push_back({{"clients", clients},
                   {"group_commit_per_second", limit.per_second},
                   {"committer_per_second", ours.per_second},
                   {"ratio", ratio},
                   {"cpu_us_per_command", ours.cpu_us}});
  }
  std::printf("\nTo reach: a ratio of at least 1.2 at 64 clients.\n");
  if (!arguments.json_file.empty()) std::ofstream{arguments.json_file} << nlohmann::json{{"P-4", all}}.dump(2) << '\n';
  return 0;
}

}  // namespace
}  // namespace tweestap::tests

int main(int argc, char** argv) { return tweestap::tests::run(tweestap::load::read_arguments(argc, argv)); }

// P-5: events a second to rebuild every projection from zero (fold in memory, write the final rows), on one core,
// against a raw scan of the same events in the same store.
#include <rocksdb/write_batch.h>
#include <time.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eventstore/envelope.h"
#include "eventstore/keys.h"
#include "eventstore/partition.h"
#include "eventstore/rebuild.h"
#include "eventstore/sealing.h"
#include "eventstore/store_opening.h"
#include "platform/clock.h"
#include "platform/crypto/random.h"
#include "projections/all.h"
#include "projections/rebuild.h"
#include "tests/load/arguments.h"
#include "tests/load/give_up.h"
#include "tests/load/ordinary_day.h"

namespace tweestap {
namespace {

using namespace domain;
using load::give_up;
using load::or_give_up;

eventstore::OpenedStore open(const std::filesystem::path& data, platform::RandomSource& random) {
  eventstore::OpenSettings settings;
  settings.data = data;
  settings.create = true;
  settings.reserve_bytes = std::uint64_t{64} << 20;
  return or_give_up(eventstore::open_store(settings, random));
}

void write_log(const std::filesystem::path& data, std::size_t accounts, std::size_t events) {
  platform::SystemRandom random;
  platform::ManualClock clock{1'774'000'000'000'000};
  auto store = open(data, random);
  or_give_up(projections::rebuild_stale(store));
  load::ScriptedDecider decider;
  const projections::Views views;
  auto partition = or_give_up(eventstore::Partition::create(std::move(store), {}, decider,
                                                            {views.all().begin(), views.all().end()}, clock, random));
  auto keys = std::make_shared<eventstore::SubjectKeys>();
  keys->generation = 1;
  keys->personal = platform::Secret::from_text("0123456789abcdef0123456789abcdef");
  keys->secret = platform::Secret::from_text("fedcba9876543210fedcba9876543210");
  const auto submit = [&](std::vector<NewEvent> made, Subject of) {
    auto submission = load::scripted(std::move(made));
    submission.keys = keys;
    submission.keys_subject = of;
    or_give_up(partition->submit(std::move(submission)));
  };
  load::OrdinaryDay day{accounts};
  for (std::uint64_t n = 0; n < accounts; ++n) submit(day.enrolled(n), Subject::of(day.account(n)));
  // Two events a second: the log is longer than the lives of tokens, so that rows are swept as in a service that runs.
  while (partition->log().head().position < events) {
    clock.advance(seconds(128).us);
    submit(day.some(eventstore::kEventsPerDecisionMax, {clock.wall_us()}), kVisitor);
  }
}

/// How long something took: by the clock on the wall, and of this thread on its core. On a machine that does nothing
/// else both are the same; on a busy one the second is the one to compare.
struct Took {
  double seconds = 0;
  double cpu_seconds = 0;
};

double cpu_seconds_now() {
  timespec now{};
  if (::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0) give_up("this thread's time cannot be read");
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

Took time_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  const double cpu_start = cpu_seconds_now();
  work();
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
          cpu_seconds_now() - cpu_start};
}

struct Figures {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  Took scan;
  Took decode;   // scan, and every envelope decoded
  Took compare;  // fold, and compared with the live rows
  Took rebuild;  // fold, and every row written
};

// Reads every event as RocksDB gives it.
template <class Each>
void scan(eventstore::Storage& storage, Each each) {
  const auto events = storage.iterate(eventstore::Family::Events);
  for (events->SeekToFirst(); events->Valid(); events->Next()) each(events->value().ToStringView());
  if (!events->status().ok()) give_up("the log cannot be read");
}

void drop_rows(eventstore::Storage& storage) {
  rocksdb::WriteBatch batch;
  const auto rows = storage.iterate(eventstore::Family::Rows);
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    if (!batch.Delete(storage.handle(eventstore::Family::Rows), rows->key()).ok()) give_up("rows cannot be dropped");
  }
  or_give_up(storage.write_unsynced(batch));
  // A rebuild from zero finds no rows, and not the marks of a hundred thousand that were dropped just now.
  or_give_up(storage.flush());
  if (!storage.db().CompactRange({}, storage.handle(eventstore::Family::Rows), nullptr, nullptr).ok()) {
    give_up("rows cannot be dropped");
  }
}

Figures measure(const std::filesystem::path& data) {
  platform::SystemRandom random;
  auto store = open(data, random);
  eventstore::Storage& storage = eventstore::StoreOpening::storage_of(store);
  Figures figures;
  std::uint64_t checksum = 0;
  const auto look = [&](std::string_view envelope) {
    checksum += static_cast<std::uint8_t>(envelope[envelope.size() / 2]);
  };
  scan(storage, look);  // what the first reader pays for, files and cache, is nobody's merit
  figures.scan = time_of([&] {
    scan(storage, [&](std::string_view envelope) {
      ++figures.events;
      figures.bytes += envelope.size();
      look(envelope);
    });
  });
  figures.decode = time_of([&] {
    scan(storage, [&](std::string_view envelope) {
      const auto decoded = eventstore::decode(envelope);
      if (!decoded) give_up(decoded.error().reason);
      checksum += decoded->version;
    });
  });
  figures.compare = time_of([&] {
    for (const auto& difference : or_give_up(projections::compare(store.reader()))) {
      if (difference.different != 0) give_up("a rebuild differs from the live rows in " + difference.name);
    }
  });
  drop_rows(storage);
  figures.rebuild = time_of([&] { or_give_up(projections::rebuild(store)); });
  if (checksum == 0) give_up("nothing was read");
  return figures;
}

void print(const Figures& figures) {
  const auto events = static_cast<double>(figures.events);
  const auto row = [&](const char* what, const Took& took) {
    std::printf("%-34s %9.0f events/s %6.1f %% of the scan; CPU %5.2f us/event %6.1f %%\n", what, events / took.seconds,
                100 * figures.scan.seconds / took.seconds, 1e6 * took.cpu_seconds / events,
                100 * figures.scan.cpu_seconds / took.cpu_seconds);
  };
  std::printf("P-5 replay: %llu events of %llu bytes, one core\n", static_cast<unsigned long long>(figures.events),
              static_cast<unsigned long long>(figures.bytes / figures.events));
  row("raw scan", figures.scan);
  row("scan and decode", figures.decode);
  row("fold and compare with live rows", figures.compare);
  row("rebuild every projection from zero", figures.rebuild);
  std::printf("must reach 25 %%\n");
}

void write_json(const std::string& path, const Figures& figures) {
  std::ofstream out{path};
  const auto events = static_cast<double>(figures.events);
  const auto per_s = [&](const Took& took) { return events / took.seconds; };
  out << R"({"id":"P-5","events":)" << figures.events << R"(,"bytes_per_event":)" << figures.bytes / figures.events
      << R"(,"scan_per_s":)" << per_s(figures.scan) << R"(,"decode_per_s":)" << per_s(figures.decode)
      << R"(,"compare_per_s":)" << per_s(figures.compare) << R"(,"rebuild_per_s":)" << per_s(figures.rebuild)
      << R"(,"ratio":)" << figures.scan.seconds / figures.rebuild.seconds << R"(,"must_reach":0.25})" << '\n';
}

}  // namespace
}  // namespace tweestap

// --data FOLDER keeps the log there, and takes the one that is there already.
int main(int argc, char** argv) {
  const auto arguments = tweestap::load::read_arguments(argc, argv, {"--data"});
  std::filesystem::path data = arguments.data;
  std::string folder = (std::filesystem::temp_directory_path() / "tweestap-replay-XXXXXX").string();
  const bool keep = !data.empty();
  if (!keep) {
    if (::mkdtemp(folder.data()) == nullptr) tweestap::load::give_up("no temporary folder can be made");
    data = std::filesystem::path{folder} / "data";
  }
  if (!std::filesystem::exists(data)) {
    tweestap::write_log(data, arguments.small ? 5'000 : 50'000, arguments.small ? 500'000 : 5'000'000);
  }
  const auto figures = tweestap::measure(data);
  if (!keep) std::filesystem::remove_all(folder);
  tweestap::print(figures);
  if (!arguments.json_file.empty()) tweestap::write_json(arguments.json_file, figures);
  return 0;
}

// Raises an alarm when ten codes were rejected within a minute. See docs/consumers.md.
//   code_alarm BROKERS TOPIC GROUP [SERVICE_URL API_KEY_FILE]
#include <tweestap/reader.h>

#include <chrono>
#include <csignal>
#include <iostream>
#include <set>

using namespace std::chrono_literals;
namespace reader = tweestap::reader;

static reader::Reader* running = nullptr;

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: code_alarm BROKERS TOPIC GROUP [SERVICE_URL API_KEY_FILE]\n";
    return 2;
  }
  reader::Options options;
  options.brokers = argv[1];
  options.topic = argv[2];
  options.group = argv[3];
  if (argc > 5) options.service = {.url = argv[4], .api_key_file = argv[5], .ca_file = {}};
  options.handles = {{"login.code_rejected", 1}};  // the newest version that is understood below

  auto made = reader::Reader::create(options);
  if (!made) {
    std::cerr << made.error().reason << "\n";
    return 1;
  }
  running = made->get();
  std::signal(SIGTERM, [](int) { running->stop(); });
  std::signal(SIGINT, [](int) { running->stop(); });

  // By the event's own time: what waited in the topic counts as if it had been read at once. The partitions of the
  // topic come in no order among each other, so an event may be older than the one before. What was
  // counted is forgotten with this program; one that must not forget keeps tokens and counts together instead.
  std::multiset<decltype(reader::Event::time)> rejected;
  while (true) {
    auto delivery = running->next(1s);
    if (!delivery && delivery.error().trouble == reader::Trouble::Stopped) return 0;
    if (!delivery && delivery.error().trouble != reader::Trouble::Unavailable) {
      std::cerr << delivery.error().reason << "\n";
      return 1;
    }
    if (!delivery || !*delivery) continue;
    const reader::Event& event = (*delivery)->event;
    rejected.insert(event.time);
    rejected.erase(rejected.begin(), rejected.upper_bound(*rejected.rbegin() - 60s));
    if (rejected.size() >= 10) {
      std::cout << "ALARM: ten codes rejected within a minute, the last at position " << event.position << std::endl;
      rejected.clear();
    }
    if (auto stored = running->commit(); !stored) std::cerr << stored.error().reason << "\n";
  }
}

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
  for (const int ended : {SIGTERM, SIGINT}) std::signal(ended, [](int) { running->stop(); });

  // By the event's own time, since what waited comes late and partitions come in no order among each other. The counts
  // are forgotten with this program; one that must not forget keeps them and its tokens together.
  std::multiset<decltype(reader::Event::time)> rejected;
  int status = 0;
  while (true) {
    auto delivery = running->next(1s);
    if (!delivery && delivery.error().trouble == reader::Trouble::Stopped) break;
    if (!delivery && delivery.error().trouble != reader::Trouble::Unavailable) {
      std::cerr << delivery.error().reason << "\n";
      status = 1;
      break;
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
  for (const int ended : {SIGTERM, SIGINT}) std::signal(ended, SIG_DFL);  // the reader that they stop goes
  return status;
}

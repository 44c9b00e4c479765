#include "tests/kafka/relay_fixture.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "tests/kafka/topic_contents.h"

namespace tweestap::consumers::kafka {

MacKeys RelayFixture::keys(std::string_view text) {
  MacKeys all;
  all.emplace(1, platform::Secret::from_text(text));
  return all;
}

void RelayFixture::use(const tests::KafkaBroker& broker, bool make_topic) {
  settings_ = broker.settings(testing::UnitTest::GetInstance()->current_test_info()->name());
  if (make_topic) broker.make_topic(settings_.kafka_topic, kPartitions);
  ASSERT_TRUE(store_.open());
}

void RelayFixture::start_relay(const std::function<void(Relay::Parts&)>& change) {
  Relay::Parts parts{.partition = store_.partition(),
                     .settings = settings_,
                     .clock = clock_,
                     .metrics = metrics_,
                     .log = log_,
                     .keys = keys(),
                     .on_lost_events = [this](const platform::Failure&) { ++lost_; }};
  if (change) change(parts);
  relay_ = std::make_unique<Relay>(std::move(parts));
}

void RelayFixture::hear(std::string_view line) {
  if (line.find(R"("level":"error")") != std::string_view::npos) ++alarms_;
  const std::scoped_lock lock{logged_mutex_};
  logged_.append(line).push_back('\n');
}

std::string RelayFixture::logged() const {
  const std::scoped_lock lock{logged_mutex_};
  return logged_;
}

void RelayFixture::add_events(std::size_t count) {
  for (std::size_t added = 0; added < count;) {
    tests::Play play;
    play.subject = tests::subject(1 + subjects_++ % 97);
    play.events = std::min<std::size_t>(50, count - added);
    const std::size_t events = play.events;
    ASSERT_TRUE(store_.play(std::move(play)));
    added += events;
  }
}

void RelayFixture::expect_every_event_once(std::size_t foreign) {
  const auto contents = tests::read_topic(settings_, keys());
  std::vector<std::uint64_t> wanted(store_.head());
  std::iota(wanted.begin(), wanted.end(), std::uint64_t{1});
  // Two lists of 100,000 numbers are no message that anybody reads.
  const auto [found, missing] = std::ranges::mismatch(contents.positions, wanted);
  const std::string first = missing == wanted.end() ? "none" : std::to_string(*missing);
  EXPECT_TRUE(contents.positions == wanted)
      << contents.positions.size() << " records of " << wanted.size()
      << " events; the first that is missing or before which one is twice: " << first;
  EXPECT_EQ(contents.trouble, "");
  EXPECT_EQ(contents.foreign, foreign);
}

}  // namespace tweestap::consumers::kafka

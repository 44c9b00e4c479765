#include "consumers/kafka/relay.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "consumers/kafka/client_settings.h"
#include "consumers/kafka/partition_of.h"
#include "consumers/kafka/producer.h"
#include "consumers/kafka/topic_admin.h"
#include "consumers/retry.h"
#include "eventstore/envelope.h"
#include "platform/thread.h"

namespace tweestap::consumers::kafka {
namespace {

using platform::Failure;
using platform::LogLevel;
using std::chrono::milliseconds;
using State = RelayStatus::State;

constexpr std::int64_t kTickUs = 1'000'000;
constexpr std::int64_t kToldAgainUs = 60'000'000;  // trouble that lasts is a line a minute
constexpr milliseconds kIdle{1000};                // for more events; one that comes or a stop ends it at once
constexpr milliseconds kQuick{1};                  // between looks for reports, doubled while there are none
constexpr milliseconds kQuickMax{50};
constexpr milliseconds kRestArrives{300};
// What brokers were sent by then they have written, or have refused, unless they stand still themselves.
constexpr milliseconds kLooksAgain{500};
constexpr int kLooksMax = 20;  // what moves for ten seconds is nobody's rest
constexpr milliseconds kCountPatience{500};
constexpr milliseconds kDangersPatience{1000};
// Brokers that came back are met again soon, whenever they went.
constexpr milliseconds kPauseMax{10'000};

milliseconds pause_before(std::uint32_t failures) {
  return std::min(kPauseMax, milliseconds{pause_after(failures, {}).us / 1000});
}

}  // namespace

Relay::Relay(Parts parts)
    : parts_(std::move(parts)), metrics_(parts_.metrics), thread_([this](const std::stop_token& stop) { run(stop); }) {}

Relay::~Relay() { stop(); }

void Relay::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

bool Relay::wait_for_contact(milliseconds patience) const {
  std::unique_lock lock(mutex_);
  return compared_changed_.wait_for(lock, patience, [this] { return compared_; });
}

RelayStatus Relay::status() const {
  const std::uint64_t head = parts_.partition.log().head().position;
  const std::scoped_lock lock(mutex_);
  RelayStatus now = status_;
  now.lag_events = head > now.position ? head - now.position : 0;
  if (now.lag_events == 0) now.lag_us = 0;  // it is looked at once a second
  return now;
}

void Relay::run(const std::stop_token& stop) {
  platform::name_thread("relay");
  // Catches what libraries throw: an exception would end the thread, and with it the process and its logins. What is in
  // memory may be half done then, so it begins again with the topic's end, as where it lost its producer.
  const auto guarded = [&](const auto& step) {
    try {
      step();
    } catch (const std::exception& thrown) {
      if (lost_events_) throw;  // the process has to end, and nobody may have heard of it
      stop_because_of(thrown);
      platform::rest(pause_before(++failures_), stop);
    }
  };
  guarded([&] {
    // Until the topic was looked at it says where the relay stood; that it does not read back is met there again.
    if (const auto position = remembered_position(parts_.partition, topic())) {
      const std::scoped_lock lock(mutex_);
      status_.position = *position;
    }
  });
  while (!stop.stop_requested() && !lost_events_) {
    guarded([&] {
      if (begin(stop)) {
        stream(stop);
        store_cursor();  // the next look at the topic begins with what it knows
        metrics_.began_again.add(stop.stop_requested() ? 0 : 1);
      }
      // Its end closes its connections, so that nothing of it arrives after the topic's end is read again.
      producer_.reset();
      if (!lost_events_) hold_back(pause_before(++failures_), stop);
    });
  }
}

// The next look at the topic that succeeds takes it back.
void Relay::stop_because_of(const std::exception& thrown) {
  producer_.reset();
  met({Failure::Kind::Internal, "a library threw: " + std::string{thrown.what()}});
  const std::string what_to_do =
      "the relay met what should not be, see the last error, and begins again: where this comes back, look at the "
      "machine's memory, and report it";
  {
    const std::scoped_lock lock(mutex_);
    status_.state = State::Stopped;
    status_.advice = what_to_do;
  }
  metrics_.stopped.set(1);
  metrics_.began_again.add();
  parts_.log.write(LogLevel::Error, "stream.stopped", {{"topic", topic()}, {"advice", what_to_do}});
}

// Connections end with the producer or the process that had them, and what was on its way through them may arrive
// later: behind the end that was read it would be sent once more. So where something is to be sent, an end counts when
// it is found twice.
std::expected<Contact, Failure> Relay::look_until_it_stands_still(const std::stop_token& stop) {
  const auto look = [&] { return look_at_topic(parts_.partition, parts_.settings, parts_.keys, stop); };
  auto contact = look();
  for (int looks = 1; contact; ++looks) {
    const auto* go_on = std::get_if<GoOn>(&contact->verdict);
    if (go_on == nullptr || go_on->cursor >= parts_.partition.log().head().position) break;
    if (looks > kLooksMax) {
      return std::unexpected(
          Failure{Failure::Kind::Unavailable, "records of this log keep arriving in the topic " + topic() +
                                                  ", and not from here: does another copy of the service run?"});
    }
    hold_back(kLooksAgain, stop);
    auto again = look();
    const bool stands_still = again && again->verdict == contact->verdict;
    contact = std::move(again);
    if (stands_still) break;
  }
  return contact;
}

bool Relay::begin(const std::stop_token& stop) {
  const auto contact = look_until_it_stands_still(stop);
  if (!contact) {
    if (!stop.stop_requested()) met(contact.error());
    return false;
  }
  judge(*contact);
  if (!std::holds_alternative<GoOn>(contact->verdict)) return false;
  auto producer = Producer::create(parts_.settings);
  if (!producer) {
    met(producer.error());
    return false;
  }
  producer_ = std::move(*producer);
  look_for_dangers_once();
  return true;
}

// A topic that deletes or compacts works as well as any other until somebody asks it for what happened.
void Relay::look_for_dangers_once() {
  if (looked_for_dangers_) return;
  const auto found = look_for_dangers(parts_.settings, kDangersPatience);
  if (!found) return met(found.error());
  looked_for_dangers_ = true;
  for (const Danger& danger : found->dangers) {
    parts_.log.write(LogLevel::Warning, "stream.dangerous_topic",
                     {{"topic", topic()}, {"setting", danger.setting}, {"value", danger.value}, {"why", danger.why}});
  }
}

void Relay::judge(const Contact& contact) {
  const TopicVerdict& verdict = contact.verdict;
  const std::string what_to_do = advice(verdict, topic());
  if (std::holds_alternative<StoreLostEvents>(verdict)) {
    lost_events_ = true;
    parts_.on_lost_events({Failure::Kind::Damaged, what_to_do});
  }
  bool is_new = false;
  {
    const std::scoped_lock lock(mutex_);
    compared_ = true;
    is_new = status_.advice != what_to_do;
    status_.advice = what_to_do;
    status_.state = what_to_do.empty() ? State::Streaming : State::Stopped;
  }
  compared_changed_.notify_all();
  metrics_.stopped.set(what_to_do.empty() ? 0 : 1);
  if (is_new && !what_to_do.empty()) {
    parts_.log.write(LogLevel::Error, "stream.stopped", {{"topic", topic()}, {"advice", what_to_do}});
  }
  if (const auto* go_on = std::get_if<GoOn>(&verdict)) {
    adopt(*go_on);
    ends_ = contact.ends;
    parts_.log.write(LogLevel::Info, "stream.connected",
                     {{"topic", topic()}, {"partitions", ends_.size()}, {"position", go_on->cursor}});
  }
}

void Relay::alarm_of_lost_records(std::int32_t partition) {
  metrics_.alarms.add();
  parts_.log.write(
      LogLevel::Error, "stream.topic_lost_records",
      {{"topic", topic()},
       {"partition", partition},
       {"advice",
        "records that it had acknowledged are gone, and are sent again unless newer ones took their place: "
        "look at unclean.leader.election.enable, and at who may delete the topic"}});
}

void Relay::adopt(const GoOn& go_on) {
  for (const std::int32_t partition : go_on.lost) alarm_of_lost_records(partition);
  for (const std::int32_t partition : go_on.forged) {
    metrics_.alarms.add();
    parts_.log.write(LogLevel::Error, "stream.forged_records",
                     {{"topic", topic()},
                      {"partition", partition},
                      {"advice", "it has records that claim to be ours and are not: look at who may write to it"}});
  }
  window_.emplace(go_on.cursor, go_on.in_topic, kInFlightMax);
  page_.clear();
  next_ = 0;
  store_cursor();  // with the count of partitions, before anything is sent
}

void Relay::stream(const std::stop_token& stop) {
  counted_us_ = parts_.clock.monotonic_us();
  milliseconds quick = kQuick;
  while (!stop.stop_requested()) {
    const std::uint64_t before = window_->taken() + window_->cursor();
    if (!hand_over_what_fits() || !listen(window_->has_room() ? milliseconds{0} : kQuickMax)) return;
    const bool moved = window_->taken() + window_->cursor() != before;
    quick = moved ? kQuick : std::min(quick * 2, kQuickMax);
    if (moved) show_position();
    if (!tick()) return;
    const bool reads = next_ == page_.size() && window_->has_room();
    if (reads && !read_on(window_->in_flight() > 0 ? quick : kIdle, stop)) return;
  }
  let_the_rest_arrive();
}

// Waits for an event where there is none behind what was taken.
bool Relay::read_on(milliseconds patience, const std::stop_token& stop) {
  page_.clear();
  next_ = 0;
  const eventstore::Log& log = parts_.partition.log();
  if (log.wait_beyond(window_->taken(), patience, stop) <= window_->taken()) return true;
  auto page = log.read(window_->taken());
  if (!page) {
    met(page.error());
    return false;
  }
  page_ = std::move(*page);
  return true;
}

bool Relay::hand_over_what_fits() {
  for (; next_ < page_.size() && window_->has_room(); ++next_) {
    if (!hand_over(page_[next_])) return false;
  }
  return true;
}

bool Relay::hand_over(const eventstore::Record& record) {
  if (auto taken = record_.take(record.envelope); !taken) {
    met(taken.error());
    return false;
  }
  const auto partition = partition_of(record_.key(), static_cast<std::int32_t>(window_->in_topic().size()));
  const auto previous = window_->take(record.position, partition);
  if (!previous) return true;  // it is there
  record_.place({topic(), partition, *previous}, parts_.keys);
  if (const auto handed_over = producer_->hand_over(record_, record.position, partition); !handed_over) {
    met(handed_over.error());
    return false;
  }
  return true;
}

bool Relay::listen(milliseconds patience) {
  const Producer::News news = producer_->listen(patience);
  if (news.trouble) met(*news.trouble);
  for (const Producer::Delivered& one : news.delivered) {
    // A new record at the offset of an older one: the topic was made anew, or cut off, under the producer.
    std::int64_t& end = ends_[static_cast<std::size_t>(one.partition)];
    if (one.offset >= 0 && one.offset < end) {
      alarm_of_lost_records(one.partition);
      return false;
    }
    end = std::max(end, one.offset + 1);
    if (window_->delivered(one.position, one.partition)) continue;
    met({Failure::Kind::Internal, "event " + std::to_string(one.position) + " was reported out of order"});
    return false;
  }
  if (!news.delivered.empty()) {
    metrics_.delivered.add(static_cast<double>(news.delivered.size()));
    failures_ = 0;
    told_us_ = 0;
  }
  if (news.gave_up) met(*news.gave_up);
  return !news.gave_up;
}

void Relay::let_the_rest_arrive() {
  const std::int64_t until_us = parts_.clock.monotonic_us() + kRestArrives.count() * 1000;
  while (window_->in_flight() > 0 && parts_.clock.monotonic_us() < until_us) {
    if (!listen(kQuickMax)) break;
  }
}

bool Relay::tick() {
  const std::int64_t now_us = parts_.clock.monotonic_us();
  if (now_us - ticked_us_ < kTickUs) return true;
  ticked_us_ = now_us;
  if (window_->cursor() != stored_cursor_) store_cursor();
  show_figures();
  if (!topic_still_ends_where_it_did()) return false;
  if (now_us - counted_us_ < parts_.count_partitions_every.count() * 1000) return true;
  counted_us_ = now_us;
  return partition_count_stays();
}

void Relay::store_cursor() {
  const auto stored =
      parts_.partition.set_cursor(kRelayName, window_->cursor(), remembered_bytes({topic(), window_->in_topic()}));
  // One that cannot be written only means that more is looked for in the topic.
  if (stored) {
    stored_cursor_ = window_->cursor();
  } else {
    met(stored.error());
  }
}

// Nothing that was sent is wrong: we place events by the recorded count. But whoever made partitions has to hear it.
bool Relay::partition_count_stays() {
  const auto count = producer_->partition_count(kCountPatience);
  if (!count) met(count.error());  // the next report says whether it matters
  return !count || *count == window_->in_topic().size();
}

// A topic that is deleted and made anew while nothing is sent is found before an event begins it in the middle; the
// next look at it sends everything again. One Kafka partition a second, since each is a request.
bool Relay::topic_still_ends_where_it_did() {
  if (window_->in_flight() > 0) return true;  // reports say so sooner
  looked_at_end_of_ = (looked_at_end_of_ + 1) % ends_.size();
  const auto end = producer_->end_of(static_cast<std::int32_t>(looked_at_end_of_), kCountPatience);
  return !end || *end >= ends_[looked_at_end_of_];  // brokers that do not answer are heard of otherwise
}

void Relay::show_position() {
  if (!window_) return;
  const std::scoped_lock lock(mutex_);
  status_.position = window_->cursor();
  status_.in_flight = producer_ ? window_->in_flight() : 0;
}

void Relay::show_figures() {
  show_position();
  const eventstore::Log& log = parts_.partition.log();
  RelayStatus now = status();
  now.lag_us = 0;
  if (now.lag_events > 0) {
    const auto oldest = log.at(now.position + 1);
    const auto about = oldest && *oldest ? eventstore::scan_head((*oldest)->envelope)
                                         : std::unexpected(Failure{Failure::Kind::Unavailable, "not read"});
    if (about) now.lag_us = std::max<std::int64_t>(0, parts_.clock.wall_us() - about->time.us);
  }
  if (!producer_ && now.state == State::Streaming) now.state = State::Connecting;
  metrics_.lag_events.set(static_cast<double>(now.lag_events));
  metrics_.lag_seconds.set(static_cast<double>(now.lag_us) / 1e6);
  metrics_.in_flight.set(static_cast<double>(now.in_flight));
  const std::scoped_lock lock(mutex_);
  status_ = std::move(now);
}

void Relay::hold_back(milliseconds pause, const std::stop_token& stop) {
  const std::int64_t until_us = parts_.clock.monotonic_us() + pause.count() * 1000;
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested() && parts_.clock.monotonic_us() < until_us) {
    show_figures();
    never.wait_for(lock, stop, std::min(pause, kIdle), [] { return false; });
  }
}

void Relay::met(const Failure& failure) {
  metrics_.errors.add();
  const std::int64_t now_us = parts_.clock.monotonic_us();
  {
    const std::scoped_lock lock(mutex_);
    status_.last_error = failure.reason;
    status_.last_error_monotonic_us = now_us;
  }
  if (told_us_ != 0 && now_us - told_us_ < kToldAgainUs) return;
  told_us_ = now_us;
  parts_.log.write(LogLevel::Warning, "stream.trouble", {{"topic", topic()}, {"reason", failure.reason}});
}

}  // namespace tweestap::consumers::kafka

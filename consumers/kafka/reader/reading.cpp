#include "consumers/kafka/reader/reading.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <variant>

#include "consumers/kafka/reader/known_types.h"

namespace tweestap::reader {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kStopSeenWithin{100};
constexpr milliseconds kServicePause{500};

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

// The first place of a Kafka partition of which nothing is stored.
Place first_place(Options::Begin begin) {
  switch (begin) {
    case Options::Begin::FirstEvent:
      break;
    case Options::Begin::Now:
      return {.offset = kFromEnd, .last = {}};
  }
  return {.offset = kFromFirstRecord, .last = {.log = {}, .position = 0}};
}

std::string about(std::int32_t partition, std::int64_t offset) {
  return "the record at offset " + std::to_string(offset) + " of Kafka partition " + std::to_string(partition);
}

// In words, for who has to find it. Its type was judged to be visible ASCII; it may be as long as a stranger likes.
std::string about(const Event& event) {
  constexpr std::size_t kTypeShownMax = 64;
  return "event " + std::to_string(event.position) + " has the type " + event.type.substr(0, kTypeShownMax) +
         " in version " + std::to_string(event.schema_version);
}

}  // namespace

std::expected<void, Failure> Reader::Reading::begin() {
  if (!options_.service.url.empty()) {
    auto feed = Feed::create(options_.service, stopping_);
    if (!feed) return std::unexpected(std::move(feed.error()));
    feed_ = std::move(*feed);
  }
  auto subscription = Subscription::open(options_);
  if (!subscription) return std::unexpected(std::move(subscription.error()));
  subscription_ = std::move(*subscription);
  if (!options_.group.empty()) return subscription_->join(first_place(options_.begin));
  const auto places = begin_at();
  if (!places) return std::unexpected(places.error());
  adopt(*places);
  return subscription_->read_from(*places);
}

std::expected<std::vector<Place>, Failure> Reader::Reading::begin_at() const {
  std::vector<Place> places(static_cast<std::size_t>(subscription_->partitions()), first_place(options_.begin));
  for (std::size_t i = 0; i < places.size(); ++i) places[i].partition = static_cast<std::int32_t>(i);
  std::vector<bool> given(places.size());
  for (const std::string& token : options_.tokens) {
    auto place = parse_token(token);
    if (!place) return std::unexpected(Failure{Trouble::Invalid, "a token is not one that a reader gave"});
    const auto partition = static_cast<std::size_t>(place->partition);
    if (partition >= places.size() || given[partition]) {
      return std::unexpected(Failure{Trouble::Invalid, "there are two tokens of Kafka partition " +
                                                           std::to_string(partition) + ", or the topic has fewer"});
    }
    given[partition] = true;
    places[partition] = std::move(*place);
  }
  return places;
}

// What was read and not handed over belongs to whoever has the partition now.
void Reader::Reading::adopt(const std::vector<Place>& places) {
  partitions_.clear();
  steps_.clear();
  held_.reset();
  for (const Place& place : places) {
    partitions_.emplace(place.partition, Partition{.read = place, .handed = place, .stored = place});
  }
}

std::expected<std::optional<Delivery>, Failure> Reader::Reading::next(milliseconds patience) {
  const auto until = steady_clock::now() + patience;
  while (true) {
    if (stopping_) return std::unexpected(Failure{Trouble::Stopped, "stopped"});
    if (held_ || !steps_.empty()) answer_group();
    if (auto delivery = hand_over()) return delivery;
    if (over_) return std::unexpected(*over_);
    if (held_) {
      if (auto fetched = fetch_missing(); !fetched) {
        const bool passes = fetched.error().trouble == Trouble::Unavailable;
        if (!passes || !pause_before(until)) return std::unexpected(std::move(fetched.error()));
      }
      continue;
    }
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    const auto wait = std::clamp(left, milliseconds{0}, kStopSeenWithin);
    take_news(subscription_->poll(static_cast<int>(wait.count())));
    if (auto delivery = hand_over()) return delivery;
    // Also where records come without end that are only passed over. What ends the reader is told by the next round.
    if (!over_ && !held_ && steady_clock::now() >= until) return std::nullopt;
  }
}

// While there is something to hand over, or to fetch, no record is read; the group is to hear of this reader all the
// same. It may take everything away meanwhile.
void Reader::Reading::answer_group() {
  while (!over_) {
    News news = subscription_->answer_group();
    if (std::holds_alternative<Nothing>(news)) return;
    take_news(std::move(news));
  }
}

// Before the service is asked again; false where there is no time left for that.
bool Reader::Reading::pause_before(steady_clock::time_point until) const {
  const auto now = steady_clock::now();
  if (now >= until) return false;
  const auto end = std::min(until, now + kServicePause);
  while (!stopping_ && steady_clock::now() < end) std::this_thread::sleep_for(kStopSeenWithin);
  return true;
}

std::optional<Delivery> Reader::Reading::hand_over() {
  while (!steps_.empty()) {
    Step step = std::move(steps_.front());
    steps_.pop_front();
    partitions_.at(step.place.partition).handed = step.place;
    if (step.delivery) return std::move(step.delivery);
  }
  return std::nullopt;
}

// What ends the reader is remembered in all of these: next() tells it behind what was read before.
void Reader::Reading::take_news(News news) {
  std::visit(Overloaded{
                 [](const Nothing&) {},
                 [this](const Arrival& arrival) {
                   last_trouble_.clear();  // a broker gave it
                   take(arrival);
                 },
                 [this](const Assigned& assigned) { adopt(assigned.places); },
                 [this](const Failure& failure) {
                   last_trouble_ = failure.reason;
                   if (failure.trouble != Trouble::Unavailable) end(failure);
                 },
             },
             std::move(news));
}

void Reader::Reading::take(const Arrival& arrival) {
  const auto partition = partitions_.find(arrival.partition);
  if (partition == partitions_.end()) return;  // it came before the group took the partition away
  auto record = judge_record(arrival.raw);
  if (!record) return pass_over_foreign(arrival, record.error());
  const Event& event = record->event;
  std::visit(Overloaded{
                 [&](const NextOne& one) {
                   accept(std::move(record->event), arrival.partition, arrival.offset + 1, false, one.new_log);
                 },
                 [&](const Repeat&) {
                   ++counts_.repeats;
                   move_over(arrival.partition, arrival.offset + 1);
                 },
                 [&](const Missing& missing) { hold(std::move(*record), arrival, missing); },
                 [&](const Contradiction&) {
                   end({Trouble::Foreign, about(arrival.partition, arrival.offset) +
                                              " says that nothing is between it and a position before the last one: "
                                              "look at who may write to the topic"});
                 },
             },
             judge(partition->second.read.last, event.log, event.position, record->previous));
}

void Reader::Reading::pass_over_foreign(const Arrival& arrival, const std::string& why) {
  if (options_.on_foreign == Options::OnForeign::Stop) {
    return end({Trouble::Foreign, about(arrival.partition, arrival.offset) + " is not one of Tweestap's: " + why});
  }
  ++counts_.foreign;
  move_over(arrival.partition, arrival.offset + 1);
}

void Reader::Reading::hold(JudgedRecord record, const Arrival& arrival, const Missing& missing) {
  ++counts_.gaps;
  if (!feed_) {
    return end({Trouble::Gap, "events of Kafka partition " + std::to_string(arrival.partition) + " between positions " +
                                  std::to_string(missing.after) + " and " + std::to_string(record.event.position) +
                                  " are missing, and no service was given to fetch them from"});
  }
  std::string log = record.event.log;
  held_.emplace(Held{.record = std::move(record),
                     .partition = arrival.partition,
                     .offset = arrival.offset,
                     .new_log = missing.new_log,
                     .missing = {missing, arrival.partition, subscription_->partitions(), std::move(log)}});
}

// A page of them; behind the last one comes the record that missed them. A failure is one that the reader outlives.
std::expected<void, Failure> Reader::Reading::fetch_missing() {
  auto found = held_->missing.fetch(*feed_);
  if (!found) {
    last_trouble_ = found.error().reason;
    switch (found.error().trouble) {
      case Trouble::Unavailable:
      case Trouble::Stopped:
        return std::unexpected(std::move(found.error()));
      case Trouble::Invalid:
      case Trouble::Gap:
      case Trouble::UnknownType:
      case Trouble::UnknownVersion:
      case Trouble::Foreign:
        break;
    }
    end(std::move(found.error()));
    return {};
  }
  last_trouble_.clear();
  for (Event& event : *found) {
    // The record itself is still to be read.
    const bool new_log = std::exchange(held_->new_log, false);
    accept(std::move(event), held_->partition, held_->offset, true, new_log);
    if (over_) return {};
    ++counts_.fetched;
  }
  if (!held_->missing.complete()) return {};
  Held whole = std::move(*held_);
  held_.reset();
  accept(std::move(whole.record.event), whole.partition, whole.offset + 1, false, whole.new_log);
  return {};
}

void Reader::Reading::accept(Event event, std::int32_t partition, std::int64_t next_offset, bool fetched,
                             bool new_log) {
  const Handling handling = handling_of(options_, event.type, event.schema_version);
  switch (handling) {
    case Handling::UnknownType:
      return end({Trouble::UnknownType, about(event) + ", which neither this program nor its library knows: it wants a "
                                                       "newer one, or to be told what to do with it"});
    case Handling::UnknownVersion:
      return end({Trouble::UnknownVersion, about(event) + ", which is newer than what this program understands"});
    case Handling::HandOver:
    case Handling::PassOver:
      break;
  }
  Place& read = partitions_.at(partition).read;
  read.offset = next_offset;
  read.last = {.log = event.log, .position = event.position};
  Step step{.place = read, .delivery = {}};
  if (handling == Handling::HandOver) {
    step.delivery = Delivery{.event = std::move(event),
                             .partition = partition,
                             .token = token_of(read),
                             .fetched = fetched,
                             .new_log = new_log};
  }
  steps_.push_back(std::move(step));
}

void Reader::Reading::move_over(std::int32_t partition, std::int64_t next_offset) {
  Place& read = partitions_.at(partition).read;
  read.offset = next_offset;
  steps_.push_back({.place = read, .delivery = {}});
}

void Reader::Reading::end(Failure failure) {
  held_.reset();
  last_trouble_ = failure.reason;
  over_ = std::move(failure);
}

std::expected<void, Failure> Reader::Reading::commit() {
  if (options_.group.empty()) {
    return std::unexpected(Failure{Trouble::Invalid, "without a group the application stores its tokens"});
  }
  std::vector<Place> places;
  for (const auto& [number, partition] : partitions_) {
    if (partition.handed != partition.stored && !token_of(partition.handed).empty()) places.push_back(partition.handed);
  }
  if (places.empty()) return {};
  if (auto stored = subscription_->store(places); !stored) return stored;
  for (const Place& place : places) partitions_.at(place.partition).stored = place;
  return {};
}

std::vector<std::string> Reader::Reading::tokens() const {
  std::vector<std::string> tokens;
  for (const auto& [number, partition] : partitions_) {
    std::string token = token_of(partition.handed);
    if (!token.empty()) tokens.push_back(std::move(token));
  }
  return tokens;
}

}  // namespace tweestap::reader

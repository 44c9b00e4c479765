#include "consumers/detection/watcher.h"

#include <algorithm>
#include <chrono>
#include <ranges>
#include <string>

#include "consumers/detection/replay.h"
#include "domain/all_commands.h"
#include "platform/thread.h"
#include "projections/submit.h"

namespace tweestap::consumers::detection {
namespace {

using platform::Failure;

constexpr platform::CounterInfo<1> kAlerts{
    "tweestap_alerts_total", "Alerts raised: each says that something looks like an attack.", {"rule"}};
constexpr platform::CounterInfo<0> kForgotten{
    "tweestap_detection_forgotten_total",
    "Networks, accounts and messages that the detection forgot for want of room although they counted still."};

// Nobody waits for an alert with a screen before them, and logins want the processor.
constexpr std::chrono::milliseconds kRest{200};

// After each page of the past: a thousand events take a core some milliseconds, so this leaves the logins most of it,
// and a million events are there within half a minute all the same.
constexpr std::chrono::milliseconds kRestBetweenPages{20};

std::vector<platform::Counter> counters(platform::Metrics& metrics) {
  std::vector<platform::Counter> all;
  all.reserve(kRuleCount);
  for (const RuleInfo& info : rules()) all.push_back(metrics.counter(kAlerts, {domain::name_of(info.rule)}));
  return all;
}

Failure stopping() { return {Failure::Kind::Unavailable, "stopping"}; }

}  // namespace

std::expected<std::unique_ptr<Watcher>, Failure> Watcher::start(const Parts& parts) {
  eventstore::Partition& partition = parts.partition;
  const auto cursor = partition.cursor(kWatcherName);
  if (!cursor) return std::unexpected(cursor.error());
  const auto earliest = partition.log().last_not_later(partition.log().head().time - kLookBackMost);
  if (!earliest) return std::unexpected(earliest.error());
  if (*earliest > *cursor) {
    if (const auto moved = partition.set_cursor(kWatcherName, *earliest); !moved) return std::unexpected(moved.error());
  }
  std::unique_ptr<Watcher> watcher{new Watcher{parts}};
  watcher->position_ = std::max(*earliest, *cursor);
  watcher->follower_ =
      std::make_unique<eventstore::Follower>(
          partition,
          eventstore::Follower::Settings{.name = std::string{kWatcherName},
                                         .rest = kRest,
                                         .on_trouble =
                                             [&log = parts.log](const Failure& failure) {
                                               log.write(platform::LogLevel::Error, "follower.stands_still",
                                                         {{"follower", kWatcherName}, {"reason", failure.reason}});
                                             }},
          [self = watcher.get()](std::span<const eventstore::Record> page) { return self->handle(page); });
  return watcher;
}

Watcher::Watcher(const Parts& parts)
    : parts_(parts), alerts_(counters(parts.metrics)), forgotten_(parts.metrics.counter(kForgotten)) {}

Watcher::~Watcher() { stop(); }

void Watcher::stop() {
  stop_.request_stop();
  follower_.reset();
}

// A page that failed comes again, so what of it was looked at is not looked at twice.
std::expected<void, Failure> Watcher::handle(std::span<const eventstore::Record> page) {
  if (page.empty()) return {};
  if (!detector_) {
    if (const auto ready = remember_what_was_before(page.front()); !ready) return ready;
  }
  std::expected<void, Failure> looked;
  for (const eventstore::Record& record : page) {
    if (record.position <= looked_at_) continue;
    looked = look_at(record);
    if (!looked) break;
  }
  if (const auto told = tell(); !told) return told;
  if (!looked) return looked;
  position_ = page.back().position;
  return {};
}

std::expected<void, Failure> Watcher::remember_what_was_before(const eventstore::Record& first) {
  const auto head = eventstore::scan_head(first.envelope);
  if (!head) return std::unexpected(head.error());
  const auto begin = parts_.partition.log().last_not_later(head->time - parts_.thresholds.memory());
  if (!begin) return std::unexpected(begin.error());
  const std::uint64_t after = std::min(*begin, first.position - 1);
  detector_.emplace(parts_.thresholds);
  std::vector<domain::AlertRaised> behind_cursor;
  auto ready = read_what_was_told(after, first.position, behind_cursor);
  if (ready) ready = read_again(after, first.position, head->time);
  if (!ready) {  // and all of it is tried again
    detector_.reset();
    untold_.clear();
    return ready;
  }
  // A crash may have come between the commit and the operator. Whoever is told twice looks twice.
  for (const domain::AlertRaised& alert : std::views::reverse(behind_cursor)) tell_operator(alert);
  return {};
}

// What today's thresholds raise of it and was not told, is where its period still runs at `time`, the first new
// event's: that is an attack that goes on. Of earlier periods it is over. All of the period and a window before it is
// read, so this is what a detector that never stopped would have raised.
std::expected<void, Failure> Watcher::read_again(std::uint64_t after, std::uint64_t first, domain::Time time) {
  const auto is_over = [&](const domain::AlertRaised& alert) {
    const Threshold& threshold = parts_.thresholds[alert.rule];
    return threshold.period(alert.until) != threshold.period(time);
  };
  looked_at_ = after;
  while (looked_at_ + 1 < first) {
    if (stop_.stop_requested()) return std::unexpected(stopping());
    const auto page = parts_.partition.log().read(looked_at_, {}, eventstore::Caching::Leave);
    if (!page) return std::unexpected(page.error());
    for (const eventstore::Record& record : *page) {
      if (record.position == first) break;
      if (const auto looked = look_at(record); !looked) return looked;
    }
    std::erase_if(untold_, is_over);
    if (looked_at_ + 1 < first) platform::rest(kRestBetweenPages, stop_.get_token());
  }
  return {};
}

std::expected<void, Failure> Watcher::read_what_was_told(std::uint64_t after, std::uint64_t first,
                                                         std::vector<domain::AlertRaised>& behind_cursor) {
  const eventstore::Log& log = parts_.partition.log();
  told_ = {.occasions = {}, .up_to = log.head().position};
  std::uint64_t before = 0;
  while (before != 1) {
    if (stop_.stop_requested()) return std::unexpected(stopping());
    const auto page = log.stream_backwards(domain::kService, before);
    if (!page) return std::unexpected(page.error());
    if (page->empty()) return {};
    for (const eventstore::Record& record : *page) {
      if (record.position <= after) return {};
      const auto envelope = eventstore::decode(record.envelope);
      if (!envelope) return std::unexpected(envelope.error());
      if (const auto* alert = std::get_if<domain::AlertRaised>(&envelope->event)) {
        told_.occasions.insert(occasion_of(*alert));
        if (record.position >= first) behind_cursor.push_back(*alert);
      }
      before = envelope->version;
    }
  }
  return {};
}

std::expected<void, Failure> Watcher::look_at(const eventstore::Record& record) {
  const auto looks = read_for_detection(record, envelope_);
  if (!looks) return std::unexpected(looks.error());
  if (*looks) {
    raised_.clear();
    detector_->fold(happened(envelope_), raised_);
    for (const domain::AlertRaised& alert : raised_) {
      if (!was_told(alert)) untold_.push_back(alert);
    }
  }
  looked_at_ = record.position;
  if (looked_at_ >= told_.up_to) told_.occasions.clear();
  return {};
}

std::expected<void, Failure> Watcher::tell() {
  for (; !untold_.empty(); untold_.pop_front()) {
    if (stop_.stop_requested()) return std::unexpected(stopping());
    const auto stored =
        projections::submit_alone(parts_.partition, parts_.random, parts_.clock, domain::RaiseAlert{untold_.front()});
    if (!stored) return std::unexpected(stored.error());
    if (!*stored) return std::unexpected(Failure{Failure::Kind::Internal, "an alert was refused"});
    tell_operator(untold_.front());
  }
  if (const std::uint64_t forgotten = detector_->forgotten(); forgotten > forgotten_told_) {
    forgotten_.add(static_cast<double>(forgotten - forgotten_told_));
    forgotten_told_ = forgotten;
  }
  return {};
}

void Watcher::tell_operator(const domain::AlertRaised& alert) {
  alerts_[static_cast<std::size_t>(alert.rule)].add();
  parts_.log.write(platform::LogLevel::Warning, "alert.raised",
                   {{"rule", domain::name_of(alert.rule)},
                    {"whom", whom(alert)},
                    {"count", alert.count},
                    {"window_s", alert.window_seconds},
                    {"position", alert.about},
                    {"meaning", info_of(alert.rule).meaning}});
}

// Which period it is depends on how long one is, and that is today's.
Watcher::Occasion Watcher::occasion_of(const domain::AlertRaised& alert) const {
  return {whose(alert), parts_.thresholds[alert.rule].period(alert.until)};
}

}  // namespace tweestap::consumers::detection

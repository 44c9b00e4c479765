#include "consumers/detection/replay.h"

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>

namespace tweestap::consumers::detection {
namespace {

using domain::AlertRaised;
using platform::Failure;

// The position after which a replay of the stretch begins to read.
std::expected<std::uint64_t, Failure> begin_of(const eventstore::Log& log, const Stretch& stretch,
                                               std::span<const Thresholds> thresholds) {
  const auto first = log.at(stretch.from);
  if (!first) return std::unexpected(first.error());
  if (!*first) return stretch.to;  // the log does not reach that far
  const auto head = eventstore::scan_head((*first)->envelope);
  if (!head) return std::unexpected(head.error());
  domain::Duration memory;
  for (const Thresholds& one : thresholds) memory = std::max(memory, one.memory());
  return log.last_not_later(head->time - memory);
}

// Detectors beside each other, over the same events.
class Replay {
 public:
  Replay(Stretch stretch, std::span<const Thresholds> thresholds, std::size_t alerts_max)
      : stretch_(stretch), alerts_max_(alerts_max), found_(thresholds.size()) {
    for (const Thresholds& one : thresholds) detectors_.emplace_back(one);
  }

  std::expected<void, Failure> look_at(const eventstore::Record& record) {
    const auto looks = read_for_detection(record, envelope_);
    if (!looks) return std::unexpected(looks.error());
    if (!*looks) return {};
    for (std::size_t i = 0; i < detectors_.size(); ++i) {
      std::vector<AlertRaised>& found = found_[i];
      const std::size_t before = found.size();
      detectors_[i].fold(happened(envelope_), found);
      if (record.position < stretch_.from) found.resize(before);
      if (found.size() > alerts_max_) return std::unexpected(too_many());
    }
    return {};
  }

  [[nodiscard]] std::vector<std::vector<AlertRaised>> found() && { return std::move(found_); }

 private:
  [[nodiscard]] Failure too_many() const {
    return {Failure::Kind::Invalid, "more than " + std::to_string(alerts_max_) +
                                        " alerts: take a shorter stretch with --from and --to, or higher thresholds"};
  }

  Stretch stretch_;
  std::size_t alerts_max_;
  std::vector<Detector> detectors_;
  std::vector<std::vector<AlertRaised>> found_;
  eventstore::Envelope envelope_;
};

}  // namespace

std::expected<bool, Failure> read_for_detection(const eventstore::Record& record, eventstore::Envelope& into) {
  const auto head = eventstore::scan_head(record.envelope);
  if (!head) return std::unexpected(head.error());
  if (!Detector::folds(head->type)) return false;
  if (const auto decoded = eventstore::decode(record.envelope, into); !decoded) return std::unexpected(decoded.error());
  return true;
}

std::expected<std::vector<std::vector<AlertRaised>>, Failure> replay(
    const eventstore::Log& log, Stretch stretch, std::span<const Thresholds> thresholds,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress, std::size_t alerts_max) {
  stretch.to = std::min(stretch.to, log.head().position);
  const auto begin = begin_of(log, stretch, thresholds);
  if (!begin) return std::unexpected(begin.error());
  Replay reading{stretch, thresholds, alerts_max};
  for (std::uint64_t after = *begin; after < stretch.to;) {
    const auto page = log.read(after, {}, eventstore::Caching::Leave);
    if (!page) return std::unexpected(page.error());
    for (const eventstore::Record& record : *page) {
      if (record.position > stretch.to) break;
      if (const auto looked = reading.look_at(record); !looked) return std::unexpected(looked.error());
    }
    after = page->empty() ? stretch.to : page->back().position;
    if (progress) progress(std::min(after, stretch.to) - *begin, stretch.to - *begin);
  }
  return std::move(reading).found();
}

std::vector<Compared> compare(const std::vector<AlertRaised>& today, const std::vector<AlertRaised>& other) {
  std::map<Whose, std::deque<const AlertRaised*>> left;
  for (const AlertRaised& one : today) left[whose(one)].push_back(&one);
  std::vector<Compared> all;
  for (const AlertRaised& one : other) {
    // Of one key both ends of what is counted only grow, so what is over before this one is over before the next, too.
    std::deque<const AlertRaised*>& candidates = left[whose(one)];
    for (; !candidates.empty() && candidates.front()->until < one.since; candidates.pop_front()) {
      all.push_back({*candidates.front(), Change::Gone});
    }
    const bool same = !candidates.empty() && candidates.front()->since <= one.until;
    all.push_back({one, same ? Change::Same : Change::Added});
    if (same) candidates.pop_front();
  }
  for (const auto& [key, gone] : left) {
    for (const AlertRaised* one : gone) all.push_back({*one, Change::Gone});
  }
  std::ranges::stable_sort(all, {}, [](const Compared& one) { return one.alert.about; });
  return all;
}

}  // namespace tweestap::consumers::detection

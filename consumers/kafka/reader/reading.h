#pragma once
// What a reader does between the topic and the application.
#include <tweestap/reader.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "consumers/kafka/reader/feed.h"
#include "consumers/kafka/reader/missing.h"
#include "consumers/kafka/reader/place.h"
#include "consumers/kafka/reader/subscription.h"

namespace tweestap::reader {

/// As Reader, which hides it from applications.
class Reader::Reading {
 public:
  explicit Reading(Options options) : options_(std::move(options)) {}

  /// Connects and begins to read; before anything else, once.
  [[nodiscard]] std::expected<void, Failure> begin();
  [[nodiscard]] std::expected<std::optional<Delivery>, Failure> next(std::chrono::milliseconds patience);
  [[nodiscard]] std::expected<void, Failure> commit();
  [[nodiscard]] std::vector<std::string> tokens() const;
  void stop() noexcept { stopping_ = true; }
  [[nodiscard]] Counts counts() const { return counts_; }
  [[nodiscard]] std::string last_trouble() const { return last_trouble_; }

 private:
  // Something that was read: the application gets it, or only the place moves over it.
  struct Step {
    Place place;
    std::optional<Delivery> delivery;
  };
  struct Partition {
    Place read;    // everything up to here was judged
    Place handed;  // everything up to here was handed over, or passed over
    Place stored;  // what the group has
  };
  // A record that waits until what is missing before it is there.
  struct Held {
    JudgedRecord record;
    std::int32_t partition = 0;
    std::int64_t offset = 0;
    bool new_log = false;
    MissingEvents missing;
  };

  std::expected<std::vector<Place>, Failure> begin_at() const;
  void adopt(const std::vector<Place>& places);
  bool pause_before(std::chrono::steady_clock::time_point until) const;
  std::optional<Delivery> hand_over();
  void answer_group();
  void take_news(News news);
  void take(const Arrival& arrival);
  void pass_over_foreign(const Arrival& arrival, const std::string& why);
  void hold(JudgedRecord record, const Arrival& arrival, const Missing& missing);
  std::expected<void, Failure> fetch_missing();
  void accept(Event event, std::int32_t partition, std::int64_t next_offset, bool fetched, bool new_log);
  void move_over(std::int32_t partition, std::int64_t next_offset);
  void end(Failure failure);

  Options options_;
  std::atomic<bool> stopping_ = false;
  static_assert(std::atomic<bool>::is_always_lock_free);  // a signal handler may set it
  std::unique_ptr<Feed> feed_;                            // none where the application gave no service
  std::unique_ptr<Subscription> subscription_;
  std::map<std::int32_t, Partition> partitions_;
  std::deque<Step> steps_;  // at most a page of missing events, and one
  std::optional<Held> held_;
  std::optional<Failure> over_;
  Counts counts_;
  std::string last_trouble_;
};

}  // namespace tweestap::reader

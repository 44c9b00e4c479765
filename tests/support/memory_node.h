#pragma once
// The decider and every view over rows in memory: what a partition does with a command, without a store, so that
// thousands of commands take no time. And a rebuild of its rows from its events.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "projections/all.h"
#include "projections/decide.h"
#include "projections/moment.h"
#include "tests/support/given.h"

namespace tweestap::tests {

inline const domain::Subject kAlex = domain::Subject::of(kAccount);

class MemoryRows final : public eventstore::Rows {
 public:
  using Map = std::map<std::pair<eventstore::ViewNumber, std::string>, std::string>;
  using RowReader::get;
  bool get(eventstore::ViewNumber view, std::string_view key, std::string& value) override {
    const auto at = map.find({view, std::string{key}});
    if (at == map.end()) return false;
    value = at->second;
    return true;
  }
  std::optional<std::pair<std::string, std::string>> first_from(eventstore::ViewNumber view,
                                                                std::string_view key) override {
    ++searches;
    const auto at = map.lower_bound({view, std::string{key}});
    if (at == map.end() || at->first.first != view) return std::nullopt;
    return std::pair{at->first.second, at->second};
  }
  void put(eventstore::ViewNumber view, std::string_view key, std::string_view value) override {
    EXPECT_FALSE(value.empty());
    EXPECT_LE(key.size(), eventstore::kRowKeyBytesMax);
    map[{view, std::string{key}}] = value;
  }
  void erase(eventstore::ViewNumber view, std::string_view key) override {
    erased += map.erase({view, std::string{key}});
  }
  [[nodiscard]] std::size_t count(eventstore::ViewNumber view, char tag) const {
    std::size_t rows = 0;
    for (const auto& [key, value] : map) rows += key.first == view && key.second.front() == tag ? 1 : 0;
    return rows;
  }

  Map map;
  std::size_t searches = 0;
  std::size_t erased = 0;
};

/// Rows that somebody else keeps, for a projections::Moment.
class BorrowedRows final : public eventstore::RowReader {
 public:
  explicit BorrowedRows(MemoryRows& rows) : rows_(rows) {}
  bool get(eventstore::ViewNumber view, std::string_view key, std::string& value) override {
    return rows_.get(view, key, value);
  }
  std::optional<std::pair<std::string, std::string>> first_from(eventstore::ViewNumber view,
                                                                std::string_view key) override {
    return rows_.first_from(view, key);
  }

 private:
  MemoryRows& rows_;
};

class MemoryNode {
 public:
  explicit MemoryNode(projections::DeciderSettings settings = {}) : decider(settings, cache, unstored) {}

  /// Decides, and lets what was decided happen.
  std::shared_ptr<const projections::DecidedOutcome> submit(domain::Command command) {
    const domain::CommandId id{{0xC0, static_cast<std::uint8_t>(++commands_ >> 16),
                                static_cast<std::uint8_t>(commands_ >> 8), static_cast<std::uint8_t>(commands_)}};
    eventstore::Decision decision = decider.decide(rows, now, projections::AccountCommand{id, std::move(command)});
    EXPECT_FALSE(rows.failure());
    last_events.clear();
    for (domain::NewEvent& made : decision.events) append(std::move(made), id);
    return std::static_pointer_cast<const projections::DecidedOutcome>(decision.outcome);
  }

  /// An event that nobody decided.
  template <class E>
  void happened(domain::Subject subject, E event, domain::Actor actor = domain::Anyone{}) {
    last_events.clear();
    append({subject, domain::any_event(std::move(event)), actor, domain::CommandId{}, std::nullopt}, {});
  }

  void after(domain::Duration wait) { now = now + wait; }

  [[nodiscard]] projections::Moment moment() { return projections::Moment{std::make_unique<BorrowedRows>(rows)}; }
  [[nodiscard]] domain::AccountState state(const domain::AccountId& account) {
    return moment().account(account)->value_or(domain::AccountState{});
  }
  [[nodiscard]] std::uint64_t position() const { return log_.size(); }

  /// The rows that the events give from the first one on.
  [[nodiscard]] MemoryRows::Map rebuilt(projections::Views& others) const {
    MemoryRows from_log;
    for (const Kept& one : log_) apply(others, one, from_log);
    for (eventstore::InlineView* view : others.all()) EXPECT_TRUE(view->finish(from_log).has_value());
    return from_log.map;
  }
  /// The same, both as the live path goes and as a rebuild does.
  [[nodiscard]] MemoryRows::Map rebuilt() const {
    projections::Views fresh;
    projections::Views kept{projections::Views::ForRebuild{}};
    MemoryRows::Map rows_of_fresh = rebuilt(fresh);
    EXPECT_EQ(rows_of_fresh, rebuilt(kept));
    return rows_of_fresh;
  }

  std::shared_ptr<projections::AccountCache> cache = std::make_shared<projections::AccountCache>();
  std::shared_ptr<projections::UnstoredFailures> unstored = std::make_shared<projections::UnstoredFailures>();
  projections::DomainDecider decider;
  projections::Views views{cache};
  MemoryRows rows;
  domain::Time now{1'774'000'000'000'000};  // in March 2026
  std::vector<const domain::Event*> last_events;

 private:
  struct Kept {
    std::uint64_t position;
    std::uint64_t version;
    domain::Subject subject;
    domain::Time time;
    std::unique_ptr<domain::Event> event;
    domain::Actor actor;
    domain::Correlation correlation;
    domain::CommandId command;
  };

  void append(domain::NewEvent made, const domain::CommandId& command) {
    log_.push_back({log_.size() + 1, ++versions_[made.subject], made.subject, now,
                    std::make_unique<domain::Event>(std::move(made.event)), made.actor, made.correlation, command});
    last_events.push_back(log_.back().event.get());
    apply(views, log_.back(), rows);
  }

  static void apply(projections::Views& to, const Kept& one, MemoryRows& into) {
    const eventstore::Stored stored{one.position,    one.version, one.subject, one.time, *one.event, one.actor,
                                    one.correlation, one.command, {},          false,    false};
    for (eventstore::InlineView* view : to.all()) {
      const auto applied = view->apply(stored, into);
      EXPECT_TRUE(applied.has_value()) << view->name() << ": " << (applied ? "" : applied.error().reason);
    }
    EXPECT_FALSE(into.failure());
  }

  std::vector<Kept> log_;
  std::map<domain::Subject, std::uint64_t> versions_;
  std::uint64_t commands_ = 0;
};

}  // namespace tweestap::tests

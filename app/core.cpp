#include "app/core.h"

#include "projections/account_cache.h"
#include "projections/rebuild.h"
#include "projections/submit.h"

namespace tweestap::app {

using platform::Failure;

namespace {

template <class T>
std::unexpected<Failure> failed(std::expected<T, Failure>& result) {
  return std::unexpected(std::move(result.error()));
}

}  // namespace

std::expected<std::unique_ptr<Core>, Failure> Core::open(const Surroundings& around, CoreOptions options) {
  const platform::Settings& settings = around.settings;
  std::unique_ptr<Core> core{new Core{around, DataFolder{settings.storage_data}}};

  eventstore::OpenSettings opening;
  opening.data = core->folder_.path();
  opening.create = options.create;
  opening.reserve_bytes = static_cast<std::uint64_t>(settings.storage_reserve_bytes);
  opening.wal_bytes = static_cast<std::uint64_t>(settings.storage_wal_bytes);
  opening.cache_bytes = static_cast<std::uint64_t>(settings.storage_cache_bytes);
  auto store = eventstore::open_store(opening, around.random);
  if (!store) return failed(store);
  core->created_ = store->created();
  core->dropped_bytes_ = store->dropped_bytes();
  if (auto keys = core->open_keys(*store); !keys) return failed(keys);

  auto rebuilt = projections::rebuild_stale(*store, options.progress);
  if (!rebuilt) return failed(rebuilt);
  const bool was_empty = core->created_;  // then there was nothing to rebuild from
  for (const std::string& view : was_empty ? std::vector<std::string>{} : *rebuilt) {
    around.log.write(platform::LogLevel::Info, "projection.rebuilt", {{"projection", view}});
  }

  core->cache_ =
      std::make_shared<projections::AccountCache>(static_cast<std::size_t>(settings.storage_accounts_cached));
  core->unstored_ = std::make_shared<projections::UnstoredFailures>();
  core->views_ = std::make_unique<projections::Views>(core->cache_);
  core->decider_ = std::make_unique<projections::DomainDecider>(
      projections::DeciderSettings{around.rules, static_cast<std::uint32_t>(settings.visitor_events_per_minute)},
      core->cache_, core->unstored_);

  eventstore::PartitionSettings partition_settings;
  partition_settings.queue_max = static_cast<std::size_t>(settings.storage_queue);
  partition_settings.answers_max = static_cast<std::uint32_t>(settings.http_answers_max);
  partition_settings.metrics = &around.metrics;
  partition_settings.on_fatal = std::move(options.on_fatal);
  const platform::Counter jumps = around.metrics.counter(platform::CounterInfo<0>{
      "tweestap_clock_jumps_total", "Jumps of the wall clock by more than a minute: each is an alarm."});
  partition_settings.on_clock_jump = [jumps, &log = around.log, &clock = around.clock,
                                      &last = core->clock_jump_](std::int64_t us) {
    jumps.add();
    last.set({.difference_us = us, .at_monotonic_us = clock.monotonic_us()});
    log.write(platform::LogLevel::Warning, "clock.jumped",
              {{"difference_ms", us / 1000},
               {"advice", "mend the time synchronisation; locks and expiries keep to the service's own time"}});
  };
  const auto views = core->views_->all();
  auto partition = eventstore::Partition::create(std::move(*store), std::move(partition_settings), *core->decider_,
                                                 {views.begin(), views.end()}, around.clock, around.random);
  if (!partition) return failed(partition);
  core->partition_ = std::move(*partition);
  return core;
}

Core::~Core() = default;

// A start that was cut off before its first event has nothing that any key could open, so it begins again.
std::expected<void, Failure> Core::open_keys(const eventstore::OpenedStore& store) {
  const bool first_start = store.reader().log().head().position == 0;
  auto kek =
      first_start ? find_or_create_kek(around_.settings, folder_, around_.random) : find_kek(around_.settings, folder_);
  if (!kek) return failed(kek);
  kek_source_ = kek->source;
  if (first_start) {
    std::error_code error;
    std::filesystem::remove_all(folder_.keys(), error);
    if (error) {
      return std::unexpected(
          Failure{Failure::Kind::Unavailable, "cannot make " + folder_.keys().string() + " anew: " + error.message()});
    }
  }
  auto ring = first_start ? eventstore::KeyRing::create(folder_.keys(), std::move(kek->key), around_.random)
                          : eventstore::KeyRing::open(folder_.keys(), std::move(kek->key), around_.random);
  if (!ring) return failed(ring);
  keys_ = std::move(*ring);
  return {};
}

std::expected<std::expected<domain::Answer, domain::Refused>, Failure> Core::run(domain::Command command) {
  return projections::submit_alone(*partition_, around_.random, around_.clock, std::move(command));
}

}  // namespace tweestap::app

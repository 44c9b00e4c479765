#pragma once
// Accounts in a real partition on a store of its own: the decider and every view, with a clock that a test sets.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <utility>

#include "eventstore/opening.h"
#include "eventstore/partition.h"
#include "eventstore/sealing.h"
#include "platform/clock.h"
#include "platform/crypto/random.h"
#include "projections/all.h"
#include "projections/decide.h"
#include "projections/moment.h"
#include "projections/rebuild.h"

namespace tweestap::tests {

class AccountStore {
 public:
  explicit AccountStore(std::filesystem::path data, projections::DeciderSettings settings = {})
      : settings_(settings), data_(std::move(data)) {
    start();
  }
  ~AccountStore() { stop(); }
  AccountStore(const AccountStore&) = delete;
  AccountStore& operator=(const AccountStore&) = delete;

  [[nodiscard]] eventstore::OpenedStore open_stopped() {
    eventstore::OpenSettings settings;
    settings.data = data_;
    settings.create = true;
    settings.reserve_bytes = std::uint64_t{1} << 20;
    settings.wal_bytes = std::uint64_t{16} << 20;
    settings.cache_bytes = std::uint64_t{8} << 20;
    auto opened = eventstore::open_store(settings, random_);
    if (!opened) ADD_FAILURE() << opened.error().reason;
    return std::move(*opened);
  }
  void start() {
    auto store = open_stopped();
    const auto rebuilt = projections::rebuild_stale(store);
    ASSERT_TRUE(rebuilt.has_value()) << rebuilt.error().reason;
    rebuilt_at_start = *rebuilt;
    cache_ = std::make_shared<projections::AccountCache>();
    decider_ = std::make_unique<projections::DomainDecider>(settings_, cache_, unstored);
    views_ = std::make_unique<projections::Views>(cache_);
    auto made = eventstore::Partition::create(std::move(store), {}, *decider_,
                                              {views_->all().begin(), views_->all().end()}, clock, random_);
    ASSERT_TRUE(made.has_value()) << made.error().reason;
    partition_ = std::move(*made);
  }
  void stop() { partition_.reset(); }

  /// `of`: whose keys seal what the command's events have to seal.
  std::shared_ptr<const projections::DecidedOutcome> submit(domain::Command command, domain::Subject of) {
    eventstore::Submission submission;
    submission.id =
        domain::CommandId{{0xC0, static_cast<std::uint8_t>(++commands_ >> 16),
                           static_cast<std::uint8_t>(commands_ >> 8), static_cast<std::uint8_t>(commands_)}};
    submission.command = std::make_unique<projections::AccountCommand>(submission.id, std::move(command));
    submission.keys = keys;
    submission.keys_subject = of;
    const auto committed = partition_->submit(std::move(submission));
    EXPECT_TRUE(committed.has_value()) << (committed ? "" : committed.error().reason);
    if (!committed) return nullptr;
    return std::static_pointer_cast<const projections::DecidedOutcome>(committed->outcome);
  }

  [[nodiscard]] eventstore::Partition& partition() { return *partition_; }
  [[nodiscard]] const eventstore::Log& log() { return partition_->log(); }
  [[nodiscard]] projections::Moment moment() { return projections::Moment{partition_->reader()}; }
  [[nodiscard]] domain::AccountState state(const domain::AccountId& account) {
    return moment().account(account)->value_or(domain::AccountState{});
  }
  [[nodiscard]] domain::Time now() const { return {clock.wall_us()}; }
  /// Rows that differ from a rebuild's, over all views.
  [[nodiscard]] std::uint64_t different_rows() {
    const auto compared = projections::compare(partition_->reader());
    EXPECT_TRUE(compared.has_value()) << (compared ? "" : compared.error().reason);
    std::uint64_t different = 0;
    for (const auto& one : *compared) different += one.different;
    return different;
  }

  platform::ManualClock clock{1'774'000'000'000'000};
  std::shared_ptr<const eventstore::SubjectKeys> keys = play_data_keys();
  std::shared_ptr<projections::UnstoredFailures> unstored = std::make_shared<projections::UnstoredFailures>();
  std::vector<std::string> rebuilt_at_start;

 private:
  static std::shared_ptr<const eventstore::SubjectKeys> play_data_keys() {
    auto made = std::make_shared<eventstore::SubjectKeys>();
    made->generation = 1;
    made->personal = platform::Secret::from_text("0123456789abcdef0123456789abcdef");
    made->secret = platform::Secret::from_text("fedcba9876543210fedcba9876543210");
    return made;
  }

  const projections::DeciderSettings settings_;
  std::filesystem::path data_;
  platform::SystemRandom random_;
  std::shared_ptr<projections::AccountCache> cache_;
  std::unique_ptr<projections::DomainDecider> decider_;
  std::unique_ptr<projections::Views> views_;
  std::unique_ptr<eventstore::Partition> partition_;
  std::uint32_t commands_ = 0;
};

}  // namespace tweestap::tests

#pragma once
// The whole front door over a real store in a folder of its own, without sockets: what tests of routes have in common.
// It can be closed and opened again.
#include <gtest/gtest.h>

#include <atomic>
#include <expected>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/all_commands.h"
#include "eventstore/key_ring.h"
#include "eventstore/partition.h"
#include "eventstore/partition_opening.h"
#include "http/evidence.h"
#include "http/idempotency.h"
#include "http/pages/pages.h"
#include "http/read_time.h"
#include "http/router.h"
#include "http/routes/health.h"
#include "http/services.h"
#include "http/throttle_gate.h"
#include "platform/blocklist.h"
#include "platform/clock.h"
#include "platform/crypto/hash_pool.h"
#include "platform/crypto/random.h"
#include "platform/logging.h"
#include "platform/metrics.h"
#include "projections/all.h"
#include "projections/decide.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::http {

/// The value, or an exception with the reason: what a test builds on has to be there.
template <class T>
T must(std::expected<T, platform::Failure> value) {
  if (!value) throw std::runtime_error(value.error().reason);
  return std::move(*value);
}

struct Ask {
  Method method = Method::Get;
  std::string target{};
  std::string body{};
  std::string token{};  // empty: none
  std::vector<std::pair<std::string, std::string>> headers{};
  ListenerKind listener = ListenerKind::Public;
  std::string client = "192.0.2.7";
  std::stop_token stopping{};
};

struct Heard {
  int status = 0;
  std::string body;
  std::vector<ResponseHeader> headers;

  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
  /// The problem's code, and the member that it names; empty where there is none.
  [[nodiscard]] std::string code() const { return text("code"); }
  [[nodiscard]] std::string member() const { return text("member"); }
  [[nodiscard]] std::string header(std::string_view name) const;
  /// Every Set-Cookie.
  [[nodiscard]] std::vector<std::string> cookies() const;

 private:
  [[nodiscard]] std::string text(const char* name) const {
    const nlohmann::json all = json();
    return all.is_object() ? all.value(name, "") : "";
  }
};

/// A random source that a test can break.
class BreakableRandom final : public platform::RandomSource {
 public:
  [[nodiscard]] std::expected<void, platform::Failure> fill(std::span<std::uint8_t> room) override {
    if (broken) return std::unexpected(platform::Failure{platform::Failure::Kind::Unavailable, "no randomness"});
    return system_.fill(room);
  }
  std::atomic<bool> broken = false;

 private:
  platform::SystemRandom system_;
};

/// Thread rule: ask() and what only reads from any thread, the rest from one.
class InProcessService {
 public:
  struct Options {
    std::uint64_t reserve_bytes = 1 << 20;
    eventstore::WrapAppender wrap{};  ///< around the appender, at each opening
    bool demo = false;                ///< with the demo's routes
  };
  InProcessService() : InProcessService(Options{}) {}
  explicit InProcessService(Options options);
  ~InProcessService();
  InProcessService(const InProcessService&) = delete;
  InProcessService& operator=(const InProcessService&) = delete;

  [[nodiscard]] Heard ask(const Ask& ask) const;

  /// Puts an account into the log; without a password where that is nullptr.
  [[nodiscard]] domain::AccountId register_account(std::string_view identifier, const char* password,
                                                   std::string language, domain::SetOf<domain::Role> roles);
  void run(domain::Command command, std::optional<domain::Subject> seals_for = std::nullopt);
  [[nodiscard]] domain::AccountState state(const domain::AccountId& account) const;
  [[nodiscard]] std::uint64_t head() const { return partition->log().head().position; }
  /// Every envelope behind a position.
  [[nodiscard]] std::vector<nlohmann::json> events_after(std::uint64_t position) const;
  /// How many events of a type there are.
  [[nodiscard]] std::size_t count(std::string_view type) const;
  /// Lets time go by, for expiries and codes alike.
  void after(domain::Duration wait) { clock.advance(wait.us); }

  /// Stops everything and opens the folder again.
  void reopen();
  void stop_storing() { partition->stop(); }

  tests::TemporaryFolder folder;
  platform::ManualClock clock{1'774'000'000'000'000};  // in March 2026
  BreakableRandom random;
  platform::Metrics metrics;
  std::string logged;
  platform::Log log{platform::Log::Format::Json, platform::LogLevel::Debug,
                    [this](std::string_view line) { logged.append(line).append("\n"); }};
  platform::Blocklist blocklist = platform::Blocklist::built_in();
  Texts texts = Texts::load().value();
  FrontDoorRules rules;
  ThrottleGate gate;
  RunningRequests running;
  ServiceFacts facts;
  Pages pages;
  std::optional<StandIns> stand_ins;
  std::unique_ptr<platform::HashPool> hash_pool;
  std::unique_ptr<eventstore::KeyRing> keys;
  std::shared_ptr<projections::AccountCache> cache;
  std::shared_ptr<projections::UnstoredFailures> unstored;
  std::unique_ptr<projections::Views> views;
  std::unique_ptr<projections::DomainDecider> decider;
  std::unique_ptr<eventstore::Partition> partition;
  std::unique_ptr<ReadTime> time;
  std::optional<Services> services;
  std::vector<Route> table;
  std::unique_ptr<Router> people;
  std::unique_ptr<Router> staff;

 private:
  void open(bool create);
  void close();
  const Options options_;
  const std::string kek_ = std::string(32, 'k');
};

}  // namespace tweestap::http

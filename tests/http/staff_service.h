#pragma once
// The whole front door over a real store in a folder of its own, without sockets: for tests of staff's routes.
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "domain/all_commands.h"
#include "eventstore/key_ring.h"
#include "eventstore/partition.h"
#include "http/evidence.h"
#include "http/idempotency.h"
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

struct StaffAsk {
  Method method = Method::Get;
  std::string target;
  std::string body{};
  std::string token{};  // empty: none
  std::string idempotency_key{};
  ListenerKind listener = ListenerKind::Staff;
  std::stop_token stopping{};
};

struct Heard {
  int status = 0;
  std::string body;
  std::vector<ResponseHeader> headers;

  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
  /// The problem's code; empty where it is none.
  [[nodiscard]] std::string code() const;
  [[nodiscard]] std::string member() const;
};

class StaffService {
 public:
  explicit StaffService(std::uint64_t reserve_bytes = 1 << 20);
  ~StaffService();

  [[nodiscard]] Heard ask(const StaffAsk& ask) const;
  [[nodiscard]] Heard get(std::string target, std::string token) const {
    return ask({.method = Method::Get, .target = std::move(target), .token = std::move(token)});
  }
  [[nodiscard]] Heard post(std::string target, std::string body, std::string token) const {
    return ask(
        {.method = Method::Post, .target = std::move(target), .body = std::move(body), .token = std::move(token)});
  }
  [[nodiscard]] Heard put(std::string target, std::string body, std::string token) const {
    return ask(
        {.method = Method::Put, .target = std::move(target), .body = std::move(body), .token = std::move(token)});
  }

  /// The text of a new API key.
  [[nodiscard]] std::string key(domain::KeyRole role, std::optional<domain::Time> expires_at = std::nullopt);
  /// A new account with a password.
  [[nodiscard]] domain::AccountId account(std::string_view identifier,
                                          domain::SetOf<domain::Role> roles = {domain::Role::Person});
  /// Logs in with evidence instead of a password and codes, enrolling where that is asked for.
  [[nodiscard]] std::string session(const domain::AccountId& account, domain::Listener listener);
  /// A login's token that waits for an enrolment or a code.
  [[nodiscard]] std::string pending_login(const domain::AccountId& account, domain::Listener listener);

  void run(domain::Command command, std::optional<domain::Subject> seals_for = std::nullopt);
  [[nodiscard]] domain::AccountState state(const domain::AccountId& account) const;
  [[nodiscard]] std::uint64_t head() const { return partition->log().head().position; }
  /// Every envelope behind a position.
  [[nodiscard]] std::vector<nlohmann::json> events_after(std::uint64_t position) const;
  /// How many events of a type there are.
  [[nodiscard]] std::size_t count(std::string_view type) const;
  /// Also the clock of expiries.
  void after(domain::Duration wait) { clock.advance(wait.us); }

  tests::TemporaryFolder folder;
  platform::ManualClock clock{1'774'000'000'000'000};  // in March 2026
  platform::SystemRandom random;
  platform::Metrics metrics;
  platform::Log log{platform::Log::Format::Json, platform::LogLevel::Info, [](std::string_view) {}};
  platform::Blocklist blocklist = platform::Blocklist::built_in();
  Texts texts = Texts::load().value();
  FrontDoorRules rules;
  std::unique_ptr<eventstore::KeyRing> keys;
  std::shared_ptr<projections::AccountCache> cache = std::make_shared<projections::AccountCache>();
  std::shared_ptr<projections::UnstoredFailures> unstored = std::make_shared<projections::UnstoredFailures>();
  projections::Views views{cache};
  projections::DomainDecider decider;
  std::unique_ptr<eventstore::Partition> partition;
  ReadTime time{clock};
  ThrottleGate gate;
  RunningRequests running;
  StandIns stand_ins;
  platform::HashPool hash_pool{{.workers = 2, .queue = 32}};
  std::optional<Services> services;
  ServiceFacts facts;
  std::vector<Route> table;
  std::unique_ptr<Router> people;
  std::unique_ptr<Router> staff;

 private:
  std::int64_t next_step_ = 100;
};

}  // namespace tweestap::http

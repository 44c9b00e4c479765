#pragma once
// The front door over a real store, without sockets: for tests of people's routes. It can be closed and opened again.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/all_commands.h"
#include "eventstore/key_ring.h"
#include "eventstore/partition.h"
#include "http/evidence.h"
#include "http/idempotency.h"
#include "http/read_time.h"
#include "http/router.h"
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

namespace tweestap::http::people {

using Json = nlohmann::json;

inline constexpr const char* kAlex = "alex@example.org";
inline constexpr const char* kPassword = "a quiet harbour";

/// A second before that long.
constexpr domain::Duration just_before(domain::Duration wait) { return {wait.us - domain::seconds(1).us}; }

struct Ask {
  Method method = Method::Get;
  std::string target{};
  std::string body{};
  std::string token{};
  std::vector<std::pair<std::string, std::string>> headers{};
  ListenerKind listener = ListenerKind::Public;
  std::string client = "192.0.2.7";
};

struct Heard {
  int status = 0;
  std::string body;
  std::vector<ResponseHeader> headers;

  [[nodiscard]] Json json() const { return Json::parse(body, nullptr, false); }
  [[nodiscard]] std::string code() const { return json().is_object() ? json().value("code", "") : ""; }
  [[nodiscard]] std::string member() const { return json().is_object() ? json().value("member", "") : ""; }
  [[nodiscard]] std::string header(std::string_view name) const;
  /// Every Set-Cookie.
  [[nodiscard]] std::vector<std::string> cookies() const;
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

/// An account that is enrolled: its session, its app's secret, its recovery codes.
struct Enrolled {
  std::string session;
  std::string secret;
  std::vector<std::string> recovery_codes;
};

class PeopleService {
 public:
  PeopleService();
  ~PeopleService();

  [[nodiscard]] Heard ask(const Ask& ask) const;
  [[nodiscard]] Heard get(std::string target, std::string token) const;
  [[nodiscard]] Heard post(std::string target, const Json& body, std::string token = {}) const;
  [[nodiscard]] Heard del(std::string target, std::string token) const;

  [[nodiscard]] domain::AccountId account(std::string_view identifier = kAlex, const char* password = kPassword,
                                          domain::SetOf<domain::Role> roles = {domain::Role::Person});
  [[nodiscard]] Heard log_in(std::string_view identifier = kAlex, std::string_view password = kPassword) const;
  /// The token of a login that waits for a code.
  [[nodiscard]] std::string pending(std::string_view identifier = kAlex) const;
  /// The token of a completed login without a second step.
  [[nodiscard]] std::string session(std::string_view identifier = kAlex) const;
  /// Switches two-step on.
  [[nodiscard]] Enrolled enrol(std::string_view identifier = kAlex);
  /// The app's code now, or of a step before or after.
  [[nodiscard]] std::string code(std::string_view secret_base32, int steps_away = 0) const;
  /// Six digits that are right for no step near now.
  [[nodiscard]] std::string wrong_code(std::string_view secret_base32) const;

  void make_mandatory();
  void allow_sms_only();
  void run(domain::Command command, std::optional<domain::Subject> seals_for = std::nullopt);
  [[nodiscard]] domain::AccountState state(const domain::AccountId& account) const;
  [[nodiscard]] std::uint64_t head() const { return partition->log().head().position; }
  [[nodiscard]] std::vector<Json> events_after(std::uint64_t position) const;
  [[nodiscard]] std::size_t count(std::string_view type) const;
  void after(domain::Duration wait) { clock.advance(wait.us); }
  /// So that the next code is another one.
  void next_step() { after(domain::seconds(30)); }

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
  std::unique_ptr<Router> people;
  std::unique_ptr<Router> staff;

 private:
  void open(bool create);
  void close();
  std::string kek_ = std::string(32, 'k');
};

}  // namespace tweestap::http::people

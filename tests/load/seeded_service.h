#pragma once
// A service of the bench's own, on a store of its own: enrolled accounts whose logins wait for a code, made through the
// committer.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/core.h"
#include "app/doors.h"
#include "app/senders.h"
#include "app/streams.h"
#include "http/evidence.h"
#include "http/listener.h"
#include "http/pages/pages.h"
#include "http/router.h"
#include "http/routes/health.h"
#include "tests/load/give_up.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::load {

/// An enrolled person and what a front end would hold for them.
struct Seeded {
  std::string identifier;
  platform::Secret totp_secret;  ///< of method totp
  std::string session_token;     ///< of the session that enrolled
  std::string device_token;      ///< where a device was asked for
  std::string login_token;       ///< where a login was asked for: it waits for the second step
};

struct SeedOptions {
  domain::Method method = domain::Method::Totp;
  bool device = false;  ///< of method totp: a login was completed and its device remembered
  bool login = false;   ///< a login is begun
};

class SeededService {
 public:
  /// `adjust` changes settings before the store is made.
  explicit SeededService(const std::function<void(platform::Settings&)>& adjust = [](platform::Settings&) {});
  ~SeededService();

  /// Registers and enrols `count` people; all have `password` and recovery_code().
  [[nodiscard]] std::vector<Seeded> seed(std::size_t count, const SeedOptions& options, const std::string& password);
  /// The first code of everybody's set, as it is shown.
  [[nodiscard]] std::string recovery_code() const { return std::string{recovery_->shown[0].reveal_text()}; }
  /// What sends codes and notices, by this gateway. To be destroyed before the service.
  [[nodiscard]] std::unique_ptr<app::Senders> start_senders(std::unique_ptr<consumers::sms::Gateway> gateway);
  /// What streams events to `kafka.brokers`. To be destroyed before the service.
  [[nodiscard]] std::unique_ptr<app::Streams> start_streams();

  /// The code that counts now.
  [[nodiscard]] static std::string code_now(const Seeded& person);

  [[nodiscard]] std::uint16_t port() const { return listener_->port(); }
  [[nodiscard]] const http::Services& services() const { return doors_->services; }
  [[nodiscard]] const platform::Settings& settings() const { return settings_; }
  [[nodiscard]] const platform::Clock& clock() const { return clock_; }
  /// Batches that were stored so far, each with one sync.
  [[nodiscard]] std::uint64_t syncs() const;
  [[nodiscard]] const std::filesystem::path& scratch() const { return folder_.path(); }

 private:
  tests::TemporaryFolder folder_;
  platform::Settings settings_;
  domain::Rules rules_;
  platform::SystemClock clock_;
  platform::SystemRandom random_;
  platform::Metrics metrics_;
  platform::Log log_{platform::Log::Format::Json, platform::LogLevel::Error};
  std::optional<http::Texts> texts_;
  platform::Blocklist blocklist_ = platform::Blocklist::built_in();
  std::unique_ptr<app::Core> core_;
  std::unique_ptr<app::Doors> doors_;
  std::optional<http::DrawnRecoverySet> recovery_;
  http::ServiceFacts facts_;
  http::Pages pages_;  // none: what is measured is what programs ask
  std::unique_ptr<http::Router> router_;
  std::unique_ptr<http::Listener> listener_;
  std::size_t seeded_ = 0;  // people so far
};

}  // namespace tweestap::load

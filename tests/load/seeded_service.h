#pragma once
// A service of the bench's own, on a store of its own: enrolled accounts whose logins wait for a code, made through the
// committer.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/core.h"
#include "app/doors.h"
#include "http/listener.h"
#include "http/router.h"
#include "http/routes/health.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::load {

/// An enrolled person and, where one was begun, the token of a login that waits for the code.
struct Seeded {
  std::string identifier;
  std::string login_token;
  platform::Secret totp_secret;
};

class SeededService {
 public:
  SeededService();
  ~SeededService();

  /// Registers and enrols `count` people, each with a login begun; all have `password`.
  [[nodiscard]] std::vector<Seeded> seed(std::size_t count, bool begin_login, const std::string& password);

  /// The code that counts now.
  [[nodiscard]] static std::string code_now(const Seeded& person);

  [[nodiscard]] std::uint16_t port() const { return listener_->port(); }
  [[nodiscard]] const http::Services& services() const { return doors_->services; }
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
  http::ServiceFacts facts_;
  std::unique_ptr<http::Router> router_;
  std::unique_ptr<http::Listener> listener_;
};

/// `result`, or the end of the bench with the failure's sentence.
template <class T>
T or_give_up(std::expected<T, platform::Failure> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().reason.c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace tweestap::load

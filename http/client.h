#pragma once
// A caller of our own routes: what the command line uses with --url.
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::http {

struct ClientAnswer {
  int status = 0;
  std::string body;
};

/// One running service, asked with one API key. https is verified against the system's certificates; http is only taken
/// for loopback addresses, for the key would travel readable. Thread rule: one thread.
class Client {
 public:
  /// Invalid where `url` is not `http://HOST[:PORT]` or `https://HOST[:PORT]`.
  [[nodiscard]] static std::expected<Client, platform::Failure> make(std::string_view url, platform::Secret api_key);
  ~Client();
  Client(Client&&) noexcept;

  // Unavailable where the service is not reached or does not answer in time; `target` is path and query.
  [[nodiscard]] std::expected<ClientAnswer, platform::Failure> get(const std::string& target);
  [[nodiscard]] std::expected<ClientAnswer, platform::Failure> post(const std::string& target, const std::string& json);
  [[nodiscard]] std::expected<ClientAnswer, platform::Failure> del(const std::string& target);

 private:
  struct Inside;
  explicit Client(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace tweestap::http

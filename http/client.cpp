#include "http/client.h"

#include <httplib.h>

#include "http/cookies.h"

namespace tweestap::http {

using platform::Failure;

// The feed's longest wait is 30 s.
constexpr std::chrono::seconds kReadTimeout{40};
constexpr std::chrono::seconds kConnectTimeout{5};

struct Client::Inside {
  Inside(const std::string& url, platform::Secret api_key) : base(url), client(url), key(std::move(api_key)) {
    client.set_connection_timeout(kConnectTimeout);
    client.set_read_timeout(kReadTimeout);
    client.set_keep_alive(true);
    client.set_bearer_token_auth(std::string{key.reveal_text()});
  }

  [[nodiscard]] std::expected<ClientAnswer, Failure> answer(httplib::Result result) const {
    if (!result) {
      return std::unexpected(Failure{Failure::Kind::Unavailable, "no service answers at " + base + " (" +
                                                                     httplib::to_string(result.error()) + ")"});
    }
    return ClientAnswer{result->status, std::move(result->body)};
  }

  std::string base;
  httplib::Client client;
  platform::Secret key;
};

std::expected<Client, Failure> Client::make(std::string_view url, platform::Secret api_key) {
  const bool tls = url.starts_with("https://");
  std::string_view host = url.substr(0, url.find('/', tls ? 8 : 7));
  if ((!tls && !url.starts_with("http://")) || (host.size() != url.size() && host.size() + 1 != url.size())) {
    return std::unexpected(Failure{Failure::Kind::Invalid, "--url wants https://HOST:PORT, without a path"});
  }
  if (!tls && !is_development_origin(host)) {
    return std::unexpected(
        Failure{Failure::Kind::Invalid,
                "--url wants https:// for a host that is not this machine: the key would travel readable"});
  }
  return Client{std::make_unique<Inside>(std::string{host}, std::move(api_key))};
}

Client::Client(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;

std::expected<ClientAnswer, Failure> Client::get(const std::string& target) {
  return inside_->answer(inside_->client.Get(target));
}

std::expected<ClientAnswer, Failure> Client::post(const std::string& target, const std::string& json) {
  return inside_->answer(inside_->client.Post(target, json, "application/json"));
}

std::expected<ClientAnswer, Failure> Client::del(const std::string& target) {
  return inside_->answer(inside_->client.Delete(target));
}

}  // namespace tweestap::http

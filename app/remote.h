#pragma once
// A running service as the command line asks it: `--url` and TWEESTAP_API_KEY.
#include <cstdint>
#include <expected>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "app/exit_status.h"
#include "domain/ids.h"
#include "http/client.h"

namespace tweestap::app {

struct RemoteEvents {
  std::vector<std::string> envelopes;  ///< the stored bytes
  std::uint64_t scanned_to = 0;
};

/// Troubles have the status that a script can go by: No where what was asked for is not there (404) or cannot be as
/// things stand (409), WrongUse where the request, the key or what it may do is wrong, NotReachable where nobody
/// answers, the service cannot (429, 5xx), or what answers is not ours. Thread rule: one thread.
class Remote {
 public:
  /// WrongUse without TWEESTAP_API_KEY or with a malformed URL. Nothing is sent yet.
  [[nodiscard]] static std::expected<Remote, Trouble> connect(std::string_view url);

  [[nodiscard]] std::expected<RemoteEvents, Trouble> events(std::uint64_t after, std::string_view type, int wait_s);
  /// One account's, oldest first; `filter` is more of the query, such as `&to=…`, or empty.
  [[nodiscard]] std::expected<RemoteEvents, Trouble> audit_events(const domain::AccountId& account, std::uint64_t after,
                                                                  std::string_view filter);
  [[nodiscard]] std::expected<nlohmann::ordered_json, Trouble> get(const std::string& target);
  [[nodiscard]] std::expected<nlohmann::ordered_json, Trouble> post(const std::string& target,
                                                                    const nlohmann::ordered_json& body);
  [[nodiscard]] std::expected<void, Trouble> del(const std::string& target);

 private:
  explicit Remote(http::Client client) : client_(std::move(client)) {}
  http::Client client_;
};

}  // namespace tweestap::app

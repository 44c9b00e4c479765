#pragma once
// One connection: reads a request within its limits, has it judged and answered, and goes on with the next.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "http/answer_writer.h"
#include "http/guard.h"
#include "http/listener.h"
#include "http/problem.h"

namespace tweestap::http {

/// What all connections of a listener share. Outlives them.
struct ConnectionRules {
  const ListenerOptions& options;
  const Texts& texts;
  const Answerer& answerer;
  const StreamedBodyMax& streamed_body_max;
  std::stop_token stopping;
};

/// Used by one thread. Owns no socket: the caller closes it behind run().
class Connection {
 public:
  Connection(const ConnectionRules& rules, int socket, IpAddress peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Serves requests until the peer goes, a limit is met, or the listener stops.
  void run();

 private:
  using Clock = std::chrono::steady_clock;
  enum class Next { Request, Close, Linger };

  Next serve_one(bool first);
  bool wait_for_first_byte(bool first);
  bool receive_until(Clock::time_point deadline);
  std::optional<Next> receive_head(bool first);
  std::optional<Next> receive_body();
  std::uint64_t streamed_max() const;
  Request request_of_head();
  Next serve_stream();
  Response answer(Request& request);
  Response answer_within(Request& request);
  Next refuse(GuardRefusal why);
  void tell(std::uint16_t status, const Request& request);
  Next write(Response& response, const Request& request, bool close);
  Next answer_unread(const Problem& problem, bool head_is_clean = false);
  void forget_request();
  void linger();
  void next_request_id();

  const ConnectionRules& rules_;
  const int socket_;
  const IpAddress peer_;
  const bool peer_is_proxy_;
  const bool stays_open_;  // HTTP-2: strangers get one request per connection
  AnswerWriter writer_;
  const std::size_t capacity_;
  std::unique_ptr<char[]> buffer_;  // never moves or grows, so wiping it wipes everything that was received
  std::size_t used_ = 0;            // bytes received and not forgotten; a request begins at 0
  std::size_t head_size_ = 0;
  RequestHead head_;
  std::string request_id_;
  std::string request_id_stem_;
  std::uint64_t requests_ = 0;
  bool idle_timeout_set_ = false;
};

}  // namespace tweestap::http

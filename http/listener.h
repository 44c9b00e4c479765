#pragma once
// One listening socket and its connections: reads requests within limits, has them judged, answered, written.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "http/client_address.h"
#include "http/guard.h"
#include "http/request.h"
#include "http/response.h"
#include "http/texts.h"
#include "platform/failure.h"

namespace tweestap::http {

/// What one answer was, for logs and metrics: nothing that a caller wrote (LOG-1).
struct AnswerRecord {
  ListenerKind listener;
  std::string_view method;  ///< "GET", …; "other"
  std::string_view route;   ///< the path of the table, such as `/v1/accounts/{account}`; empty where none was found
  std::uint16_t status;
  std::chrono::nanoseconds took;  ///< from the whole request to the answer being ready
  std::string_view request_id;
};

struct ListenerOptions {
  ListenerKind kind = ListenerKind::Public;
  std::string host = "127.0.0.1";  ///< an address, `localhost`, or a name that resolves to one
  std::uint16_t port = 0;          ///< 0 picks one
  ForwardingRule forwarding;
  std::size_t connections_max = 1024;  ///< one thread each; the staff listener has 256
  std::size_t body_bytes_max = 16 * 1024;
  std::chrono::milliseconds head_timeout{
      3000};  ///< HTTP-4: from a request's first byte (on a new connection: from accept)
  std::chrono::milliseconds body_timeout{5000};    ///< HTTP-4
  std::chrono::milliseconds idle_timeout{30000};   ///< between two requests of a proxy's connection
  std::chrono::milliseconds write_timeout{10000};  ///< without progress
  std::chrono::milliseconds drain_timeout{5000};   ///< OPS-1: running requests at stop()
  /// Called after every answer, by the connection's thread. May be empty.
  std::function<void(const AnswerRecord&)> on_answer;
  /// A request that the guard refused. May be empty.
  std::function<void(ListenerKind, GuardRefusal)> on_refusal;
  /// A handler threw: the request id, and nothing of what it said, which might hold secrets. May be empty.
  std::function<void(ListenerKind, std::string_view request_id)> on_exception;
};

/// Answers one request; called by many threads at once.
using Answerer = std::function<Response(Request&)>;

/// How long a body that is read piece by piece may be at this method and path; 0: it is read whole, within
/// body_bytes_max. Called by many threads at once.
using StreamedBodyMax = std::function<std::uint64_t(Method, std::string_view path)>;

/// A server socket. open() binds and listens, so the port is known and connections queue up; start() begins to answer.
/// All members may be called from any thread; stop() once more does nothing.
class Listener {
 public:
  /// The address that `host` means, for whoever may listen there: Invalid, with a sentence for the operator, for one
  /// that is not loopback while no proxy is configured (HTTP-5), and for a name that means none. Opens no socket, but
  /// asks the system's resolver about a name.
  [[nodiscard]] static std::expected<IpAddress, platform::Failure> may_listen(const std::string& host,
                                                                              std::uint16_t port,
                                                                              const ForwardingRule& forwarding);
  /// Fails as may_listen(), and Unavailable for an address that cannot be bound.
  [[nodiscard]] static std::expected<std::unique_ptr<Listener>, platform::Failure> open(ListenerOptions options,
                                                                                        const Texts& texts);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void start(Answerer answerer, StreamedBodyMax streamed_body_max = {});
  /// Accepts no more, ends idle connections, gives running requests drain_timeout, then closes what is left and waits
  /// for its threads. True where nothing had to be cut.
  bool stop();

  [[nodiscard]] std::uint16_t port() const;
  /// `http://127.0.0.1:8080`: what a client on this machine uses, and the origin where no other is set.
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::size_t connections() const;

 private:
  struct Inside;
  explicit Listener(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace tweestap::http

#pragma once
// A listener with a few routes that stand for all kinds of them, for tests.
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <latch>
#include <memory>
#include <stdexcept>
#include <thread>

#include "http/connection.h"
#include "http/json_writer.h"
#include "http/listener.h"
#include "http/openapi.h"
#include "http/router.h"
#include "tests/http/raw_socket.h"

namespace tweestap::http {

/// Counts every request that reaches the router, found or not: what the smuggling corpus must keep at zero or one.
struct TestRoutes {
  std::atomic<int> dispatched = 0;
  std::latch entered{1};
  std::latch leave{1};
  std::atomic<bool> saw_stop = false;

  std::vector<Route> rows();
};

inline constexpr Member kEchoMembers[] = {
    {"text", MemberType::String, Presence::Required, 64, "what comes back"},
    {"loud", MemberType::Boolean, Presence::Optional, 0, "in capitals"},
    {"times", MemberType::Integer, Presence::Optional, 9, "how often"},
    {"tags", MemberType::Strings, Presence::Optional, 3, "labels"},
    {"until", MemberType::Time, Presence::OptionalOrNull, 0, "an end"},
    {"password", MemberType::Secret, Presence::Optional, 128, "a secret"},
};
inline constexpr QueryParameter kItemQuery[] = {
    {"limit", QueryType::Number, 1, 100, "how many"},
    {"type", QueryType::Text, 0, 64, "which"},
};
inline constexpr AnswerMember kItemMembers[] = {
    {"item", AnswerType::String, true, "which"},
    {"client", AnswerType::String, false, "whose"},
};
inline constexpr AnswerShape kItemShape{"Item", kItemMembers};

inline const Texts& texts() {
  static const Texts loaded = Texts::load().value();
  return loaded;
}

inline std::vector<Route> TestRoutes::rows() {
  constexpr Throttle kNoSecret = Throttle::none("the test routes look at no secret");
  const auto item = [](Request& request, const Body&) {
    JsonWriter json;
    json.begin_object();
    if (request.route->path.text.contains("{item}")) json.member("item", request.path_parameter("item"));
    json.member("client", request.client.text()).member("limit", request.query_number("limit")).end_object();
    return Response::json(Success::Ok, json.take());
  };
  std::vector<Route> rows;
  rows.push_back({VerbName::Post,
                  "/echo",
                  ListenerSet::Both,
                  Who{Principal::Anyone},
                  kNoSecret,
                  "Says it back.",
                  Query::none(),
                  kEchoMembers,
                  {Answer::json(Success::Ok, "the text", kItemShape)},
                  Problems::none(),
                  Handler{[](Request&, const Body& body) {
                    JsonWriter json;
                    json.begin_object().member("text", body.string("text")).end_object();
                    return Response::json(Success::Ok, json.take());
                  }}});
  rows.push_back({VerbName::Get,
                  "/items/{item}",
                  ListenerSet::Both,
                  Who{Principal::Session}.fresh(),
                  kNoSecret,
                  "Shows an item.",
                  kItemQuery,
                  RequestBody::none(),
                  {Answer::json(Success::Ok, "it", kItemShape)},
                  Problems::none(),
                  Handler{item}});
  rows.push_back({VerbName::Delete,
                  "/items/{item}",
                  ListenerSet::Both,
                  Who{Principal::Session, Principal::KeyAdmin},
                  kNoSecret,
                  "Takes an item away.",
                  Query::none(),
                  RequestBody::none(),
                  {Answer::empty("gone")},
                  {ProblemCode::StateConflict},
                  Handler{[](Request&, const Body&) { return Response::empty(); }}});
  rows.push_back({VerbName::Post,
                  "/empty",
                  ListenerSet::Both,
                  Who{Principal::Anyone},
                  kNoSecret,
                  "Takes no members.",
                  Query::none(),
                  RequestBody::none(),
                  {Answer::empty("done")},
                  Problems::none(),
                  Handler{[](Request&, const Body&) { return Response::empty(); }}});
  rows.push_back({VerbName::GetAndHead,
                  "/health/live",
                  ListenerSet::Both,
                  Who{Principal::Anyone},
                  kNoSecret,
                  "Whether it lives.",
                  Query::none(),
                  RequestBody::none(),
                  {Answer::json(Success::Ok, "yes", kItemShape)},
                  Problems::none(),
                  Handler{item}});
  rows.push_back({VerbName::Get,
                  "/throws",
                  ListenerSet::Both,
                  Who{Principal::Anyone},
                  kNoSecret,
                  "Throws something.",
                  Query::none(),
                  RequestBody::none(),
                  {Answer::empty("never")},
                  Problems::none(),
                  Handler{[](Request& request, const Body&) -> Response {
                    if (request.header("X-Odd")) throw 42;
                    throw std::runtime_error("secret-internals /var/lib");
                  }}});
  rows.push_back({VerbName::Get,
                  "/bad-header",
                  ListenerSet::Both,
                  Who{Principal::Anyone},
                  kNoSecret,
                  "Answers badly.",
                  Query::none(),
                  RequestBody::none(),
                  {Answer::empty("never")},
                  Problems::none(),
                  Handler{[](Request&, const Body&) {
                    Response response = Response::empty();
                    response.headers.push_back({"X-Split", "a\r\nSet-Cookie: planted=1"});
                    return response;
                  }}});
  rows.push_back({VerbName::Get,
                  "/waits",
                  ListenerSet::Both,
                  Who{Principal::Anyone},
                  kNoSecret,
                  "Waits to be let go.",
                  Query::none(),
                  RequestBody::none(),
                  {Answer::empty("done")},
                  Problems::none(),
                  Handler{[this](Request& request, const Body&) {
                    entered.count_down();
                    leave.wait();
                    saw_stop = request.stopping.stop_requested();
                    return Response::empty();
                  }}});
  rows.push_back({VerbName::Get,
                  "/staff-only",
                  ListenerSet::Staff,
                  Who{Principal::StaffAdmin},
                  kNoSecret,
                  "Exists for staff.",
                  Query::none(),
                  RequestBody::none(),
                  {Answer::empty("yes")},
                  Problems::none(),
                  Handler{[](Request&, const Body&) { return Response::empty(); }}});
  rows.push_back({VerbName::Get,
                  "/tile/{rest...}",
                  ListenerSet::Both,
                  Who{Principal::Anyone},
                  kNoSecret,
                  "Serves whatever is below.",
                  Query::none(),
                  RequestBody::none(),
                  {Answer::other("text/plain", "the rest")},
                  Problems::none(),
                  Handler{[](Request& request, const Body&) {
                    return Response::text(std::string{request.path_parameter("rest")});
                  }}});
  return rows;
}

/// A running listener on a port of its own.
class FrontDoor {
 public:
  explicit FrontDoor(ListenerOptions options = {})
      : router_(options.kind, routes.rows(), nullptr), listener_(Listener::open(std::move(options), texts()).value()) {
    listener_->start([this](Request& request) {
      ++routes.dispatched;
      return router_.answer(request);
    });
  }
  RawSocket connect() { return RawSocket{listener_->port()}; }
  Listener& listener() { return *listener_; }
  std::optional<RawAnswer> ask(std::string_view bytes) {
    RawSocket socket = connect();
    socket.send(bytes);
    return socket.answer();
  }
  TestRoutes routes;

 private:
  Router router_;
  std::unique_ptr<Listener> listener_;
};

/// One connection whose peer has the address that a test gives it.
class ConnectionFrom {
 public:
  explicit ConnectionFrom(std::string_view peer, ListenerOptions options = {})
      : options_(std::move(options)), router_(options_.kind, routes.rows(), nullptr) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) throw std::runtime_error("no socket pair");
    client_ = std::make_unique<RawSocket>(pair[0], true);
    server_ = pair[1];
    answerer_ = [this](Request& request) {
      ++routes.dispatched;
      return router_.answer(request);
    };
    thread_ = std::jthread{[this, address = IpAddress::parse(peer).value()] {
      const ConnectionRules rules{options_, texts(), answerer_, {}, {}};
      Connection{rules, server_, address}.run();
      ::close(server_);
    }};
  }
  ~ConnectionFrom() { ::shutdown(client_->socket(), SHUT_RDWR); }
  ConnectionFrom(const ConnectionFrom&) = delete;
  ConnectionFrom& operator=(const ConnectionFrom&) = delete;
  RawSocket& client() { return *client_; }
  TestRoutes routes;

 private:
  ListenerOptions options_;
  Router router_;
  Answerer answerer_;
  std::unique_ptr<RawSocket> client_;
  int server_ = -1;
  std::jthread thread_;
};

}  // namespace tweestap::http

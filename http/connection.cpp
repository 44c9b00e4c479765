#include "http/connection.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "http/client_address.h"
#include "http/connection_stream.h"
#include "http/problem.h"
#include "http/route.h"
#include "platform/crypto/secret.h"

namespace tweestap::http {
namespace {

using std::chrono::milliseconds;

// Behind an answer that came before all of the request was read: closing at once would reset the connection, and the
// answer would be lost on its way (RFC 9112, 9.6).
constexpr milliseconds kLingerTime{500};
constexpr std::size_t kLingerBytes = 256 * 1024;

// RFC 9112, 2.2 lets a reader take a lone LF for a line's end; in front of us somebody may not, so it ends here.
bool has_bare_line_feed(std::string_view bytes) {
  for (std::size_t at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    if (at == 0 || bytes[at - 1] != '\r') return true;
  }
  return false;
}

void set_receive_timeout(int socket, milliseconds timeout) {
  timeval time{};
  time.tv_sec = timeout.count() / 1000;
  time.tv_usec = timeout.count() % 1000 * 1000;
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
}

// Tells answers apart in logs; nothing depends on it being secret, so without randomness the counter alone does.
std::string random_stem() {
  std::array<unsigned char, 8> bytes{};
  [[maybe_unused]] const ssize_t drawn = getrandom(bytes.data(), bytes.size(), GRND_NONBLOCK);
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string stem = "req_";
  for (const unsigned char byte : bytes) {
    stem += kHex[byte >> 4];
    stem += kHex[byte & 15];
  }
  return stem;
}

}  // namespace

Connection::Connection(const ConnectionRules& rules, int socket, IpAddress peer)
    : rules_(rules),
      socket_(socket),
      peer_(peer),
      peer_is_proxy_(rules.options.forwarding.is_proxy(peer)),
      stays_open_(peer.is_loopback() || peer_is_proxy_),
      writer_(socket, rules.options.write_timeout),
      capacity_(kHeadBytesMax + rules.options.body_bytes_max),
      buffer_(std::make_unique_for_overwrite<char[]>(capacity_)),
      request_id_stem_(random_stem()) {}

Connection::~Connection() { platform::wipe_memory({reinterpret_cast<std::uint8_t*>(buffer_.get()), used_}); }

void Connection::run() {
  for (bool first = true;; first = false) {
    switch (serve_one(first)) {
      case Next::Request:
        break;
      case Next::Close:
        return;
      case Next::Linger:
        linger();
        return;
    }
  }
}

Connection::Next Connection::serve_one(bool first) {
  if (const auto ended = receive_head(first)) return *ended;
  next_request_id();
  if (const auto read = read_head({buffer_.get(), head_size_}, head_); !read) return refuse(read.error());
  const std::uint64_t streamed = streamed_max();
  const std::uint64_t body_max = streamed != 0 ? streamed : rules_.options.body_bytes_max;
  if (head_.content_length > body_max) return answer_unread({.code = ProblemCode::PayloadTooLarge}, true);
  if (streamed != 0) return serve_stream();
  if (const auto ended = receive_body()) return *ended;

  Request request = request_of_head();
  request.body = {buffer_.get() + head_size_, static_cast<std::size_t>(head_.content_length)};
  Response response = answer(request);
  const bool close = head_.wants_close || response.close || !stays_open_ || rules_.stopping.stop_requested();
  const Next next = write(response, request, close);
  forget_request();
  return next;
}

std::uint64_t Connection::streamed_max() const {
  if (!rules_.streamed_body_max) return 0;
  return rules_.streamed_body_max(head_.method, head_.target.substr(0, head_.target.find('?')));
}

Request Connection::request_of_head() {
  Request request;
  request.method = head_.method;
  request.target = head_.target;
  const std::size_t question = head_.target.find('?');
  request.path = head_.target.substr(0, question);
  request.query = question == std::string_view::npos ? std::string_view{} : head_.target.substr(question + 1);
  request.headers = head_.headers;
  request.listener = rules_.options.kind;
  request.peer = peer_;
  request.client = peer_;
  request.language = rules_.texts.choose(request.header("Accept-Language").value_or(""));
  request.texts = &rules_.texts;
  request.request_id = request_id_;
  request.received_at = Clock::now();
  request.stopping = rules_.stopping;
  return request;
}

// A body that is not kept: the handler reads it, and may answer before it has all of it. The connection ends behind it,
// so that nobody has to agree on where it went wrong.
Connection::Next Connection::serve_stream() {
  Request request = request_of_head();
  const bool chunked = !head_.http_1_0;
  ConnectionStream stream{{.socket = socket_,
                           .received = {buffer_.get() + head_size_, used_ - head_size_},
                           .body_bytes = head_.content_length,
                           .read_timeout = rules_.options.body_timeout,
                           .write_timeout = rules_.options.write_timeout,
                           .head = writer_.stream_head(request_id_, "application/x-ndjson", chunked),
                           .chunked = chunked}};
  request.stream = &stream;
  Response response = answer(request);
  // After some of it nothing else can be said: a peer whose answer was cut off sees that it has no end.
  if (response.streamed || stream.has_answered()) {
    tell(response.status, request);
    return stream.has_unread_body() ? Next::Linger : Next::Close;
  }
  const Next next = write(response, request, true);
  return stream.has_unread_body() ? Next::Linger : next;
}

// The common case is one system call: a whole request lies in what the first receive brings.
std::optional<Connection::Next> Connection::receive_head(bool first) {
  const auto begin = Clock::now();
  if (used_ == 0 && !wait_for_first_byte(first)) return Next::Close;
  // A new connection's time runs from accept, a later request's from its first byte.
  const auto deadline = (first ? begin : Clock::now()) + rules_.options.head_timeout;
  std::size_t looked_at = 0;
  for (;;) {
    const std::string_view bytes{buffer_.get(), used_};
    if (const auto end = head_end(bytes, looked_at)) {
      head_size_ = *end;
      return std::nullopt;
    }
    looked_at = used_;
    const bool too_large = used_ >= kHeadBytesMax;
    if (too_large || has_bare_line_feed(bytes)) {
      next_request_id();
      return refuse(too_large ? GuardRefusal::HeadTooLarge : GuardRefusal::BadHeaderLine);
    }
    if (receive_until(deadline)) continue;
    if (rules_.stopping.stop_requested()) return Next::Close;
    next_request_id();
    return answer_unread({.code = ProblemCode::MalformedRequest, .hint = "slow"});  // or half a request and gone
  }
}

std::optional<Connection::Next> Connection::receive_body() {
  const std::size_t whole = head_size_ + static_cast<std::size_t>(head_.content_length);
  if (used_ >= whole) return std::nullopt;
  const auto deadline = Clock::now() + rules_.options.body_timeout;
  while (used_ < whole) {
    if (!receive_until(deadline)) {
      return answer_unread({.code = ProblemCode::MalformedRequest, .hint = "slow"}, true);
    }
  }
  return std::nullopt;
}

bool Connection::wait_for_first_byte(bool first) {
  if (rules_.stopping.stop_requested()) return false;
  // Once per connection each, so that waiting for a request costs one system call and no poll.
  if (first) {
    set_receive_timeout(socket_, rules_.options.head_timeout);
  } else if (!idle_timeout_set_) {
    set_receive_timeout(socket_, rules_.options.idle_timeout);
    idle_timeout_set_ = true;
  }
  for (;;) {
    const ssize_t received = recv(socket_, buffer_.get(), capacity_, 0);
    if (received > 0) {
      used_ = static_cast<std::size_t>(received);
      return true;
    }
    if (received == 0 || errno != EINTR) return false;
  }
}

bool Connection::receive_until(Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd readable{socket_, POLLIN, 0};
    const int ready = poll(&readable, 1, static_cast<int>(left.count()));
    if (ready == 0) return false;
    if (ready < 0 && errno != EINTR) return false;
    if (ready < 0) continue;
    const ssize_t received = recv(socket_, buffer_.get() + used_, capacity_ - used_, MSG_DONTWAIT);
    if (received > 0) {
      used_ += static_cast<std::size_t>(received);
      return true;
    }
    if (received == 0 || (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)) return false;
  }
}

Response Connection::answer(Request& request) {
  // The only place where an exception of a library ends (HTTP-3). What it says stays unsaid: it may quote a secret.
  try {
    Response response = answer_within(request);
    for (const ResponseHeader& header : response.headers) {
      if (!is_header_value(header.value)) throw std::runtime_error("a header with a control character");
    }
    return response;
  } catch (...) {
    if (rules_.options.on_exception) rules_.options.on_exception(request.listener, request.request_id);
    return problem_response(rules_.texts, request.language, Problem{.code = ProblemCode::Unavailable});
  }
}

Response Connection::answer_within(Request& request) {
  if (peer_is_proxy_) {
    const auto client =
        client_address(rules_.options.forwarding, peer_, request.header_lines(rules_.options.forwarding.header));
    if (client) {
      request.client = *client;
    } else if (!answers_without_client_address(request.path)) {
      return problem_response(request, Problem{.code = ProblemCode::MalformedRequest, .hint = "forwarded"});
    }
  }
  return rules_.answerer(request);
}

void Connection::tell(std::uint16_t status, const Request& request) {
  if (!rules_.options.on_answer) return;
  rules_.options.on_answer(
      AnswerRecord{.listener = request.listener,
                   .method = method_name(request.method),
                   .route = request.route == nullptr ? std::string_view{} : request.route->path.text,
                   .status = status,
                   .took = Clock::now() - request.received_at,
                   .request_id = request.request_id});
}

Connection::Next Connection::write(Response& response, const Request& request, bool close) {
  tell(response.status, request);
  if (!writer_.write(response, request.request_id, request.method == Method::Head, close)) return Next::Close;
  if (!close) return Next::Request;
  int unread = 0;
  ioctl(socket_, FIONREAD, &unread);
  return unread > 0 ? Next::Linger : Next::Close;
}

Connection::Next Connection::refuse(GuardRefusal why) {
  if (rules_.options.on_refusal) rules_.options.on_refusal(rules_.options.kind, why);
  return answer_unread({.code = ProblemCode::MalformedRequest, .hint = "http"});
}

// For a request that is not, or not all, understood: nothing behind it is read, and nothing of it is used but the
// language that a clean head asks for.
Connection::Next Connection::answer_unread(const Problem& problem, bool head_is_clean) {
  Request request;
  request.listener = rules_.options.kind;
  request.language = head_is_clean ? request_of_head().language : rules_.texts.fallback();
  request.request_id = request_id_;
  request.received_at = Clock::now();
  Response response = problem_response(rules_.texts, request.language, problem);
  static_cast<void>(write(response, request, true));
  return Next::Linger;
}

// What came behind the request is the next one.
void Connection::forget_request() {
  const std::size_t whole = head_size_ + static_cast<std::size_t>(head_.content_length);
  const std::size_t rest = used_ - whole;
  std::memmove(buffer_.get(), buffer_.get() + whole, rest);
  platform::wipe_memory({reinterpret_cast<std::uint8_t*>(buffer_.get()) + rest, whole});
  used_ = rest;
}

void Connection::linger() {
  ::shutdown(socket_, SHUT_WR);
  const auto deadline = Clock::now() + kLingerTime;
  std::size_t thrown_away = used_;
  while (thrown_away < kLingerBytes) {
    used_ = 0;
    if (!receive_until(deadline)) break;
    thrown_away += used_;
  }
  used_ = std::max(used_, capacity_);  // all of it may have been written to; the destructor wipes it
}

void Connection::next_request_id() {
  ++requests_;
  request_id_ = request_id_stem_;
  request_id_ += '-';
  request_id_ += std::to_string(requests_);
}

}  // namespace tweestap::http

#include "http/listener.h"

#include <httplib.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>

#include "http/connection.h"
#include "http/connection_threads.h"
#include "http/problem.h"
#include "platform/thread.h"

namespace tweestap::http {
namespace {

using platform::Failure;

std::unexpected<Failure> refuse(Failure::Kind kind, std::string reason) {
  return std::unexpected(Failure{kind, std::move(reason)});
}

// cpp-httplib asks for 5, with which a burst of connections waits for SYNs to be sent again (HTTP-4). The kernel cuts
// this to net.core.somaxconn, 4096 by itself.
constexpr int kBacklog = 4096;

constexpr std::string_view kBusyRequestId = "req_busy";

std::expected<IpAddress, Failure> resolve(const std::string& host) {
  if (const auto address = IpAddress::parse(host)) return *address;
  // RFC 6761, 6.3: localhost is loopback, whatever a resolver says.
  if (host == "localhost") return IpAddress::parse("127.0.0.1").value();
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
    return refuse(Failure::Kind::Invalid, "cannot listen on \"" + host + "\": " + gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner{found, &freeaddrinfo};
  const auto address = IpAddress::of(found->ai_addr);
  if (!address) return refuse(Failure::Kind::Invalid, "cannot listen on \"" + host + "\": it is no IP address");
  return *address;
}

std::string host_and_port(const IpAddress& address, std::uint16_t port) {
  const std::string host = address.is_v4() ? address.text() : "[" + address.text() + "]";
  return host + ":" + std::to_string(port);
}

}  // namespace

/// cpp-httplib opens the socket and accepts; each connection is ours from its first byte on. Its own reading of
/// requests is left out on purpose: it forgives what HTTP-1 must not, and after the guard it would be a second opinion
/// on the same bytes.
class Acceptor : public httplib::Server {
 public:
  explicit Acceptor(std::function<void(int)> connected, std::function<bool(std::function<void()>)> run)
      : connected_(std::move(connected)) {
    // By itself it sets SO_REUSEPORT, with which any process of the same user could take a share of the connections.
    set_socket_options([](socket_t socket) {
      const int on = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
    new_task_queue = [run = std::move(run)] { return new Queue{run}; };
  }

  /// The port, or nothing.
  std::optional<std::uint16_t> bind(const std::string& address, std::uint16_t port) {
    if (port == 0) {
      const int picked = bind_to_any_port(address);
      if (picked <= 0) return std::nullopt;
      port = static_cast<std::uint16_t>(picked);
    } else if (!bind_to_port(address, port)) {
      return std::nullopt;
    }
    if (::listen(svr_sock_, kBacklog) != 0) return std::nullopt;
    return port;
  }

  /// Accepts until stop_accepting(); false where accept() failed in a way that cpp-httplib gives up at.
  bool accept() {
    if (listen_after_bind()) return true;
    svr_sock_ = INVALID_SOCKET;  // it has closed the socket and kept the number
    return false;
  }

  /// Ends accept(), or keeps it from beginning: cpp-httplib's own stop() does nothing before its loop runs.
  /// From any thread. The socket is closed with this object, when nobody can be in accept() any more.
  void stop_accepting() {
    const socket_t socket = svr_sock_.exchange(INVALID_SOCKET);
    if (socket == INVALID_SOCKET) return;
    ::shutdown(socket, SHUT_RDWR);
    to_close_ = socket;
  }

  ~Acceptor() override {
    stop_accepting();
    if (to_close_ != INVALID_SOCKET) ::close(to_close_);
  }

 private:
  struct Queue : httplib::TaskQueue {
    explicit Queue(std::function<bool(std::function<void()>)> run) : run_(std::move(run)) {}
    // void in 0.11, bool in 0.18.
    using Enqueued = decltype(std::declval<httplib::TaskQueue&>().enqueue(std::function<void()>{}));
    Enqueued enqueue(std::function<void()> task) override {
      // Over the limit the accepting thread runs it, which is how connected_ knows that it has to turn it away.
      if (!run_(task)) task();
      return static_cast<Enqueued>(true);
    }
    void shutdown() override {}  // stop() waits for the threads, within its bound
    std::function<bool(std::function<void()>)> run_;
  };

  bool process_and_close_socket(socket_t socket) override {
    connected_(socket);
    return true;
  }

  std::function<void(int)> connected_;
  socket_t to_close_ = INVALID_SOCKET;
};

struct Listener::Inside {
  Inside(ListenerOptions from, const Texts& all_texts, IpAddress to)
      : options(std::move(from)), texts(all_texts), address(to), threads(options.connections_max) {}

  std::unique_ptr<Acceptor> new_acceptor();
  void accept_until_stopped();
  void connected(int socket);
  void serve(int socket);
  void turn_away(int socket);
  void close_socket(int socket);
  bool wait_until_none(std::chrono::milliseconds timeout);
  void shutdown_all(int how);

  const ListenerOptions options;
  const Texts& texts;
  const IpAddress address;
  std::uint16_t port = 0;
  Answerer answerer;
  StreamedBodyMax streamed_body_max;
  std::stop_source stopping;
  std::unique_ptr<Acceptor> acceptor;  // replaced only by the accepting thread, under mutex
  std::thread::id accepting_thread;
  std::jthread accepting;
  std::mutex mutex;
  std::condition_variable changed;
  std::set<int> sockets;  // open ones, guarded by mutex; a number is taken out before it is closed
  std::atomic<bool> stopped = false;
  ConnectionThreads threads;
};

std::unique_ptr<Acceptor> Listener::Inside::new_acceptor() {
  return std::make_unique<Acceptor>([this](int socket) { connected(socket); },
                                    [this](std::function<void()> task) { return threads.run(std::move(task)); });
}

// cpp-httplib gives up, and closes the socket, at any error of accept() but two; some of the others are a peer's doing
// (accept(2), "Error handling"). The service goes on with a new socket on the same port.
void Listener::Inside::accept_until_stopped() {
  platform::name_thread("accept");
  accepting_thread = std::this_thread::get_id();
  while (!stopping.stop_requested()) {
    acceptor->accept();
    std::unique_lock lock{mutex};
    if (stopping.stop_requested()) return;
    acceptor = new_acceptor();
    // Where somebody holds the port for a moment, the pause keeps this from spinning.
    if (!acceptor->bind(address.text(), port)) changed.wait_for(lock, std::chrono::milliseconds{50});
  }
}

void Listener::Inside::connected(int socket) {
  if (std::this_thread::get_id() == accepting_thread) {
    turn_away(socket);
    return;
  }
  {
    const std::lock_guard lock{mutex};
    if (stopping.stop_requested()) {
      ::close(socket);
      return;
    }
    sockets.insert(socket);
  }
  try {
    serve(socket);
  } catch (...) {
    // No memory for a connection: it ends, the others go on.
    if (options.on_exception) options.on_exception(options.kind, kBusyRequestId);
  }
  close_socket(socket);
}

void Listener::Inside::serve(int socket) {
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&from), &size) != 0) return;
  const auto peer = IpAddress::of(reinterpret_cast<const sockaddr*>(&from));
  if (!peer) return;
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const ConnectionRules rules{options, texts, answerer, streamed_body_max, stopping.get_token()};
  Connection{rules, socket, *peer}.run();
}

// On the accepting thread, so nothing here may wait: what the socket does not take at once is not said.
void Listener::Inside::turn_away(int socket) {
  Response response = problem_response(texts, texts.fallback(), Problem{.code = ProblemCode::Unavailable});
  static_cast<void>(AnswerWriter{socket, std::chrono::milliseconds{0}}.write(response, kBusyRequestId, false, true));
  ::shutdown(socket, SHUT_WR);
  char thrown_away[4096];
  static_cast<void>(::recv(socket, thrown_away, sizeof thrown_away, MSG_DONTWAIT));
  ::close(socket);
}

void Listener::Inside::close_socket(int socket) {
  {
    const std::lock_guard lock{mutex};
    sockets.erase(socket);
  }
  ::close(socket);
  changed.notify_all();
}

bool Listener::Inside::wait_until_none(std::chrono::milliseconds timeout) {
  std::unique_lock lock{mutex};
  return changed.wait_for(lock, timeout, [&] { return sockets.empty(); });
}

void Listener::Inside::shutdown_all(int how) {
  const std::lock_guard lock{mutex};
  for (const int socket : sockets) ::shutdown(socket, how);
}

std::expected<IpAddress, Failure> Listener::may_listen(const std::string& host, std::uint16_t port,
                                                       const ForwardingRule& forwarding) {
  const auto address = resolve(host);
  if (!address || address->is_loopback() || !forwarding.proxies.empty()) return address;
  return refuse(Failure::Kind::Invalid,
                "will not listen on " + host_and_port(*address, port) +
                    ": passwords would cross the network in the clear. Listen on 127.0.0.1, or put a proxy that speaks "
                    "TLS in front and name its address in http.proxies");
}

std::expected<std::unique_ptr<Listener>, Failure> Listener::open(ListenerOptions options, const Texts& texts) {
  const auto address = may_listen(options.host, options.port, options.forwarding);
  if (!address) return std::unexpected(address.error());
  auto inside = std::make_unique<Inside>(std::move(options), texts, *address);
  inside->acceptor = inside->new_acceptor();
  errno = 0;
  const auto port = inside->acceptor->bind(address->text(), inside->options.port);
  if (!port) {
    const std::string why = errno == 0 ? "the address cannot be bound" : std::strerror(errno);
    return refuse(Failure::Kind::Unavailable,
                  "cannot listen on " + host_and_port(*address, inside->options.port) + ": " + why);
  }
  inside->port = *port;
  return std::unique_ptr<Listener>{new Listener{std::move(inside)}};
}

Listener::Listener(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}

Listener::~Listener() { static_cast<void>(stop()); }

void Listener::start(Answerer answerer, StreamedBodyMax streamed_body_max) {
  inside_->answerer = std::move(answerer);
  inside_->streamed_body_max = std::move(streamed_body_max);
  inside_->accepting = std::jthread{[this] { inside_->accept_until_stopped(); }};
}

bool Listener::stop() {
  Inside& inside = *inside_;
  if (inside.stopped.exchange(true)) return true;
  inside.stopping.request_stop();
  {
    const std::lock_guard lock{inside.mutex};
    inside.acceptor->stop_accepting();
  }
  if (inside.accepting.joinable()) inside.accepting.join();
  inside.shutdown_all(SHUT_RD);  // wakes those that wait for a request; those that answer one go on
  const bool drained = inside.wait_until_none(inside.options.drain_timeout);
  if (!drained) inside.shutdown_all(SHUT_RDWR);
  inside.threads.join_all();
  return drained;
}

std::uint16_t Listener::port() const { return inside_->port; }

std::string Listener::url() const {
  IpAddress host = inside_->address;
  const bool any = host.text() == "0.0.0.0" || host.text() == "::";
  if (any) host = IpAddress::parse(host.is_v4() ? "127.0.0.1" : "::1").value();
  return "http://" + host_and_port(host, inside_->port);
}

std::size_t Listener::connections() const {
  const std::lock_guard lock{inside_->mutex};
  return inside_->sockets.size();
}

}  // namespace tweestap::http

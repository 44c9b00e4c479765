#include "tests/consumers/provider.h"

#include <arpa/inet.h>
#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <mutex>
#include <stdexcept>

namespace tweestap::tests {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

ReceivedRequest as_received(const httplib::Request& request) {
  ReceivedRequest received{request.method, request.path, request.body, {}, request.remote_port};
  for (const auto& [name, value] : request.headers) received.headers[lower(name)] = value;
  return received;
}

// A listener on a free port of loopback.
int listen_on_loopback(std::uint16_t& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener, 64) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no port to listen on");
  }
  port = ntohs(address.sin_port);
  return listener;
}

std::string loopback_url(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

}  // namespace

struct Certificate::Parts {
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
};

Certificate::Certificate(const std::string& name) : parts_(std::make_unique<Parts>()) {
  parts_->key = EVP_EC_gen("P-256");
  X509* const certificate = parts_->certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, parts_->key);
  X509_NAME* const subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("tweestap test"), -1,
                             -1, 0);
  X509_set_issuer_name(certificate, subject);
  X509_EXTENSION* const names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name.c_str());
  if (names == nullptr || X509_add_ext(certificate, names, -1) != 1 ||
      X509_sign(certificate, parts_->key, EVP_sha256()) == 0) {
    throw std::runtime_error("no certificate");
  }
  X509_EXTENSION_free(names);
}

Certificate::~Certificate() {
  X509_free(parts_->certificate);
  EVP_PKEY_free(parts_->key);
}

std::string Certificate::pem() const {
  BIO* const out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(out, parts_->certificate);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out, &text);
  std::string result(text, static_cast<std::size_t>(size));
  BIO_free(out);
  return result;
}

struct Provider::Server {
  std::unique_ptr<httplib::Server> http;
  std::string scheme;
  int port = 0;
  mutable std::mutex mutex;
  std::vector<ReceivedRequest> received;  // under mutex
  std::thread thread;

  void run(Handler handler) {
    std::signal(SIGPIPE, SIG_IGN);  // as the service does: a client of TLS may hang up first
    http->new_task_queue = [] { return new httplib::ThreadPool(64); };  // a connection that is kept holds a thread
    http->set_keep_alive_max_count(1'000'000);
    http->set_tcp_nodelay(true);
    const auto answer = [this, handler = std::move(handler)](const httplib::Request& request,
                                                             httplib::Response& response) {
      const ReceivedRequest one = as_received(request);
      {
        const std::scoped_lock lock(mutex);
        received.push_back(one);
      }
      const Reply reply = handler(one);
      response.status = reply.status;
      response.body = reply.body;
      for (const auto& [name, value] : reply.headers) response.set_header(name, value);
    };
    http->Post(".*", answer).Put(".*", answer);
    port = http->bind_to_any_port("127.0.0.1");
    thread = std::thread([this] { http->listen_after_bind(); });
    while (!http->is_running()) std::this_thread::yield();  // before that, stop() would do nothing
  }
};

Provider::Provider(Handler handler) : server_(std::make_unique<Server>()) {
  server_->http = std::make_unique<httplib::Server>();
  server_->scheme = "http";
  server_->run(std::move(handler));
}

Provider::Provider(Handler handler, const Certificate& certificate) : server_(std::make_unique<Server>()) {
  server_->http = std::make_unique<httplib::SSLServer>(certificate.parts_->certificate, certificate.parts_->key);
  server_->scheme = "https";
  server_->run(std::move(handler));
}

Provider::~Provider() {
  server_->http->stop();
  server_->thread.join();
}

std::string Provider::url(const std::string& path) const {
  return server_->scheme + "://127.0.0.1:" + std::to_string(server_->port) + path;
}

std::vector<ReceivedRequest> Provider::received() const {
  const std::scoped_lock lock(server_->mutex);
  return server_->received;
}

OddServer::OddServer(std::function<void(int)> behave) : listener_(listen_on_loopback(port_)) {
  thread_ = std::jthread([this, behave = std::move(behave)] {
    for (int connection = 0; (connection = ::accept(listener_, nullptr, nullptr)) >= 0;) {
      behave(connection);
      ::close(connection);
    }
  });
}

OddServer::~OddServer() {
  ::shutdown(listener_, SHUT_RDWR);  // accept() ends with an error
  thread_.join();
  ::close(listener_);
}

std::string OddServer::url() const { return loopback_url(port_); }

void OddServer::hang(int connection) {
  char bytes[4096];
  while (::recv(connection, bytes, sizeof bytes, 0) > 0) {
  }
}

std::function<void(int)> OddServer::say(std::string bytes) {
  return [bytes = std::move(bytes)](int connection) {
    char request[4096];
    if (::recv(connection, request, sizeof request, 0) <= 0) return;
    static_cast<void>(::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    ::shutdown(connection, SHUT_WR);
    hang(connection);  // closing with bytes unread would reset the connection before the answer is read
  };
}

std::string deserted_url() {
  std::uint16_t port = 0;
  ::close(listen_on_loopback(port));
  return loopback_url(port);
}

}  // namespace tweestap::tests

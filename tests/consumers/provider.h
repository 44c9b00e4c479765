#pragma once
// Providers on loopback for the tests of gateways: one that answers as told, and ones that behave badly.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tweestap::tests {

struct ReceivedRequest {
  std::string method;
  std::string path;
  std::string body;
  std::map<std::string, std::string> headers;  ///< names in lower case
  int connection = 0;                          ///< the sender's port
};

struct Reply {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// A self-signed certificate of a name, `DNS:localhost` or `IP:127.0.0.1`, and its key.
class Certificate {
 public:
  explicit Certificate(const std::string& name);
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  [[nodiscard]] std::string pem() const;

 private:
  friend class Provider;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Answers every request by `handler`, which any thread may call, and remembers it. Keeps connections open.
class Provider {
 public:
  using Handler = std::function<Reply(const ReceivedRequest&)>;
  explicit Provider(Handler handler);
  Provider(Handler handler, const Certificate& certificate);
  ~Provider();
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;

  /// `http://127.0.0.1:PORT` or `https://127.0.0.1:PORT`, and the path behind.
  [[nodiscard]] std::string url(const std::string& path = "") const;
  [[nodiscard]] std::vector<ReceivedRequest> received() const;

 private:
  struct Server;
  std::unique_ptr<Server> server_;
};

/// A port of loopback whose owner does something odd with each connection, one after the other.
class OddServer {
 public:
  /// `behave` gets the connection's descriptor, which is closed behind it.
  explicit OddServer(std::function<void(int)> behave);
  ~OddServer();
  OddServer(const OddServer&) = delete;
  OddServer& operator=(const OddServer&) = delete;
  [[nodiscard]] std::string url() const;

  /// Reads the request and says nothing until the other side hangs up.
  static void hang(int connection);
  /// Reads some of the request and answers with these bytes.
  static std::function<void(int)> say(std::string bytes);

 private:
  std::uint16_t port_ = 0;
  int listener_ = -1;  // behind the port, which opening it fills in
  std::jthread thread_;
};

/// The URL of a port where nobody listens.
[[nodiscard]] std::string deserted_url();

}  // namespace tweestap::tests

#include "consumers/http_client.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "consumers/curl_memory.h"
#include "platform/bug.h"
#include "platform/files.h"

namespace tweestap::consumers {
namespace {

using platform::Failure;
using platform::Secret;

// As many as there may be senders; more than that were in flight at once only for a moment.
constexpr std::size_t kIdleConnectionsMax = 256;
constexpr std::size_t kCaFileBytesMax = 1024 * 1024;  // the system's own has 220 KiB

struct EndUrl {
  void operator()(CURLU* url) const { ::curl_url_cleanup(url); }
};
struct EndList {
  void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};
struct EndEasy {
  void operator()(CURL* easy) const { ::curl_easy_cleanup(easy); }
};
struct EndShare {
  void operator()(CURLSH* share) const { ::curl_share_cleanup(share); }
};

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (::curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string result(text);
  ::curl_free(text);
  return result;
}

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;  // libcurl asks no resolver for it
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  return host == "[::1]";
}

// With the zero behind it that libcurl wants.
Secret as_c_string(std::string_view text) {
  Secret terminated(text.size() + 1);
  std::ranges::copy(text, terminated.writable().begin());
  return terminated;
}
const char* c_str(const Secret& terminated) { return terminated.reveal_text().data(); }

NoAnswer why(CURLcode code) {
  switch (code) {  // libcurl's own list grows, so this one has a default
    case CURLE_OPERATION_TIMEDOUT:
      return NoAnswer::TimedOut;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return NoAnswer::Untrusted;
    case CURLE_UNSUPPORTED_PROTOCOL:  // bytes that are no status line
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WRITE_ERROR:  // take_body wanted no more
      return NoAnswer::NotHttp;
    case CURLE_ABORTED_BY_CALLBACK:
      return NoAnswer::Stopped;
    default:
      return NoAnswer::NotReachable;
  }
}

struct Received {
  Secret room{kAnswerBytesMax};
  std::size_t size = 0;
};

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* received) {
  auto& answer = *static_cast<Received*>(received);
  if (count > kAnswerBytesMax - answer.size) return 0;  // anything but `count` ends the transfer
  std::memcpy(answer.room.writable().data() + answer.size, bytes, count);
  answer.size += count;
  return count;
}

int ask_whether_to_stop(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

}  // namespace

// One connection for one request after another. A handle of libcurl keeps what it sent until the handle itself goes
// (its buffers survive a reset), so each request has one of its own, and the connection outlives it in a share that
// nobody else uses (KEY-3).
class HttpClient::Connection {
 public:
  Connection() : kept_(::curl_share_init()) {
    for (const auto what : {CURL_LOCK_DATA_CONNECT, CURL_LOCK_DATA_DNS, CURL_LOCK_DATA_SSL_SESSION}) {
      if (!kept_ || ::curl_share_setopt(kept_.get(), CURLSHOPT_SHARE, what) != CURLSHE_OK) {
        platform::bug("libcurl keeps no connections");
      }
    }
  }

  std::expected<HttpAnswer, NoAnswer> send(const Endpoint& endpoint, const std::vector<Secret>& headers,
                                           const Secret& body, const std::stop_token& stop) {
    Received received;
    easy_.reset(::curl_easy_init());
    if (!easy_) platform::bug("libcurl gives no handle");
    set(CURLOPT_SHARE, kept_.get());
    const auto lines = list_of(headers);
    address(endpoint);
    trust(endpoint);
    set(CURLOPT_HTTPHEADER, lines.get());
    set(CURLOPT_CUSTOMREQUEST, endpoint.method.c_str());
    set(CURLOPT_POSTFIELDS, body.reveal_text().data());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    set(CURLOPT_WRITEFUNCTION, take_body);
    set(CURLOPT_WRITEDATA, &received);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, ask_whether_to_stop);
    set(CURLOPT_XFERINFODATA, &stop);
    const CURLcode code = ::curl_easy_perform(easy_.get());
    auto answer = code == CURLE_OK ? answered(received) : std::unexpected(why(code));
    easy_.reset();
    return answer;
  }

 private:
  template <class T>
  void set(CURLoption option, T value) {
    if (::curl_easy_setopt(easy_.get(), option, value) != CURLE_OK) platform::bug("libcurl knows every option we set");
  }

  void address(const Endpoint& endpoint) {
    set(CURLOPT_URL, endpoint.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");  // check_url has decided which of the two
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");     // not even one from the environment, which nobody sees in the settings
    set(CURLOPT_NOSIGNAL, 1L);  // time limits without SIGALRM, which belongs to the process
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(endpoint.connect_limit.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(endpoint.total_limit.count()));
    if (endpoint.user.empty()) return;
    set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    set(CURLOPT_USERNAME, endpoint.user.c_str());
    set(CURLOPT_PASSWORD, c_str(as_c_string(endpoint.password.reveal_text())));
  }

  void trust(const Endpoint& endpoint) {
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);  // the certificate has to be of this name
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (endpoint.ca_file.empty()) return;
    set(CURLOPT_CAINFO, endpoint.ca_file.c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // Debian's libcurl would look into the system's folder too
  }

  static std::unique_ptr<curl_slist, EndList> list_of(const std::vector<Secret>& headers) {
    std::unique_ptr<curl_slist, EndList> list;
    const auto append = [&](const char* line) {
      curl_slist* const longer = ::curl_slist_append(list.get(), line);
      if (longer == nullptr) platform::bug("no memory for a header");
      static_cast<void>(list.release());  // it is in `longer`
      list.reset(longer);
    };
    for (const Secret& header : headers) append(c_str(as_c_string(header.reveal_text())));
    append("Expect:");  // no round trip before the body
    return list;
  }

  std::expected<HttpAnswer, NoAnswer> answered(Received& received) {
    long status = 0;
    curl_off_t retry_after = 0;
    ::curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    ::curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &retry_after);
    received.room.shorten(received.size);
    HttpAnswer answer{.status = static_cast<int>(status), .body = std::move(received.room), .retry_after = {}};
    if (retry_after > 0) answer.retry_after = std::chrono::seconds(retry_after);
    return answer;
  }

  std::unique_ptr<CURLSH, EndShare> kept_;
  std::unique_ptr<CURL, EndEasy> easy_;  // of the request that is under way; gone before the share
};

std::expected<void, std::string> check_url(const std::string& text) {
  if (!prepare_curl()) return std::unexpected("cannot be read: libcurl does not start");
  const std::unique_ptr<CURLU, EndUrl> url(::curl_url());
  if (!url || ::curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return std::unexpected("has to be a URL such as https://sms.example.org/messages");
  }
  if (!part_of(url.get(), CURLUPART_USER).empty() || !part_of(url.get(), CURLUPART_PASSWORD).empty()) {
    return std::unexpected("may not hold a user or password: everybody who lists the settings would read them");
  }
  if (!part_of(url.get(), CURLUPART_FRAGMENT).empty()) return std::unexpected("may not have a fragment");
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
  const bool to_loopback = scheme == "http" && is_loopback(part_of(url.get(), CURLUPART_HOST));
  if (scheme == "https" || to_loopback) return {};
  return std::unexpected("has to be https; http only to a loopback address");
}

std::expected<std::unique_ptr<HttpClient>, Failure> HttpClient::create(Endpoint endpoint) {
  if (auto good = check_url(endpoint.url); !good) {
    return std::unexpected(Failure{Failure::Kind::Invalid, "url " + good.error()});
  }
  if (!endpoint.ca_file.empty()) {
    const auto certificates = platform::read_small_file(endpoint.ca_file, kCaFileBytesMax);
    if (!certificates)
      return std::unexpected(Failure{Failure::Kind::Invalid, "ca_file: " + certificates.error().reason});
  }
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(endpoint)));
}

HttpClient::HttpClient(Endpoint endpoint) : endpoint_(std::move(endpoint)) {}

HttpClient::~HttpClient() = default;

std::unique_ptr<HttpClient::Connection> HttpClient::take() {
  {
    const std::scoped_lock lock(mutex_);
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  return std::make_unique<Connection>();
}

void HttpClient::give_back(std::unique_ptr<Connection> connection) {
  const std::scoped_lock lock(mutex_);
  if (idle_.size() < kIdleConnectionsMax) idle_.push_back(std::move(connection));
}

std::expected<HttpAnswer, NoAnswer> HttpClient::send(const std::vector<Secret>& headers, const Secret& body,
                                                     const std::stop_token& stop) {
  auto connection = take();
  auto answer = connection->send(endpoint_, headers, body, stop);
  give_back(std::move(connection));
  return answer;
}

}  // namespace tweestap::consumers

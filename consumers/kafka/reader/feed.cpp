#include "consumers/kafka/reader/feed.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <string.h>

#include <algorithm>
#include <fstream>
#include <string_view>
#include <utility>

namespace tweestap::reader {
namespace {

// The service ends an answer behind the event that reaches 4 MiB.
constexpr std::size_t kAnswerBytesMax = std::size_t{5} << 20;
constexpr std::size_t kKeyBytesMax = 256;  // a key of Tweestap has less than 100
constexpr long kConnectMs = 3000;
constexpr long kAnswerMs = 30'000;
constexpr long kOk = 200;
constexpr long kTooMany = 429;
constexpr long kServerErrors = 500;

struct Free {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
  // libcurl's copy of a line is the key's too.
  void operator()(curl_slist* list) const noexcept {
    for (const curl_slist* line = list; line != nullptr; line = line->next)
      explicit_bzero(line->data, strlen(line->data));
    curl_slist_free_all(list);
  }
};
template <class T>
using Handle = std::unique_ptr<T, Free>;

void wipe(std::string& text) { explicit_bzero(text.data(), text.capacity()); }

// Wipes itself, as far as this file made copies.
struct KeyLine {
  std::string text;
  ~KeyLine() { wipe(text); }
};

std::unexpected<Failure> failure(Trouble trouble, std::string reason) {
  return std::unexpected(Failure{trouble, std::move(reason)});
}

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string copy{text};
  curl_free(text);
  return copy;
}

bool is_loopback(const std::string& host) {
  if (host == "localhost" || host == "[::1]") return true;  // libcurl asks no resolver for the first
  in_addr v4{};
  return inet_pton(AF_INET, host.c_str(), &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127;
}

bool may_get_a_key(const std::string& text) {
  const Handle<CURLU> url{curl_url()};
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return false;
  for (const CURLUPart part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT}) {
    if (!part_of(url.get(), part).empty()) return false;
  }
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
  return scheme == "https" || (scheme == "http" && is_loopback(part_of(url.get(), CURLUPART_HOST)));
}

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* into) {
  auto& body = *static_cast<std::string*>(into);
  if (count > kAnswerBytesMax - body.size()) return 0;  // anything but `count` ends the transfer
  body.append(bytes, count);
  return count;
}

int ask_whether_to_stop(void* stopping, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(stopping)->load() ? 1 : 0;
}

// As it can stand in a header.
bool is_key(std::string_view key) {
  return !key.empty() && key.size() < kKeyBytesMax &&
         std::ranges::all_of(key, [](char one) { return one > ' ' && one <= '~'; });
}

// The whole header, from the key, or from the first line of its file.
std::expected<void, Failure> read_key(const Service& service, KeyLine& line) {
  line.text.reserve(2 * kKeyBytesMax);  // no copy is left behind by growing
  line.text = "Authorization: Bearer ";
  if (service.api_key_file.empty()) {
    line.text += service.api_key;
    return {};
  }
  std::ifstream stream{service.api_key_file};
  char c = 0;
  std::size_t size = 0;
  for (; stream.get(c) && c != '\n' && size < kKeyBytesMax; ++size) line.text.push_back(c);
  if (!is_key(std::string_view{line.text}.substr(line.text.size() - size))) {
    return failure(Trouble::Invalid,
                   "the API key's file cannot be read, or has no key in its first line: " + service.api_key_file);
  }
  return {};
}

// Whether there is one key, or a file to read it from, and not both. The file is read already: whoever mistyped its
// name is to hear of it now, and not at the first gap, which may be in a year.
std::expected<void, Failure> judge_key(const Service& service) {
  if (service.api_key.empty() == service.api_key_file.empty()) {
    return failure(Trouble::Invalid, service.api_key.empty() ? "the service wants an API key, or a file with one"
                                                             : "the API key is given twice: by itself and in a file");
  }
  if (!service.api_key.empty() && !is_key(service.api_key)) {
    return failure(Trouble::Invalid, "the API key is none: it is too long, or not visible ASCII");
  }
  KeyLine line;
  return read_key(service, line);
}

std::expected<void, Failure> judge(CURLcode code, long status, const std::string& about) {
  if (code == CURLE_ABORTED_BY_CALLBACK) return failure(Trouble::Stopped, "stopped");
  if (code == CURLE_WRITE_ERROR) return failure(Trouble::Invalid, about + " answers with more than a page of events");
  if (code != CURLE_OK) return failure(Trouble::Unavailable, about + ": " + curl_easy_strerror(code));
  if (status == kOk) return {};
  const bool later = status == kTooMany || status >= kServerErrors;
  return failure(
      later ? Trouble::Unavailable : Trouble::Invalid,
      about + " answers with status " + std::to_string(status) +
          (status == 401 || status == 403 ? ": the API key is wrong, revoked, over or of another role" : ""));
}

}  // namespace

struct Feed::Connection {
  Handle<CURL> easy{curl_easy_init()};
  bool good = true;

  template <class T>
  void set(CURLoption option, T value) {
    good = good && curl_easy_setopt(easy.get(), option, value) == CURLE_OK;
  }
};

std::expected<std::unique_ptr<Feed>, Failure> Feed::create(Service& service, const std::atomic<bool>& stopping) {
  static const bool kReady = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  if (!kReady) return failure(Trouble::Invalid, "libcurl does not start");
  if (!may_get_a_key(service.url)) {
    return failure(Trouble::Invalid,
                   "the service's URL has to be https, or http to a loopback address, without user or query");
  }
  if (auto good = judge_key(service); !good) return std::unexpected(std::move(good.error()));
  auto connection = std::make_unique<Connection>();
  if (!connection->easy) return failure(Trouble::Invalid, "libcurl gives no handle");
  std::unique_ptr<Feed> feed{new Feed{service, stopping, std::move(connection)}};
  wipe(service.api_key);
  service.api_key.clear();
  return feed;
}

Feed::Feed(const Service& service, const std::atomic<bool>& stopping, std::unique_ptr<Connection> connection)
    : service_(service), stopping_(stopping), connection_(std::move(connection)) {
  while (service_.url.ends_with('/')) service_.url.pop_back();
}

Feed::~Feed() { wipe(service_.api_key); }

std::expected<Page, Failure> Feed::read(std::uint64_t after, std::size_t limit) {
  auto body = get(service_.url + "/v1/events?after=" + std::to_string(after) + "&limit=" + std::to_string(limit));
  if (!body) return std::unexpected(std::move(body.error()));
  auto page = parse_page(*body);
  if (!page) return failure(Trouble::Invalid, "what " + service_.url + " answers: " + page.error());
  return std::move(*page);
}

std::expected<std::string, Failure> Feed::get(const std::string& url) {
  KeyLine key;
  if (auto read = read_key(service_, key); !read) return std::unexpected(std::move(read.error()));
  const Handle<curl_slist> headers{curl_slist_append(nullptr, key.text.c_str())};
  std::string body;
  Connection& to = *connection_;
  curl_easy_reset(to.easy.get());  // its connection stays open
  to.set(CURLOPT_URL, url.c_str());
  to.set(CURLOPT_PROTOCOLS_STR, "http,https");  // create() has decided which of the two
  to.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  to.set(CURLOPT_HTTPHEADER, headers.get());
  to.set(CURLOPT_FOLLOWLOCATION, 0L);
  to.set(CURLOPT_PROXY, "");     // not even one from the environment, which would read the key
  to.set(CURLOPT_NOSIGNAL, 1L);  // signals belong to the application
  to.set(CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
  to.set(CURLOPT_TIMEOUT_MS, kAnswerMs);
  to.set(CURLOPT_SSL_VERIFYPEER, 1L);
  to.set(CURLOPT_SSL_VERIFYHOST, 2L);  // the certificate has to be of this name
  to.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!service_.ca_file.empty()) {
    to.set(CURLOPT_CAINFO, service_.ca_file.c_str());
    to.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // Debian's would look into the system's folder too
  }
  to.set(CURLOPT_WRITEFUNCTION, take_body);
  to.set(CURLOPT_WRITEDATA, &body);
  to.set(CURLOPT_NOPROGRESS, 0L);
  to.set(CURLOPT_XFERINFOFUNCTION, ask_whether_to_stop);
  // libcurl hands the pointer back and looks at nothing behind it.
  to.set(CURLOPT_XFERINFODATA, const_cast<std::atomic<bool>*>(&stopping_));
  if (!headers || !to.good) return failure(Trouble::Invalid, "this libcurl lacks what a request needs");
  const CURLcode code = curl_easy_perform(to.easy.get());
  long status = 0;
  curl_easy_getinfo(to.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  if (auto good = judge(code, status, service_.url); !good) return std::unexpected(std::move(good.error()));
  return body;
}

}  // namespace tweestap::reader

// Phone numbers that are stored by every way there is, and sent to a provider that refuses them and says all it was
// told; then none is anywhere but at that provider (rule LOG-1).
#include <gtest/gtest.h>
#include <httplib.h>

#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "tests/journey/person.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/import_client.h"
#include "tests/support/places.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

using nlohmann::json;

// As somebody types it, and what is stored: one for each field that takes a number.
struct Number {
  std::string typed;
  std::string e164;
};
const Number kEnrolled{"06 1357 0001", "+31613570001"};
const Number kChanged{"+31 6-1357-0002", "+31613570002"};
const Number kCreated{"0613570003", "+31613570003"};
const Number kImported{"0031613570004", "+31613570004"};
const Number kLandline{"020 135 7005", "+31201357005"};  // which nothing takes
const std::string kPassword = "a quiet harbour";         // of who moves here

void expect_no_number(const std::string& where, const std::string& text) {
  for (const Number& number : {kEnrolled, kChanged, kCreated, kImported, kLandline}) {
    // Without the country's code, so that it is found whatever stands before it.
    const std::string national = number.e164.substr(3);
    for (const std::string& form : {number.typed, national}) {
      const std::size_t at = text.find(form);
      EXPECT_EQ(at, std::string::npos) << form << " in " << where << ": " << text.substr(at < 60 ? 0 : at - 60, 140);
    }
  }
}

// Refuses every message, and quotes it.
class QuotingProvider {
 public:
  QuotingProvider() {
    server_.Post("/", [this](const httplib::Request& request, httplib::Response& response) {
      const json message = json::parse(request.body);
      {
        const std::scoped_lock lock{mutex_};
        texts_[message.at("to")] = message.at("text");
      }
      response.status = 400;
      response.set_header("X-Message", message.at("to").get<std::string>());
      response.set_content(request.body, "application/json");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::jthread{[this] { server_.listen_after_bind(); }};
    while (!server_.is_running()) std::this_thread::yield();  // before that, stop() would do nothing
  }
  ~QuotingProvider() { server_.stop(); }
  QuotingProvider(const QuotingProvider&) = delete;
  QuotingProvider& operator=(const QuotingProvider&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
  // The last message to a number; empty where there was none.
  [[nodiscard]] std::string text_to(const Number& number) const {
    const std::scoped_lock lock{mutex_};
    const auto found = texts_.find(number.e164);
    return found == texts_.end() ? "" : found->second;
  }

 private:
  httplib::Server server_;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> texts_;
  std::jthread thread_;
};

class PhoneCanaries : public ::testing::Test {
 protected:
  PhoneCanaries()
      : service_(ServiceProcess::Options{.data = data(),
                                         .flags = {"--demo", "--admin-key-file", key_file().string()},
                                         .environment = {{"TWEESTAP_LOG_LEVEL", "debug"},
                                                         {"TWEESTAP_SMS_GATEWAY", "http"},
                                                         {"TWEESTAP_SMS_URL", provider_.url()}},
                                         .out = folder_.path() / "out"}) {
    std::ifstream{key_file()} >> admin_key_;
    stream_key_ =
        call(service_.staff(), "POST", "/v1/api-keys", admin_key_, json{{"name", "a reader"}, {"role", "stream"}})
            .text("key");
  }

  [[nodiscard]] std::filesystem::path data() const { return folder_.path() / "data"; }
  [[nodiscard]] std::filesystem::path key_file() const { return folder_.path() / "admin-key"; }

  // A request whose answer says no number, nor do its headers.
  HttpAnswer ask(const std::string& url, const std::string& method, const std::string& path, const std::string& token,
                 const std::optional<json>& body = std::nullopt) const {
    HttpAnswer answer = call(url, method, path, token, body);
    expect_no_number("the answer of " + method + " " + path, answer.body);
    for (const auto& [name, value] : answer.headers)
      expect_no_number("header " + name + " of " + method + " " + path, value);
    return answer;
  }
  HttpAnswer people(const std::string& method, const std::string& path, const std::string& token,
                    const std::optional<json>& body = std::nullopt) const {
    return ask(service_.people(), method, path, token, body);
  }
  [[nodiscard]] std::string feed() const {
    return call(service_.staff(), "GET", "/v1/events?limit=1000", stream_key_).body;
  }

  // Two numbers in one enrolment, of which the second is switched on.
  void enrol() {
    Person alex;
    alex.open_session(service_.people());
    const std::string start = "/v1/account/enrolments";
    const auto body = [&](const Number& number) {
      return json{{"password", alex.password}, {"method", "sms"}, {"phone", number.typed}};
    };
    EXPECT_EQ(people("POST", start, alex.session, body(kLandline)).text("code"), "invalid_phone");
    const HttpAnswer started = people("POST", start, alex.session, body(kEnrolled));
    ASSERT_EQ(started.status, 201) << started.body;
    const std::string enrolment = start + "/" + started.text("enrolment");
    ASSERT_TRUE(eventually([&] { return !provider_.text_to(kEnrolled).empty(); }));
    EXPECT_EQ(people("PATCH", enrolment, alex.session, json{{"phone", kLandline.typed}}).text("code"), "invalid_phone");
    const HttpAnswer changed = people("PATCH", enrolment, alex.session, json{{"phone", kChanged.typed}});
    ASSERT_EQ(changed.status, 200) << changed.body;
    ASSERT_TRUE(eventually([&] { return !provider_.text_to(kChanged).empty(); }));
    const std::string text = provider_.text_to(kChanged);
    const std::string code = text.substr(text.find_first_of("0123456789"), 6);
    const HttpAnswer enabled = people("POST", enrolment + "/code", alex.session, json{{"code", code}});
    ASSERT_EQ(enabled.status, 200) << enabled.body;
    const std::string session = enabled.json["session"]["session_token"];
    for (const char* path : {"/v1/account", "/v1/account/history"}) {
      EXPECT_EQ(people("GET", path, session).status, 200) << path;
    }
  }
  // Somebody who came with a number logs in, so that a code goes to it.
  void log_in(const std::string& identifier, const Number& number) {
    const HttpAnswer login =
        people("POST", "/v1/logins", {}, json{{"identifier", identifier}, {"password", kPassword}});
    ASSERT_EQ(login.text("method"), "sms") << login.body;
    EXPECT_TRUE(eventually([&] { return !provider_.text_to(number).empty(); })) << identifier;
  }
  void move_here() {
    const auto account = [](const char* identifier, const Number& number) {
      return json{{"identifier", identifier}, {"password", kPassword}, {"phone", number.typed}};
    };
    const std::string path = "/v1/accounts";
    const HttpAnswer created =
        ask(service_.staff(), "POST", path, admin_key_, account("created@example.org", kCreated));
    ASSERT_EQ(created.status, 201) << created.body;
    EXPECT_EQ(ask(service_.staff(), "GET", path + "/" + created.text("account"), admin_key_).status, 200);
    EXPECT_EQ(ask(service_.staff(), "POST", path, admin_key_, account("landline@example.org", kLandline)).text("code"),
              "invalid_phone");
    const ImportAnswer imported = send_import(service_.staff(), admin_key_,
                                              account("imported@example.org", kImported).dump() + "\n" +
                                                  account("landline@example.org", kLandline).dump() + "\n");
    ASSERT_EQ(imported.lines.size(), 2U);
    EXPECT_TRUE(json::parse(imported.lines[0]).contains("account")) << imported.lines[0];
    for (const std::string& line : imported.lines) expect_no_number("a line of the import's answer", line);
    log_in("created@example.org", kCreated);
    log_in("imported@example.org", kImported);
  }

  QuotingProvider provider_;
  TemporaryFolder folder_;
  ServiceProcess service_;
  std::string admin_key_, stream_key_;
};

TEST_F(PhoneCanaries, LOG_1_NoPhoneNumberIsInLogsMetricsErrorsAnswersEventsOrFiles) {
  enrol();
  move_here();
  ASSERT_FALSE(HasFatalFailure());
  // What the provider said of each of them is an event by then.
  const auto failures = [this] {
    std::size_t found = 0;
    const std::string text = feed();
    constexpr std::string_view kFailed = "\"sms_code.delivery_failed\"";
    for (std::size_t at = text.find(kFailed); at != std::string::npos; at = text.find(kFailed, at + 1)) ++found;
    return found;
  };
  ASSERT_TRUE(eventually([&] { return failures() >= 4; })) << feed();
  expect_no_number("the events of the feed", feed());
  expect_no_number("the metrics", call(service_.staff(), "GET", "/metrics").body);
  const std::string log = service_.log();
  EXPECT_NE(log.find("service.started"), std::string::npos);
  expect_no_number("the log", log);

  service_.kill();  // so that everything is still in the write-ahead log, where nothing is compressed
  expect_no_number("what it printed", file_text(folder_.path() / "out"));
  const ProcessResult events = run_process({program().string(), "events", "--json", "--data", data().string()});
  ASSERT_EQ(events.status, 0) << events.err;
  EXPECT_NE(events.out.find("enrolment.phone_changed"), std::string::npos);
  expect_no_number("the stored events", events.out);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data())) {
    if (!entry.is_regular_file()) continue;
    expect_no_number(entry.path().filename().string(), file_text(entry.path()));
  }
}

}  // namespace
}  // namespace tweestap::tests

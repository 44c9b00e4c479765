// Codes by SMS with the real program: from the log to the gateway and back, whatever the gateway does and whenever the
// program is killed.
#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>
#include <condition_variable>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

#include "tests/journey/person.h"
#include "tests/support/places.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

const std::string kTyped = "06 12345678";
const std::string kNumber = "+31612345678";

// Asks until it is so: what is waited for happens in another process.
bool eventually(const std::function<bool()>& is_so, std::chrono::seconds patience = 60s) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(20ms);  // polls; the loop has its own end
  }
  return true;
}

// A provider of SMS on loopback that counts what it is asked, and answers as a test says.
class Provider {
 public:
  enum class Mood { Takes, Hangs, TooMany, Nonsense, Refuses };
  Provider() {
    server_.Post("/",
                 [this](const httplib::Request& request, httplib::Response& response) { answer(request, response); });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::jthread{[this] { server_.listen_after_bind(); }};
    while (!server_.is_running()) std::this_thread::yield();  // before that, stop() would do nothing
  }
  ~Provider() {
    be(Mood::Takes);
    server_.stop();
  }
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;

  void be(Mood mood) {
    const std::scoped_lock lock{mutex_};
    mood_ = mood;
    changed_.notify_all();
  }
  // How often each message was asked for, by its reference.
  [[nodiscard]] std::map<std::string, int> asked() const {
    const std::scoped_lock lock{mutex_};
    return asked_;
  }
  [[nodiscard]] std::string last_text() const {
    const std::scoped_lock lock{mutex_};
    return last_text_;
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
  [[nodiscard]] std::map<std::string, std::string> environment() const {
    return {{"TWEESTAP_SMS_GATEWAY", "http"},        {"TWEESTAP_SMS_URL", url()},
            {"TWEESTAP_SMS_TIMEOUT", "2s"},          {"TWEESTAP_SMS_BUDGET_NUMBER", "1000"},
            {"TWEESTAP_SMS_BUDGET_ACCOUNT", "1000"}, {"TWEESTAP_SMS_BUDGET_NETWORK", "10000"},
            {"TWEESTAP_SMS_BUDGET_TOTAL", "10000"}};
  }

 private:
  void answer(const httplib::Request& request, httplib::Response& response) {
    std::unique_lock lock{mutex_};
    const json message = json::parse(request.body);
    ++asked_[message.at("reference")];
    last_text_ = message.at("text");
    switch (mood_) {
      case Mood::Takes:
        response.set_content(R"({"id":"m-1"})", "application/json");
        return;
      case Mood::Hangs:
        changed_.wait(lock, [this] { return mood_ != Mood::Hangs; });
        return;
      case Mood::TooMany:
        response.status = 429;
        response.set_header("Retry-After", "1");
        return;
      case Mood::Refuses:
        response.status = 400;
        return;
      case Mood::Nonsense:
        response.status = 302;
        response.set_content("<html>", "text/html");
        return;
    }
  }

  httplib::Server server_;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Mood mood_ = Mood::Takes;
  std::map<std::string, int> asked_;
  std::string last_text_;
  std::jthread thread_;
};

class SmsJourney : public ::testing::Test {
 protected:
  [[nodiscard]] std::string data() const { return (folder_.path() / "demo").string(); }
  void start(const std::map<std::string, std::string>& environment = {}) {
    service_ = std::make_unique<ServiceProcess>(ServiceProcess::Options{data(), {"--demo"}, environment});
  }
  [[nodiscard]] json messages() const {
    return call(service_->people(), "GET", "/demo/messages?to=%2B31612345678").json.at("messages");
  }
  // The code of the newest message, once there are that many.
  [[nodiscard]] std::string code_of_message(std::size_t number) const {
    EXPECT_TRUE(eventually([&] { return messages().size() >= number; })) << "no message " << number;
    const json all = messages();
    EXPECT_EQ(all.size(), number);
    return all.empty() ? std::string{} : all.front().at("code").get<std::string>();
  }
  [[nodiscard]] json begin_enrolment(Person& person) const {
    person.open_session(service_->people());
    const HttpAnswer started = call(service_->people(), "POST", "/v1/account/enrolments", person.session,
                                    json{{"password", person.password}, {"method", "sms"}, {"phone", kTyped}});
    EXPECT_EQ(started.status, 201) << started.body;
    return started.json;
  }
  void enable(Person& person, const json& enrolment, const std::string& code) const {
    const HttpAnswer enabled = call(service_->people(), "POST",
                                    "/v1/account/enrolments/" + enrolment.at("enrolment").get<std::string>() + "/code",
                                    person.session, json{{"code", code}});
    ASSERT_EQ(enabled.status, 200) << enabled.body;
    person.session = enabled.json["session"]["session_token"];
  }
  // Every event of these types, from the stopped or running service's folder.
  [[nodiscard]] std::vector<json> events(const std::set<std::string>& types) const {
    const ProcessResult shown = run_process({program().string(), "events", "--json", "--data", data()});
    EXPECT_EQ(shown.status, 0) << shown.err;
    std::istringstream lines{shown.out};
    std::vector<json> found;
    for (std::string line; std::getline(lines, line);) {
      json event = json::parse(line);
      if (types.contains(event.at("type"))) found.push_back(std::move(event));
    }
    return found;
  }
  [[nodiscard]] std::string figures() const { return call(service_->staff(), "GET", "/metrics").body; }

  TemporaryFolder folder_;
  std::unique_ptr<ServiceProcess> service_;
};

TEST_F(SmsJourney, APersonEnrolsAndLogsInWithCodesThatArrive) {
  start();
  Person alex;
  const json enrolment = begin_enrolment(alex);
  const std::string first = code_of_message(1);
  EXPECT_NE(messages().front().at("text").get<std::string>().find(first), std::string::npos);
  enable(alex, enrolment, first);
  const std::string token = alex.begin_login(service_->people());
  const HttpAnswer done =
      call(service_->people(), "POST", "/v1/logins/current/code", token, json{{"code", code_of_message(2)}});
  ASSERT_EQ(done.status, 200) << done.body;
  ASSERT_EQ(service_->stop(), 0);
  EXPECT_EQ(events({"sms_code.delivered"}).size(), 2U);
}

TEST_F(SmsJourney, SMS_3_ARestartAndARebuildSendNothing) {
  start();
  Person alex;
  const json enrolment = begin_enrolment(alex);
  enable(alex, enrolment, code_of_message(1));
  const std::string login = alex.begin_login(service_->people());
  const std::string code = code_of_message(2);
  ASSERT_EQ(service_->stop(), 0);
  ASSERT_EQ(events({"sms_code.delivered"}).size(), 2U);
  ASSERT_EQ(run_process({program().string(), "projections", "rebuild", "--data", data()}).status, 0);
  start();  // looks at everything younger than a code lives: the second one still counts, and was delivered
  ASSERT_TRUE(eventually([&] {
    return figures().find("tweestap_messages_total{kind=\"code\",result=\"dropped\"} 2") != std::string::npos;
  })) << figures();
  EXPECT_EQ(messages().size(), 2U);
  EXPECT_EQ(call(service_->people(), "POST", "/v1/logins/current/code", login, json{{"code", code}}).status, 200);
}

TEST_F(SmsJourney, LOG_1_NoCodeOrNumberIsAnywhereButInTheGatewaysFile) {
  start();
  Person alex;
  const json enrolment = begin_enrolment(alex);
  const std::string code = code_of_message(1);
  enable(alex, enrolment, code);
  const std::string shown = figures();
  const std::string log = service_->log();
  ASSERT_EQ(service_->stop(), 0);
  const auto expect_none = [&](const std::string& where, const std::string& text) {
    EXPECT_EQ(text.find(" " + code), std::string::npos) << where;
    EXPECT_EQ(text.find('"' + code), std::string::npos) << where;
    EXPECT_EQ(text.find("31612345678"), std::string::npos) << where;
    EXPECT_EQ(text.find("612345678"), std::string::npos) << where;
  };
  expect_none("metrics", shown);
  expect_none("log", log);
  bool gateways_file = false;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{data()}) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file{entry.path(), std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (entry.path().filename() == "sms.ndjson") {
      gateways_file = text.find(kNumber) != std::string::npos && text.find('"' + code) != std::string::npos;
    } else {
      expect_none(entry.path().string(), text);
    }
  }
  EXPECT_TRUE(gateways_file) << "the scan finds what is there";
}

TEST_F(SmsJourney, ANoticeGoesToTheNumberThatTheAccountHad) {
  start();
  Person alex;
  const json enrolment = begin_enrolment(alex);
  enable(alex, enrolment, code_of_message(1));
  const HttpAnswer off =
      call(service_->people(), "DELETE", "/v1/account/two-step", alex.session, json{{"password", alex.password}});
  ASSERT_EQ(off.status, 204) << off.body;
  ASSERT_TRUE(eventually([&] { return messages().size() == 2; })) << messages();
  EXPECT_NE(messages().front().at("text").get<std::string>().find("two-step login is now off"), std::string::npos);
  EXPECT_FALSE(messages().front().contains("code"));
  ASSERT_TRUE(eventually([&] { return !events({"notice.sent"}).empty(); }));
  const auto disabled = events({"two_step.disabled"});
  const auto sent = events({"notice.sent"});
  ASSERT_EQ(sent.size(), 1U) << "the first recovery codes are no news";
  EXPECT_EQ(sent.front().at("data").at("about"), disabled.front().at("position"));
}

class SmsTrouble : public SmsJourney, public ::testing::WithParamInterface<Provider::Mood> {};

TEST_P(SmsTrouble, HoldsUpNoLoginAndTheCodeArrivesOnceItIsOver) {
  Provider provider;
  provider.be(GetParam());
  start(provider.environment());
  Person alex;
  const json enrolment = begin_enrolment(alex);
  ASSERT_TRUE(eventually([&] { return !provider.asked().empty(); }));
  Person other;
  other.identifier = "helpdesk@example.org";
  for (int i = 0; i < 5; ++i) {
    const HttpAnswer login = other.log_in(service_->people());
    EXPECT_EQ(login.status, 201) << login.body;
  }
  EXPECT_NE(figures().find("tweestap_messages_waiting{kind=\"code\"} 1"), std::string::npos) << figures();
  ASSERT_TRUE(eventually([&] { return !events({"sms_code.delivery_failed"}).empty(); }));
  provider.be(Provider::Mood::Takes);
  ASSERT_TRUE(eventually([&] { return !events({"sms_code.delivered"}).empty(); }));
  const auto failures = events({"sms_code.delivery_failed"});
  ASSERT_FALSE(failures.empty());
  EXPECT_FALSE(failures.front().at("data").at("final").get<bool>());
  const std::string text = provider.last_text();
  const auto digits = text.find_first_of("0123456789");
  enable(alex, enrolment, text.substr(digits, 6));
  EXPECT_EQ(provider.asked().size(), 1U) << "every try has the same reference";
}
INSTANTIATE_TEST_SUITE_P(Providers, SmsTrouble,
                         ::testing::Values(Provider::Mood::Hangs, Provider::Mood::TooMany, Provider::Mood::Nonsense));

// Whoever looks for why the first gateway takes nothing finds it in the log, although everybody got their code.
TEST_F(SmsJourney, WhatTheSecondGatewayTookTheFirstHadRefused) {
  Provider first;
  first.be(Provider::Mood::Refuses);
  Provider second;
  auto environment = first.environment();
  environment["TWEESTAP_SMS_SECOND_GATEWAY"] = "http";
  environment["TWEESTAP_SMS_SECOND_URL"] = second.url();
  start(environment);
  Person alex;
  const json enrolment = begin_enrolment(alex);
  ASSERT_TRUE(eventually([&] { return !events({"sms_code.delivered"}).empty(); }));
  const auto told = events({"sms_code.delivery_failed", "sms_code.delivered"});
  ASSERT_EQ(told.size(), 2U);
  const json& refused = told[0].at("data");
  EXPECT_EQ(refused.at("gateway"), "http");
  EXPECT_EQ(refused.at("trouble"), "refused, status 400");
  EXPECT_EQ(refused.at("final"), false);
  const json& taken = told[1].at("data");
  EXPECT_EQ(taken.at("gateway"), "second_http");
  EXPECT_EQ(taken.at("sending"), refused.at("sending"));
  EXPECT_NE(figures().find(R"(tweestap_messages_total{kind="code",result="retried"} 1)"), std::string::npos);
  EXPECT_NE(service_->log().find("messages.not_taken"), std::string::npos);
  const std::string text = second.last_text();
  enable(alex, enrolment, text.substr(text.find_first_of("0123456789"), 6));
}

TEST_F(SmsJourney, AKillLosesNoCodeAndSendsNoneAgainThatWasDelivered) {
  constexpr int kKills = 3;
  Provider provider;
  start(provider.environment());
  Person alex;
  const json enrolment = begin_enrolment(alex);
  ASSERT_TRUE(eventually([&] { return !events({"sms_code.delivered"}).empty(); }));
  const std::string text = provider.last_text();
  enable(alex, enrolment, text.substr(text.find_first_of("0123456789"), 6));
  for (int kill = 0; kill < kKills; ++kill) {
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(alex.begin_login(service_->people()).empty());
    service_->kill();  // while the last of them are on their way
    const auto sent_before = provider.asked();
    std::set<std::string> delivered;
    for (const json& event : events({"sms_code.delivered"})) {
      delivered.insert(event.at("data").at("challenge").get<std::string>() + "-" +
                       std::to_string(event.at("data").at("sending").get<std::uint64_t>()));
    }
    start(provider.environment());
    const auto issued = events({"sms_code.issued"}).size();
    ASSERT_TRUE(eventually([&] { return events({"sms_code.delivered"}).size() == issued; })) << "one was lost";
    for (const auto& [reference, times] : provider.asked()) {
      const auto before = sent_before.find(reference);
      const int times_before = before == sent_before.end() ? 0 : before->second;
      EXPECT_LE(times, times_before + 1) << "more than once again";
      if (delivered.contains(reference)) {
        EXPECT_EQ(times, times_before) << "sent again though it was delivered";
      }
    }
  }
  for (const auto& [reference, times] : provider.asked()) EXPECT_LE(times, 2) << reference;
}

}  // namespace
}  // namespace tweestap::tests

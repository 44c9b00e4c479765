#pragma once
// A person of the demo whose codes come by SMS, and a provider that a test tells how to behave.
#include <gtest/gtest.h>
#include <httplib.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/journey/person.h"
#include "tests/support/places.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {

inline const std::string kTyped = "06 12345678";
inline const std::string kNumber = "+31612345678";

// Asks until it is so: what is waited for happens in another process.
inline bool eventually(const std::function<bool()>& is_so, std::chrono::seconds patience = std::chrono::seconds(60)) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // polls; the loop has its own end
  }
  return true;
}

// A provider of SMS on loopback that counts what it is asked, and answers as a test says.
class Provider {
 public:
  /// Hangs: it has the message and gives no answer until its mood is another one.
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
  [[nodiscard]] std::string last_code() const {
    const std::string text = last_text();
    return text.substr(text.find_first_of("0123456789"), 6);
  }
  // The messages that it holds in its hand without an answer.
  [[nodiscard]] int held() const {
    const std::scoped_lock lock{mutex_};
    return held_;
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
    const nlohmann::json message = nlohmann::json::parse(request.body);
    ++asked_[message.at("reference")];
    last_text_ = message.at("text");
    switch (mood_) {
      case Mood::Takes:
        response.set_content(R"({"id":"m-1"})", "application/json");
        return;
      case Mood::Hangs:
        ++held_;
        changed_.wait(lock, [this] { return mood_ != Mood::Hangs; });
        --held_;
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
  int held_ = 0;
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
  [[nodiscard]] nlohmann::json messages() const {
    return call(service_->people(), "GET", "/demo/messages?to=%2B31612345678").json.at("messages");
  }
  // The code of the newest message, once there are that many.
  [[nodiscard]] std::string code_of_message(std::size_t number) const {
    EXPECT_TRUE(eventually([&] { return messages().size() >= number; })) << "no message " << number;
    const nlohmann::json all = messages();
    EXPECT_EQ(all.size(), number);
    return all.empty() ? std::string{} : all.front().at("code").get<std::string>();
  }
  [[nodiscard]] nlohmann::json begin_enrolment(Person& person) const {
    person.open_session(service_->people());
    const HttpAnswer started =
        call(service_->people(), "POST", "/v1/account/enrolments", person.session,
             nlohmann::json{{"password", person.password}, {"method", "sms"}, {"phone", kTyped}});
    EXPECT_EQ(started.status, 201) << started.body;
    return started.json;
  }
  void enable(Person& person, const nlohmann::json& enrolment, const std::string& code) const {
    const HttpAnswer enabled = call(service_->people(), "POST",
                                    "/v1/account/enrolments/" + enrolment.at("enrolment").get<std::string>() + "/code",
                                    person.session, nlohmann::json{{"code", code}});
    ASSERT_EQ(enabled.status, 200) << enabled.body;
    person.session = enabled.json["session"]["session_token"];
    person.recovery_codes = enabled.json["recovery_codes"].get<std::vector<std::string>>();
  }
  // Every event of these types, from the stopped or running service's folder.
  [[nodiscard]] std::vector<nlohmann::json> events(const std::set<std::string>& types) const {
    const ProcessResult shown = run_process({program().string(), "events", "--json", "--data", data()});
    EXPECT_EQ(shown.status, 0) << shown.err;
    std::istringstream lines{shown.out};
    std::vector<nlohmann::json> found;
    for (std::string line; std::getline(lines, line);) {
      nlohmann::json event = nlohmann::json::parse(line);
      if (types.contains(event.at("type"))) found.push_back(std::move(event));
    }
    return found;
  }
  [[nodiscard]] std::string figures() const { return call(service_->staff(), "GET", "/metrics").body; }
  // One figure of messages; -1 where there is none yet.
  [[nodiscard]] double figure(const std::string& name, const std::string& kind, const std::string& result) const {
    const std::string all = figures();
    const std::string line = "tweestap_" + name + "{kind=\"" + kind + "\",result=\"" + result + "\"} ";
    const auto at = all.find(line);
    return at == std::string::npos ? -1 : std::stod(all.substr(at + line.size()));
  }

  TemporaryFolder folder_;
  std::unique_ptr<ServiceProcess> service_;
};

}  // namespace tweestap::tests

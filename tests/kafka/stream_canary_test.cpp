// What a topic must never show: everything that a person gave or was given is searched for in values, keys and headers
// (rule LOG-1).
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <vector>

#include "tests/kafka/streaming_service.h"
#include "tests/kafka/topic_contents.h"

namespace tweestap::tests {
namespace {

using nlohmann::json;

const std::string kIdentifier = "kanarie.vogel@example.org";
const std::string kPassword = "kanarie in een kooi";
const std::string kNumberOfNobody = "0613570091";  // nobody has it yet
// Staff give an API key a name for everybody: it shows that the search finds what is there.
const std::string kPublicName = "parkiet";

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

class StreamCanary : public StreamingService {
 protected:
  // With a client that says who it is in everything that it may choose.
  HttpAnswer ask(const std::string& url, const std::string& method, const std::string& path, const std::string& token,
                 const std::optional<json>& body = std::nullopt) {
    HttpHeaders headers;
    for (const char* name : {"User-Agent", "Accept-Language", "Referer", "X-Forwarded-For", "X-Request-Id"}) {
      headers.emplace(name, secret("kanarie-" + lower(name)));
    }
    if (method != "GET") headers.emplace("Idempotency-Key", secret("kanarie-key-" + std::to_string(++keys_)));
    return call(url, method, path, token, body, headers);
  }
  HttpAnswer person(const std::string& method, const std::string& path, const std::string& token,
                    const std::optional<json>& body = std::nullopt) {
    return ask(service_->people(), method, path, token, body);
  }
  HttpAnswer staff(const std::string& path, const json& body) {
    return ask(service_->staff(), "POST", path, admin_key_, body);
  }
  std::string secret(const std::string& text) {
    if (!text.empty()) secrets_.push_back(lower(text));
    return text;
  }
  HttpAnswer log_in(const std::string& identifier, const std::string& password) {
    const HttpAnswer login = person("POST", "/v1/logins", {}, json{{"identifier", identifier}, {"password", password}});
    secret(login.text("login_token"));
    if (login.json.contains("session")) secret(login.json["session"]["session_token"]);
    return login;
  }

  // A life with two-step in an app: registered, named, enrolled, a wrong code, a login with a recovery code.
  void live() {
    for (const std::string& given : {kIdentifier, kPassword}) secret(given);
    const HttpAnswer made = staff("/v1/accounts", json{{"identifier", kIdentifier}, {"password", kPassword}});
    ASSERT_EQ(made.status, 201) << made.body;
    account_ = made.text("account");
    const HttpAnswer in = log_in(kIdentifier, kPassword);
    ASSERT_EQ(in.status, 201) << in.body;
    std::string session = in.json["session"]["session_token"];
    const HttpAnswer named =
        person("PATCH", "/v1/account", session, json{{"display_name", secret("Kanarie van Vogelenzang")}});
    ASSERT_EQ(named.status, 200) << named.body;

    const HttpAnswer started =
        person("POST", "/v1/account/enrolments", session, json{{"password", kPassword}, {"method", "totp"}});
    ASSERT_EQ(started.status, 201) << started.body;
    const std::string totp = secret(started.json["totp"]["secret"]);
    const HttpAnswer enabled = person("POST", "/v1/account/enrolments/" + started.text("enrolment") + "/code", session,
                                      json{{"code", next_app_code(totp)}});
    ASSERT_EQ(enabled.status, 200) << enabled.body;
    session = secret(enabled.json["session"]["session_token"]);
    const auto codes = enabled.json["recovery_codes"].get<std::vector<std::string>>();
    for (const std::string& code : codes) secret(code);

    const HttpAnswer pending = log_in(kIdentifier, kPassword);
    const std::string token = pending.text("login_token");
    ASSERT_NE(token, "") << pending.body;
    EXPECT_NE(person("POST", "/v1/logins/current/code", token, json{{"code", "000000"}}).status, 200);
    const HttpAnswer recovered =
        person("POST", "/v1/logins/current/recovery-code", token, json{{"recovery_code", codes.at(0)}});
    ASSERT_EQ(recovered.status, 200) << recovered.body;
    secret(recovered.json["session"]["session_token"]);
  }
  // And one with a number, to which a code is sent.
  void live_by_sms() {
    secret(kNumberOfNobody.substr(1));  // without the zero: whatever stands before it
    const std::string identifier = secret("kanarie.sms@example.org");
    const HttpAnswer made =
        staff("/v1/accounts", json{{"identifier", identifier}, {"password", kPassword}, {"phone", kNumberOfNobody}});
    ASSERT_EQ(made.status, 201) << made.body;
    const HttpAnswer pending = log_in(identifier, kPassword);
    EXPECT_EQ(pending.text("method"), "sms") << pending.body;
  }

  // Wrong passwords come last, for they make whoever comes next wait.
  void be_mistaken_and_disabled() {
    log_in(secret("kanarie.onbekend@example.org"), secret("kanarie onbekend"));
    log_in(kIdentifier, secret("kanarie verkeerd wachtwoord"));
    const HttpAnswer disabled =
        staff("/v1/accounts/" + account_ + "/disable", json{{"reason", secret("een kanarie die er niet meer is")}});
    ASSERT_EQ(disabled.status, 204) << disabled.body;
  }

  std::string account_;
  std::vector<std::string> secrets_;
  int keys_ = 0;
};

TEST_F(StreamCanary, LOG_1_NothingPersonalIsInTheTopic) {
  EXPECT_EQ(create_topic().status, 0);
  start();
  secret(admin_key_);
  live();
  live_by_sms();
  be_mistaken_and_disabled();
  ASSERT_FALSE(HasFatalFailure());
  const HttpAnswer key = staff("/v1/api-keys", json{{"name", kPublicName}, {"role", "stream"}});
  EXPECT_EQ(key.status, 201) << key.body;
  secret(key.text("key"));
  secret("127.0.0.1");  // where everybody came from
  wait_until_streamed();
  stop();

  std::string all;
  for (const TopicRecord& record : records_of(settings_)) {
    for (const std::string& part : {record.key, record.value}) all += part + "\n";
    for (const auto& [name, value] : record.headers) all += name + ": " + value + "\n";
  }
  all = lower(all);
  for (const char* there : {"parkiet", "login.password_rejected", "recovery_code", "account.disabled", "sms_code."}) {
    EXPECT_NE(all.find(there), std::string::npos) << there << " is not there: the search finds nothing";
  }
  EXPECT_GT(secrets_.size(), 40U);
  for (const std::string& one : secrets_) {
    const std::size_t at = all.find(one);
    EXPECT_EQ(at, std::string::npos) << one << " in: " << all.substr(at < 60 ? 0 : at - 60, 160);
  }
  // Whatever else began with the word.
  EXPECT_EQ(all.find("kanarie"), std::string::npos);
}

}  // namespace
}  // namespace tweestap::tests

// What a topic must never show: everything that a person gave or was given is searched for in values, keys and headers
// (rule LOG-1). And what it does show of where a person came from: pseudonyms, by which consumers can correlate.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/kafka/streaming_service.h"
#include "tests/kafka/topic_contents.h"
#include "tests/support/import_client.h"
#include "tests/support/signing_key.h"

namespace tweestap::tests {
namespace {

using nlohmann::json;

const std::string kIdentifier = "kanarie.vogel@example.org";
const std::string kPassword = "kanarie in een kooi";
const std::string kBrowser = "kanarie-browser";
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
    headers.emplace("User-Agent", secret(browser_));
    for (const char* name : {"Accept-Language", "Referer", "X-Forwarded-For", "X-Request-Id"}) {
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
  HttpAnswer log_in(const std::string& identifier, const std::string& password,
                    const std::optional<std::string>& device_token = std::nullopt) {
    json body{{"identifier", identifier}, {"password", password}};
    if (device_token) body["device_token"] = *device_token;
    return hand_out(person("POST", "/v1/logins", {}, body));
  }
  // With the tokens in it, whatever it answers, on the list of secrets.
  HttpAnswer hand_out(HttpAnswer answer) {
    for (const char* token : {"login_token", "device_token"}) secret(answer.text(token));
    secret(session_in(answer));
    return answer;
  }
  static std::string session_in(const HttpAnswer& answer) {
    return answer.json.contains("session") ? answer.json["session"].value("session_token", "") : "";
  }

  // A life with two-step in an app: registered, named, enrolled, remembered, a wrong code, recovery codes.
  void live() {
    for (const std::string& given : {kIdentifier, kPassword}) secret(given);
    const HttpAnswer made = staff("/v1/accounts", json{{"identifier", kIdentifier}, {"password", kPassword}});
    ASSERT_EQ(made.status, 201) << made.body;
    account_ = made.text("account");
    const HttpAnswer in = log_in(kIdentifier, kPassword);
    ASSERT_EQ(in.status, 201) << in.body;
    session_ = session_in(in);
    const HttpAnswer named =
        person("PATCH", "/v1/account", session_, json{{"display_name", secret("Kanarie van Vogelenzang")}});
    ASSERT_EQ(named.status, 200) << named.body;
    enrol();
    if (HasFatalFailure()) return;
    be_remembered();
    if (HasFatalFailure()) return;

    const std::string token = log_in(kIdentifier, kPassword).text("login_token");
    EXPECT_NE(person("POST", "/v1/logins/current/code", token, json{{"code", "000000"}}).status, 200);
    const HttpAnswer recovered =
        hand_out(person("POST", "/v1/logins/current/recovery-code", token, json{{"recovery_code", codes_.at(0)}}));
    ASSERT_EQ(recovered.status, 200) << recovered.body;
    const HttpAnswer stepped_up = hand_out(
        person("POST", "/v1/session/step-up/code", session_in(recovered), json{{"recovery_code", codes_.at(1)}}));
    ASSERT_EQ(stepped_up.status, 200) << stepped_up.body;
    session_ = session_in(stepped_up);
  }
  void enrol() {
    const HttpAnswer started =
        person("POST", "/v1/account/enrolments", session_, json{{"password", kPassword}, {"method", "totp"}});
    ASSERT_EQ(started.status, 201) << started.body;
    totp_ = secret(started.json["totp"]["secret"]);
    const HttpAnswer enabled = hand_out(person("POST", "/v1/account/enrolments/" + started.text("enrolment") + "/code",
                                               session_, json{{"code", next_app_code(totp_)}}));
    ASSERT_EQ(enabled.status, 200) << enabled.body;
    session_ = session_in(enabled);
    codes_ = enabled.json["recovery_codes"].get<std::vector<std::string>>();
    for (const std::string& code : codes_) secret(code);
  }
  // The box is ticked, and the next login wants no code.
  void be_remembered() {
    const std::string token = log_in(kIdentifier, kPassword).text("login_token");
    const HttpAnswer remembered = hand_out(
        person("POST", "/v1/logins/current/code", token, json{{"code", next_app_code(totp_)}, {"remember_me", true}}));
    ASSERT_EQ(remembered.status, 200) << remembered.body;
    const HttpAnswer again = log_in(kIdentifier, kPassword, remembered.text("device_token"));
    ASSERT_EQ(again.text("state"), "completed") << again.body;
  }
  // A phone is bound, and logs in with its PIN.
  void live_by_phone() {
    const SigningKey device;
    const SigningKey pin;
    const std::string id = person("GET", "/v1/session", session_).text("session");
    const HttpAnswer asked = person("POST", "/v1/app/devices/challenges", session_);
    ASSERT_EQ(asked.status, 201) << asked.body;
    json binding = signed_by(device, pin, "tweestap-app-bind-v1\n" + id + "\n", asked, "");
    binding.update(json{{"password", kPassword},
                        {"name", secret("Kanaries telefoon")},
                        {"device_key", key(device)},
                        {"pin_key", key(pin)}});
    const HttpAnswer bound = person("POST", "/v1/app/devices", session_, binding);
    ASSERT_EQ(bound.status, 201) << bound.body;
    const std::string phone = bound.text("app_device");
    const HttpAnswer next = person("POST", "/v1/app/challenges", {}, json{{"app_device", phone}});
    ASSERT_EQ(next.status, 201) << next.body;
    json login = signed_by(device, pin, "tweestap-app-login-v1\n" + phone + "\n", next,
                           "\n" + std::to_string(next.json.at("sequence").get<int>()));
    login["app_device"] = phone;
    const HttpAnswer in = hand_out(person("POST", "/v1/app/logins", {}, login));
    ASSERT_EQ(in.status, 201) << in.body;
  }
  json key(const SigningKey& pair) {
    const json jwk = pair.jwk();
    for (const char* coordinate : {"x", "y"}) secret(jwk.at(coordinate));
    return jwk;
  }
  // The challenge of `asked` with both signatures over it.
  json signed_by(const SigningKey& device, const SigningKey& pin, const std::string& before, const HttpAnswer& asked,
                 const std::string& behind) {
    const std::string challenge = secret(asked.text("challenge"));
    const std::string message = before + challenge + behind;
    const std::string by_device = secret(device.sign(message));
    return {{"challenge", challenge},
            {"device_signature", by_device},
            {"pin_signature", secret(pin.sign(message + "\n" + by_device))}};
  }

  // Somebody with a number, to which a code is sent, and with another browser.
  void live_by_sms() {
    browser_ = "kanarie-andere-browser";
    secret(kNumberOfNobody.substr(1));  // without the zero: whatever stands before it
    const std::string identifier = secret("kanarie.sms@example.org");
    const HttpAnswer made =
        staff("/v1/accounts", json{{"identifier", identifier}, {"password", kPassword}, {"phone", kNumberOfNobody}});
    ASSERT_EQ(made.status, 201) << made.body;
    const HttpAnswer pending = log_in(identifier, kPassword);
    EXPECT_EQ(pending.text("method"), "sms") << pending.body;
    browser_ = kBrowser;
  }
  void move_here() {
    const json line{{"identifier", secret("kanarie.verhuisd@example.org")},
                    {"password", secret("kanarie uit een andere kooi")},
                    {"display_name", secret("Kanarie van Elders")},
                    {"totp_secret", secret("KANARIEKANARIEKANARIEKANARIEKANA")}};
    const ImportAnswer imported = send_import(service_->staff(), admin_key_, line.dump() + "\n");
    ASSERT_EQ(imported.lines.size(), 1U);
    EXPECT_TRUE(json::parse(imported.lines[0]).contains("account")) << imported.lines[0];
  }

  // Wrong passwords come last, for they make whoever comes next wait.
  void be_mistaken_reset_and_disabled() {
    log_in(secret("kanarie.onbekend@example.org"), secret("kanarie onbekend"));
    log_in(kIdentifier, secret("kanarie verkeerd wachtwoord"));
    const HttpAnswer reset = staff("/v1/accounts/" + account_ + "/two-step-reset",
                                   json{{"reason", secret("een kanarie die haar telefoon kwijt is")}});
    ASSERT_EQ(reset.status, 200) << reset.body;
    const HttpAnswer disabled =
        staff("/v1/accounts/" + account_ + "/disable", json{{"reason", secret("een kanarie die er niet meer is")}});
    ASSERT_EQ(disabled.status, 204) << disabled.body;
  }

  std::string browser_ = kBrowser;
  std::string account_, session_, totp_;
  std::vector<std::string> codes_;
  std::vector<std::string> secrets_;
  int keys_ = 0;
};

// Every login came from one address, and one of them with another browser: that much a consumer can tell.
void expect_pseudonyms_by_which_one_correlates(const std::vector<TopicRecord>& records) {
  std::set<std::string> networks;
  std::map<std::string, int> agents;
  for (const TopicRecord& record : records) {
    const std::string& type = record.headers.at("ce_type");
    if (type != "login.started" && type != "login.completed") continue;
    const json data = json::parse(record.value).at("data");
    networks.insert(data.value("network", ""));
    ++agents[data.value("agent", "")];
  }
  EXPECT_EQ(networks.size(), 1U) << json(networks);
  EXPECT_FALSE(networks.contains("")) << "a login has no network";
  EXPECT_FALSE(agents.contains("")) << "a login has no agent";
  ASSERT_EQ(agents.size(), 2U) << json(agents);
  const auto [few, many] = std::minmax(agents.begin()->second, agents.rbegin()->second);
  EXPECT_EQ(few, 1) << json(agents);
  EXPECT_GE(many, 5) << json(agents);
}

TEST_F(StreamCanary, LOG_1_NothingPersonalIsInTheTopic) {
  EXPECT_EQ(create_topic().status, 0);
  start();
  secret(admin_key_);
  live();
  ASSERT_FALSE(HasFatalFailure());  // the next needs what that one has
  live_by_phone();
  live_by_sms();
  move_here();
  be_mistaken_reset_and_disabled();
  ASSERT_FALSE(HasFatalFailure());
  const HttpAnswer key = staff("/v1/api-keys", json{{"name", kPublicName}, {"role", "stream"}});
  EXPECT_EQ(key.status, 201) << key.body;
  secret(key.text("key"));
  secret("127.0.0.1");  // where everybody came from
  wait_until_streamed();
  stop();

  expect_the_log_in_the_topic();
  const std::vector<TopicRecord> records = records_of(settings_);
  expect_pseudonyms_by_which_one_correlates(records);
  std::string all;
  for (const TopicRecord& record : records) {
    for (const std::string& part : {record.key, record.value}) all += part + "\n";
    for (const auto& [name, value] : record.headers) all += name + ": " + value + "\n";
  }
  all = lower(all);
  for (const char* there :
       {"parkiet", "login.password_rejected", "recovery_code.used", "account.disabled", "sms_code.", "device.used",
        "session.stepped_up", "app_device.bound", "two_step.imported", "reset.requested"}) {
    EXPECT_NE(all.find(there), std::string::npos) << there << " is not there: the search finds nothing";
  }
  EXPECT_GT(secrets_.size(), 60U);
  for (const std::string& one : secrets_) {
    const std::size_t at = all.find(one);
    EXPECT_EQ(at, std::string::npos) << one << " in: " << all.substr(at < 60 ? 0 : at - 60, 160);
  }
  // Whatever else began with the word.
  EXPECT_EQ(all.find("kanarie"), std::string::npos);
}

}  // namespace
}  // namespace tweestap::tests

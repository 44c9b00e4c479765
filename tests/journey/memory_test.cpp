// Secrets that went through the real program, looked for in its memory a second later.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "platform/crypto/secret.h"
#include "platform/text/encoding.h"
#include "tests/journey/person.h"
#include "tests/support/files.h"
#include "tests/support/process_memory.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

using nlohmann::json;

std::string cookie_value(const HttpAnswer& answer) {
  const auto found = answer.headers.find("Set-Cookie");
  if (found == answer.headers.end()) return {};
  const std::string& text = found->second;
  const std::size_t begin = text.find('=') + 1;
  return text.substr(begin, text.find(';') - begin);
}

// Sends one of each secret, and remembers what it sent and what it got.
class Planting : public ::testing::Test {
 protected:
  Planting()
      : service_({.data = folder_.path() / "data",
                  .flags = {"--demo", "--admin-key-file", key_file().string()},
                  .environment = {{"TWEESTAP_LOG_LEVEL", "debug"}}}) {
    key_ = file_text(key_file());
    while (key_.ends_with('\n')) key_.pop_back();
  }

  [[nodiscard]] std::filesystem::path key_file() const { return folder_.path() / "admin-key"; }
  void plant(std::string name, std::string text, bool alone = false) {
    ASSERT_GE(text.size(), 6U) << name;
    planted_.push_back({std::move(name), std::move(text), alone});
  }
  void plant_app_secret(const std::string& base32) {
    plant("app secret", base32);
    const auto bytes = platform::secret_from_base32(base32);
    ASSERT_TRUE(bytes);
    plant("app secret, bytes", std::string{bytes->reveal_text()});
  }
  void plant_recovery_codes(const std::vector<std::string>& codes) {
    for (std::string code : codes) {
      plant("recovery code", code);
      std::erase(code, '-');
      plant("recovery code, plain", code);
    }
  }
  HttpAnswer people(const std::string& method, const std::string& path, const std::string& token,
                    const std::optional<json>& body, const HttpHeaders& headers = {}) {
    return call(service_.people(), method, path, token, body, headers);
  }
  // The journey of a person, with and without a kept answer.
  void live(int which) {
    const std::string address = "planted-" + std::to_string(which) + "@example.org";
    plant("API key", key_);
    plant("password", "Planted-Passw0rd-of-account-" + std::to_string(which));
    const json account{{"identifier", address}, {"password", last()}};
    ASSERT_EQ(call(service_.staff(), "POST", "/v1/accounts", key_, account, {{"Idempotency-Key", address}}).status,
              201);
    const HttpAnswer front_end =
        call(service_.staff(), "POST", "/v1/api-keys", key_, json{{"name", "front end"}, {"role", "frontend"}},
             {{"Idempotency-Key", "key-" + std::to_string(which)}});
    ASSERT_EQ(front_end.status, 201) << front_end.body;
    plant("API key of a front end", front_end.text("key"));
    const std::string front_end_key = front_end.text("key");

    Person person;
    person.identifier = address;
    person.password = account.at("password");
    person.open_session(service_.people());
    plant("session token", person.session);
    EXPECT_EQ(people("POST", "/v1/introspect", front_end_key, json{{"token", person.session}}).status, 200);
    person.enrol(service_.people());
    plant("session token behind the enrolment", person.session);
    plant_app_secret(person.secret);
    plant_recovery_codes(person.recovery_codes);

    const std::string login = person.begin_login(service_.people());
    plant("login token", login);
    plant("wrong app code", wrong_app_code(person.secret), true);
    EXPECT_EQ(people("POST", "/v1/logins/current/code", login, json{{"code", last()}}).status, 401);
    plant("app code", next_app_code(person.secret), true);
    const HttpAnswer in =
        people("POST", "/v1/logins/current/code", login, json{{"code", last()}}, {{"Idempotency-Key", "again"}});
    ASSERT_EQ(in.status, 200) << in.body;
    EXPECT_EQ(
        people("POST", "/v1/logins/current/code", login, json{{"code", last()}}, {{"Idempotency-Key", "again"}}).body,
        in.body);
    plant("session token behind the code", in.json["session"]["session_token"]);

    const std::string second = person.begin_login(service_.people());
    plant("wrong recovery code", "WRNG-RECV-RYCD");
    EXPECT_EQ(
        people("POST", "/v1/logins/current/recovery-code", second, json{{"recovery_code", "wrng-recv-rycd"}}).status,
        401);
    plant("wrong recovery code as typed", "wrng-recv-rycd");
    plant("wrong recovery code, plain", "WRNGRECVRYCD");
    const HttpAnswer recovered =
        people("POST", "/v1/logins/current/recovery-code", second, json{{"recovery_code", person.recovery_codes[1]}});
    ASSERT_EQ(recovered.status, 200) << recovered.body;
    person.session = recovered.json["session"]["session_token"];
    plant("session token behind the recovery code", person.session);

    const HttpAnswer made =
        people("POST", "/v1/account/recovery-codes", person.session, json{{"password", person.password}});
    ASSERT_EQ(made.status, 201) << made.body;
    plant_recovery_codes(made.json["recovery_codes"].get<std::vector<std::string>>());

    plant("new password", "An0ther-Planted-Passw0rd-" + std::to_string(which));
    const HttpAnswer changed =
        people("POST", "/v1/account/password", person.session,
               json{{"current_password", person.password}, {"new_password", last()}}, {{"Idempotency-Key", "change"}});
    ASSERT_EQ(changed.status, 200) << changed.body;
    plant("session token behind the new password", changed.json["session"]["session_token"]);
    person.password = last();
  }
  // A page: its tokens are cookies.
  void use_cookies() {
    const HttpHeaders page{{"X-Requested-With", "tweestap"}, {"Origin", service_.people()}};
    const HttpAnswer in =
        people("POST", "/v1/logins", {}, json{{"identifier", kDemoIdentifier}, {"password", kDemoPassword}}, page);
    ASSERT_EQ(in.status, 201) << in.body;
    plant("session token of a cookie", cookie_value(in));
    HttpHeaders with = page;
    with.emplace("Cookie", "session=" + last());
    EXPECT_EQ(people("GET", "/v1/session", {}, {}, with).status, 200);
  }
  // What is refused early is wiped too.
  void be_refused() {
    plant("password of nobody", "Passw0rd-of-nobody-at-all");
    EXPECT_EQ(people("POST", "/v1/logins", {}, json{{"identifier", "nobody@example.org"}, {"password", last()}}).status,
              401);
    plant("password in an unknown member", "Passw0rd-in-an-unknown-member");
    EXPECT_EQ(people("POST", "/v1/logins", {}, json{{"pass", last()}}).status, 400);
    plant("token that is none", "t0ken-that-is-none-and-never-was");
    EXPECT_EQ(people("PATCH", "/v1/account", "sst_" + last(), json{{"display_name", "Robin"}}).status, 401);
    plant("password in the query", "Passw0rd-in-the-query");
    EXPECT_EQ(people("GET", "/v1/session?password=" + last(), {}, {}).status, 401);
    plant("password in the path", "Passw0rd-in-the-path");
    EXPECT_EQ(people("GET", "/v1/" + last(), {}, {}).status, 404);
    plant("password with escapes", "Passw0rd\\with \"escapes\"\u00e9");
    EXPECT_EQ(people("POST", "/v1/logins", {}, json{{"identifier", kDemoIdentifier}, {"password", last()}}).status,
              401);
  }
  [[nodiscard]] const std::string& last() const { return planted_.back().text; }
  // Six digits that the app shows at no time near now.
  static std::string wrong_app_code(const std::string& secret) {
    for (const char* code : {"739215", "604738", "918273", "275046"}) {
      bool right = false;
      for (int ahead = -2; ahead <= 3; ++ahead) right = right || app_code(secret, ahead) == code;
      if (!right) return code;
    }
    return {};
  }

  TemporaryFolder folder_;
  ServiceProcess service_;
  std::string key_;
  std::vector<Planted> planted_;
};

TEST_F(Planting, KEY_3_NoSecretIsInTheMemoryOfTheProgramASecondLater) {
  // Freed memory is used again, so that a copy may be overwritten by luck: two people, twice the chance.
  for (int which = 0; which < 2; ++which) live(which);
  use_cookies();
  be_refused();
  ASSERT_FALSE(HasFatalFailure());
  std::this_thread::sleep_for(std::chrono::seconds(1));  // the rule's own second
  const auto found = search_memory(service_.pid(), planted_);
  if (!found) {
    // Nobody but root may look into a process that gives no dump: then that is what there is to show.
    EXPECT_NE(geteuid(), 0U);
    EXPECT_EQ(found.error(), EACCES);
    return;
  }
  for (const FoundInMemory& one : *found) ADD_FAILURE() << one.mapping << ": " << one.around;
  // That the search finds what is there: the program's own name for an event.
  EXPECT_FALSE(search_memory(service_.pid(), {{"control", "login.completed"}})->empty());
}

TEST_F(Planting, KEY_3_NoSecretIsInTheArgumentsAndThereIsNoCoreDump) {
  live(0);
  const std::filesystem::path process = "/proc/" + std::to_string(service_.pid());
  const std::string arguments = file_text(process / "cmdline");
  EXPECT_NE(arguments.find("serve"), std::string::npos);
  for (const Planted& one : planted_) EXPECT_EQ(arguments.find(one.text), std::string::npos) << one.name;
  EXPECT_NE(file_text(process / "limits").find("Max core file size        0                    0"), std::string::npos);
  // A process that can be dumped belongs to its user in /proc; this one to root, whoever runs it.
  struct stat of_memory {};
  ASSERT_EQ(stat((process / "mem").c_str(), &of_memory), 0);
  EXPECT_EQ(of_memory.st_uid, 0U);
}

}  // namespace
}  // namespace tweestap::tests

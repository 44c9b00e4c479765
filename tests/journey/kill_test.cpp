// DUR-1 over real sockets: the program is killed while people use it, and whatever it said to them holds.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <ctime>
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <random>
#include <sstream>
#include <thread>

#include "platform/crypto/totp.h"
#include "platform/text/encoding.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/places.h"
#include "tests/support/service_process.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

using nlohmann::json;

constexpr int kPeople = 6;  // at the same time: enough that some are always between two answers

// What one person was told, step by step. A step without an answer is unknown and claims nothing.
struct Told {
  std::string identifier;
  std::string session;                      // the last token
  std::string secret;                       // of the app
  std::vector<std::string> spent_codes;     // six digits
  std::vector<std::string> spent_recovery;  // codes of the set
  bool unsure = false;                      // a request was under way that may have changed what is above
};

std::string code_of(const std::string& base32, int ahead) {
  const auto secret = platform::secret_from_base32(base32);
  if (!secret) return {};
  const auto step = static_cast<std::uint64_t>(std::time(nullptr) / 30 + ahead);
  const std::string digits = std::to_string(platform::hotp(secret->reveal(), step));
  return std::string(6 - digits.size(), '0') + digits;
}

class KilledService : public ::testing::Test {
 protected:
  [[nodiscard]] std::string data() const { return (folder_.path() / "data").string(); }
  void start() {
    service_ = std::make_unique<ServiceProcess>(ServiceProcess::Options{
        data(), {"--admin-key-file", (folder_.path() / "admin-key").string()}, {{"TWEESTAP_STORAGE_WAL", "16MiB"}}});
    if (key_.empty()) std::ifstream{folder_.path() / "admin-key"} >> key_;
  }

  // From a new account to a login with each kind of second step; ends at the first answer that does not come.
  Told live(const std::string& identifier, std::atomic<int>& answers) const {
    const std::string people = service_->people();
    Told told;
    told.identifier = identifier;
    const auto ask = [&](const std::string& url, const std::string& path, const std::string& token, const json& body) {
      told.unsure = true;
      HttpAnswer answer = try_call(url, "POST", path, token, body);
      const bool heard = answer.status >= 200 && answer.status < 300;
      if (heard) told.unsure = false, ++answers;
      // Too busy is no answer either; anything else is none that a person may hear.
      if (!heard && answer.status != 0 && answer.status != 503) ADD_FAILURE() << path << ": " << answer.body;
      return heard ? std::optional{std::move(answer.json)} : std::nullopt;
    };
    const auto begin = [&]() -> std::optional<json> {
      return ask(people, "/v1/logins", {}, {{"identifier", identifier}, {"password", kPassword}});
    };
    if (!ask(service_->staff(), "/v1/accounts", key_, {{"identifier", identifier}, {"password", kPassword}})) {
      told.identifier.clear();
      return told;
    }
    const auto login = begin();
    if (!login) return told;
    told.session = login->at("session").at("session_token");

    const auto started =
        ask(people, "/v1/account/enrolments", told.session, {{"password", kPassword}, {"method", "totp"}});
    if (!started) return told;
    const std::string secret = started->at("totp").at("secret");
    const std::string code = code_of(secret, 0);
    const auto enabled = ask(people, "/v1/account/enrolments/" + started->at("enrolment").get<std::string>() + "/code",
                             told.session, {{"code", code}});
    if (!enabled) return told;
    told.secret = secret;
    told.spent_codes.push_back(code);
    told.session = enabled->at("session").at("session_token");
    const auto codes = enabled->at("recovery_codes").get<std::vector<std::string>>();

    for (const bool by_app : {false, true}) {
      const auto pending = begin();
      if (!pending) return told;
      const std::string token = pending->at("login_token");
      const std::string next = code_of(secret, 1);
      const auto in = by_app ? ask(people, "/v1/logins/current/code", token, {{"code", next}})
                             : ask(people, "/v1/logins/current/recovery-code", token, {{"recovery_code", codes[3]}});
      if (!in) return told;
      told.session = in->at("session").at("session_token");
      by_app ? told.spent_codes.push_back(next) : told.spent_recovery.push_back(codes[3]);
    }
    return told;
  }

  // People who come one after the other until nobody answers them any more.
  std::vector<Told> use_and_kill(int round, std::chrono::milliseconds until_killed) {
    std::vector<Told> all;
    std::mutex mutex;
    std::atomic<int> answers = 0;
    std::atomic<bool> killed = false;
    {
      std::vector<std::jthread> people;
      for (int who = 0; who < kPeople; ++who) {
        people.emplace_back([&, who] {
          for (int n = 0; !killed; ++n) {
            std::ostringstream identifier;
            identifier << "p" << round << "-" << who << "-" << n << "@example.org";
            Told told = live(identifier.str(), answers);
            const std::scoped_lock lock{mutex};
            all.push_back(std::move(told));
          }
        });
      }
      // Counted from an answer on, so that a slow start spares nobody.
      while (answers < kPeople && !HasFailure()) std::this_thread::yield();
      std::this_thread::sleep_for(until_killed);  // the random moment
      service_->kill();
      killed = true;
    }
    answered_ += answers;
    return all;
  }

  // The same request again where the service was too busy: what counts is what it says when it says something.
  [[nodiscard]] HttpAnswer ask_until_answered(const std::string& method, const std::string& path,
                                              const std::string& token, const std::optional<json>& body) const {
    HttpAnswer answer;
    for (int tries = 0; tries < 20; ++tries) {
      answer = call(service_->people(), method, path, token, body);
      if (answer.status != 503) break;
    }
    return answer;
  }

  void expect_held(const std::vector<Told>& all) {
    for (const Told& told : all) {
      if (told.identifier.empty()) continue;
      // What was under way may have ended the token before it; then it is known, and over.
      if (!told.session.empty()) {
        const HttpAnswer session = ask_until_answered("GET", "/v1/session", told.session, {});
        EXPECT_TRUE(session.status == 200 || (told.unsure && session.text("code") == "token_expired"))
            << told.identifier << ": " << session.body;
      }
      const auto pending = [&] {
        return ask_until_answered("POST", "/v1/logins", {},
                                  json{{"identifier", told.identifier}, {"password", kPassword}});
      };
      const HttpAnswer login = pending();
      EXPECT_EQ(login.status, 201) << told.identifier << ": " << login.body;
      EXPECT_TRUE(told.secret.empty() || login.text("state") == "code_required") << told.identifier;
      const std::string token = login.text("login_token");
      for (const std::string& code : told.spent_codes) {
        EXPECT_EQ(ask_until_answered("POST", "/v1/logins/current/code", token, json{{"code", code}}).text("code"),
                  "code_rejected")
            << told.identifier;
      }
      for (const std::string& code : told.spent_recovery) {
        EXPECT_EQ(ask_until_answered("POST", "/v1/logins/current/recovery-code", token, json{{"recovery_code", code}})
                      .text("code"),
                  "code_rejected")
            << told.identifier;
      }
    }
  }

  void expect_whole() {
    const ProcessResult compared =
        run_process({program().string(), "projections", "rebuild", "--compare", "--data", data()});
    EXPECT_EQ(compared.status, 0) << compared.out << compared.err;
    const ProcessResult events = run_process({program().string(), "events", "--json", "--data", data()});
    EXPECT_EQ(events.status, 0) << events.err;
    std::istringstream lines{events.out};
    std::map<std::string, std::uint64_t> versions;
    std::uint64_t position = 0;
    for (std::string line; std::getline(lines, line);) {
      const json event = json::parse(line);
      ASSERT_EQ(event.at("position"), ++position);
      ASSERT_EQ(event.at("version"), ++versions[event.at("subject")]);
    }
    EXPECT_GT(position, 0U);
  }

  static constexpr const char* kPassword = "a password for a while";
  TemporaryFolder folder_;
  std::unique_ptr<ServiceProcess> service_;
  std::string key_;
  std::uint64_t answered_ = 0;
};

TEST_F(KilledService, DUR_1_WhateverPeopleWereToldHoldsAfterSigkill) {
  const int rounds = crash_rounds(4);
  std::mt19937_64 random{test_seed()};
  for (int round = 0; round < rounds; ++round) {
    start();
    const auto told = use_and_kill(round, std::chrono::milliseconds{random() % 1200});
    ASSERT_FALSE(HasFailure()) << "round " << round;
    start();
    expect_held(told);
    ASSERT_EQ(service_->stop(), 0);
    expect_whole();
    ASSERT_FALSE(HasFailure()) << "round " << round;
  }
  std::cout << answered_ << " answers were heard over " << rounds << " rounds\n";
}

}  // namespace
}  // namespace tweestap::tests

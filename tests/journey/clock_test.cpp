// The real program while somebody sets the clock of its machine (libfaketime): CLK-1, both directions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <optional>

#include "app/data_folder.h"
#include "domain/time.h"
#include "eventstore/key_ring.h"
#include "tests/journey/person.h"
#include "tests/journey/set_clock.h"
#include "tests/support/eventually.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

constexpr int kMinute = 60;
constexpr int kHour = 3600;

// The service on a machine whose wall clock an administrator sets; the monotonic clock is the real one.
class SetClock : public ::testing::Test {
 protected:
  SetClock() {
    set(0);
    start();
    std::ifstream{folder_.path() / "admin-key"} >> admin_key_;
    feed_key_ = call(service_->staff(), "POST", "/v1/api-keys", admin_key_, json{{"name", "feed"}, {"role", "stream"}})
                    .text("key");
  }
  void start() {
    service_ = std::make_unique<ServiceProcess>(
        ServiceProcess::Options{folder_.path() / "data",
                                {"--demo", "--admin-key-file", (folder_.path() / "admin-key").string()},
                                clock_set_by(clock_file())});
  }
  void restart() {
    EXPECT_EQ(service_->stop(), 0);
    start();
  }
  [[nodiscard]] std::filesystem::path clock_file() const { return folder_.path() / "clock"; }

  /// Sets the wall clock to so many seconds from the true one; the program sees the old text or the new one.
  void set(int seconds) {
    ahead_ = seconds;
    const auto next = folder_.path() / "clock.next";
    std::ofstream{next} << (seconds < 0 ? "" : "+") << seconds << "\n";
    std::filesystem::rename(next, clock_file());
  }
  /// What the app shows on a phone whose clock is the service's wall clock.
  [[nodiscard]] std::string code(int steps_away = 0) const { return app_code(alex_.secret, ahead_ / 30 + steps_away); }
  HttpAnswer submit(const std::string& code) {
    return call(people(), "POST", "/v1/logins/current/code", alex_.begin_login(people()), json{{"code", code}});
  }
  [[nodiscard]] std::string session_of(const HttpAnswer& answer) const {
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json.contains("session") ? answer.json["session"].value("session_token", "") : "";
  }
  [[nodiscard]] std::string heard_by(const std::string& session) {
    return call(people(), "GET", "/v1/session", session).text("code");
  }
  [[nodiscard]] std::vector<json> events() {
    std::vector<json> all;
    for (std::uint64_t after = 0;;) {
      const HttpAnswer page =
          call(service_->staff(), "GET", "/v1/events?limit=1000&after=" + std::to_string(after), feed_key_);
      EXPECT_EQ(page.status, 200) << page.body;
      if (!page.json.contains("events") || page.json["events"].empty()) return all;
      for (const json& event : page.json["events"]) all.push_back(event);
      after = page.json["scanned_to"];
    }
  }
  static std::int64_t time_of(const json& event) {
    return domain::parse_rfc3339(event.at("time").get<std::string>()).value().us;
  }
  /// Whether the times of all events stand in the order of the log.
  void expect_times_in_order() {
    std::int64_t before = 0;
    for (const json& event : events()) {
      EXPECT_GE(time_of(event), before) << event.dump();
      before = time_of(event);
    }
  }
  /// The jumps that the log tells of, in whole seconds.
  [[nodiscard]] std::vector<std::int64_t> jumps() {
    std::vector<std::int64_t> found;
    for (const json& event : events()) {
      if (event.at("type") != "service.clock_jumped") continue;
      const std::int64_t ms = event.at("data").at("differencems");
      found.push_back((ms + (ms < 0 ? -500 : 500)) / 1000);
    }
    return found;
  }
  [[nodiscard]] std::string metric(const std::string& called) {
    const std::string all = call(service_->staff(), "GET", "/metrics").body;
    const std::string name = "\n" + called + " ";
    const std::size_t at = all.find(name);
    return at == std::string::npos ? "" : all.substr(at + name.size(), all.find('\n', at + 1) - at - name.size());
  }
  /// The code of the newest message, once there are that many: what sends them is another thread of the service.
  [[nodiscard]] std::string newest_message(std::size_t count) {
    const auto deadline = steady_clock::now() + std::chrono::minutes(1);
    while (steady_clock::now() < deadline) {
      const json messages = call(people(), "GET", "/demo/messages?to=%2B31612345678").json.at("messages");
      if (messages.size() >= count) return messages.front().at("code");
    }
    ADD_FAILURE() << "no message " << count;
    return {};
  }
  void enrol() {
    alex_.open_session(people());
    alex_.enrol(people());
  }
  [[nodiscard]] const std::string& people() const { return service_->people(); }

  TemporaryFolder folder_;
  std::unique_ptr<ServiceProcess> service_;
  std::string admin_key_;
  std::string feed_key_;
  Person alex_;
  int ahead_ = 0;
};

TEST_F(SetClock, CLK_1_WhatIsOverStaysOverAndWhatLivesEndsNoEarlier) {
  enrol();
  const std::string early = alex_.session;
  EXPECT_EQ(heard_by(early), "");

  set(2 * kHour);
  EXPECT_EQ(heard_by(early), "token_expired") << "an hour without use ends a session";
  const std::string late = session_of(submit(code()));
  EXPECT_EQ(heard_by(late), "");
  EXPECT_EQ(jumps(), std::vector<std::int64_t>{2 * kHour});
  EXPECT_THAT(service_->log(), HasSubstr("clock.jumped"));

  set(0);
  const auto set_back_at = steady_clock::now();
  EXPECT_EQ(alex_.log_in(people()).status, 201);
  EXPECT_EQ(heard_by(early), "token_expired") << "set back, it comes not to life again";
  EXPECT_EQ(heard_by(late), "") << "and one from the clock's other side does not end";
  EXPECT_EQ(jumps(), (std::vector<std::int64_t>{2 * kHour, -2 * kHour}));
  EXPECT_LT(std::stod(metric("tweestap_clock_difference_seconds")), -2 * kHour + kMinute);
  EXPECT_EQ(metric("tweestap_clock_jumps_total"), "2");

  // The service's own time went on meanwhile, by the monotonic clock.
  const std::int64_t then = time_of(events().back());
  EXPECT_EQ(alex_.log_in(people()).status, 201);
  const std::int64_t went_on = time_of(events().back()) - then;
  EXPECT_GT(went_on, 0);
  EXPECT_LT(std::chrono::microseconds(went_on), steady_clock::now() - set_back_at);

  set(-24 * kHour);
  restart();
  EXPECT_EQ(heard_by(early), "token_expired") << "nor with a start on the wrong day";
  EXPECT_EQ(heard_by(late), "");
  EXPECT_EQ(alex_.log_in(people()).status, 201);
  EXPECT_LT(jumps().back(), -24 * kHour);
  expect_times_in_order();
}

TEST_F(SetClock, CLK_1_CodesFollowTheWallClockAndASpentOneStaysSpent) {
  enrol();
  set(10 * kMinute);
  EXPECT_EQ(submit(app_code(alex_.secret)).text("code"), "code_rejected") << "of the true time, ten minutes ago here";
  const std::string spent = code();
  EXPECT_EQ(submit(spent).status, 200);
  EXPECT_EQ(submit(spent).text("code"), "code_rejected");

  set(10 * kMinute - 20);
  EXPECT_EQ(submit(spent).text("code"), "code_rejected") << "set back so little that it would be right again";
  set(5 * kMinute);
  EXPECT_EQ(submit(spent).text("code"), "code_rejected");
  EXPECT_EQ(submit(code()).text("code"), "code_rejected") << "a step before one that was used is never accepted";
  restart();
  set(10 * kMinute);
  EXPECT_EQ(submit(spent).text("code"), "code_rejected") << "and again at its own time, after a start";

  set(12 * kMinute);
  EXPECT_EQ(submit(code()).status, 200);
  expect_times_in_order();
}

TEST_F(SetClock, CLK_1_ALockEndsNeitherEarlyNorTwice) {
  enrol();
  set(kHour);  // an even place to come back to
  EXPECT_EQ(submit(code()).status, 200);
  const auto guess = [&] {
    return call(people(), "POST", "/v1/logins/current/code", alex_.begin_login(people()), json{{"code", code(-20)}});
  };
  for (int i = 0; i < 10; ++i) EXPECT_EQ(guess().text("code"), "code_rejected") << i;
  EXPECT_EQ(guess().text("code"), "locked");
  const std::string until = guess().json.value("locked_until", "");

  set(0);
  EXPECT_EQ(guess().text("code"), "locked") << "set back by an hour: the lock is neither over nor longer";
  EXPECT_EQ(guess().json.value("locked_until", ""), until);
  set(kHour + 10 * kMinute);
  EXPECT_EQ(guess().text("code"), "locked") << "15 minutes are not over after ten";
  set(kHour + 16 * kMinute);
  EXPECT_EQ(guess().text("code"), "code_rejected");
  set(kHour);
  EXPECT_EQ(guess().text("code"), "code_rejected") << "set back to the lock's time it is not locked again";
  expect_times_in_order();
}

TEST_F(SetClock, CLK_1_ACodeBySmsEndsEarlyAndNeverLate) {
  alex_.open_session(people());
  const HttpAnswer started = call(people(), "POST", "/v1/account/enrolments", alex_.session,
                                  json{{"password", alex_.password}, {"method", "sms"}, {"phone", "06 12345678"}});
  ASSERT_EQ(started.status, 201) << started.body;
  const HttpAnswer enabled = call(people(), "POST", "/v1/account/enrolments/" + started.text("enrolment") + "/code",
                                  alex_.session, json{{"code", newest_message(1)}});
  ASSERT_EQ(enabled.status, 200) << enabled.body;
  const std::string session = enabled.json["session"]["session_token"];
  const auto step_up = [&](const std::string& code) {
    return call(people(), "POST", "/v1/session/step-up/code", session, json{{"code", code}});
  };
  ASSERT_EQ(call(people(), "POST", "/v1/session/step-up", session).status, 202);
  const std::string code = newest_message(2);

  set(11 * kMinute);
  EXPECT_EQ(step_up(code).text("code"), "code_rejected") << "set forward: over";
  set(0);
  EXPECT_EQ(step_up(code).text("code"), "code_rejected") << "and set back it does not live again";
  ASSERT_EQ(call(people(), "POST", "/v1/session/step-up", session).status, 202);
  EXPECT_EQ(step_up(newest_message(3)).status, 200);
  EXPECT_EQ(jumps(), (std::vector<std::int64_t>{11 * kMinute, -11 * kMinute}));
  expect_times_in_order();
}

// Whether the key of that day's codes by SMS is in a data folder, looked at from outside; nothing where the service was
// just writing there.
std::optional<bool> has_key_of(const TemporaryFolder& folder, std::uint32_t day) {
  const app::DataFolder data{folder.path() / "data"};
  auto kek = app::find_kek(platform::Settings{}, data);
  if (!kek) return std::nullopt;
  const auto ring = eventstore::KeyRing::open_secondary(data.keys(), folder.path() / "scratch", std::move(kek->key));
  if (!ring) return std::nullopt;
  return (*ring)->sms_code_key(day).has_value();
}

TEST_F(SetClock, ADaysKeyOfCodesBySmsGoesThoughNobodyLogsInAndAtAStart) {
  const auto ask_for_a_code = [&] {
    const HttpAnswer started = call(people(), "POST", "/v1/account/enrolments", alex_.session,
                                    json{{"password", alex_.password}, {"method", "sms"}, {"phone", "06 12345678"}});
    EXPECT_EQ(started.status, 201) << started.body;
    return static_cast<std::uint32_t>(time_of(events().back()) / domain::days(1).us);
  };
  alex_.open_session(people());
  std::uint32_t day = ask_for_a_code();
  const auto has_key = [&] {
    std::optional<bool> has;
    EXPECT_TRUE(eventually([&] { return (has = has_key_of(folder_, day)).has_value(); })) << "it cannot be looked at";
    return has;
  };
  EXPECT_EQ(has_key(), true);
  set(2 * 24 * kHour);
  EXPECT_TRUE(eventually([&] { return has_key() == false; })) << "and the service has heard nothing since";

  alex_.open_session(people());
  day = ask_for_a_code();
  EXPECT_EQ(has_key(), true);
  EXPECT_EQ(service_->stop(), 0);
  set(4 * 24 * kHour);
  start();
  EXPECT_EQ(has_key(), false) << "its last code was over before the service was there again";
}

TEST_F(SetClock, CLK_1_AMinuteIsNoJump) {
  enrol();
  set(59);
  EXPECT_EQ(alex_.log_in(people()).status, 201);
  set(0);
  EXPECT_EQ(alex_.log_in(people()).status, 201);
  EXPECT_TRUE(jumps().empty());
  expect_times_in_order();
  set(61);
  EXPECT_EQ(alex_.log_in(people()).status, 201);
  EXPECT_TRUE(jumps().empty()) << "from 59 s, which the service's time has kept, to 61";
  set(61 + 62);
  EXPECT_EQ(alex_.log_in(people()).status, 201);
  EXPECT_EQ(jumps().size(), 1U);
}

}  // namespace
}  // namespace tweestap::tests

// Remembered devices over the front door.
#include <atomic>
#include <barrier>
#include <mutex>
#include <set>
#include <thread>

#include "http/routes/device_token.h"
#include "tests/http/people_service.h"

namespace tweestap::http::people {
namespace {

constexpr const char* kFirefox = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0";

class DeviceHouse : public PeopleService {
 public:
  DeviceHouse() {
    account_ = account();
    alex_ = enrol();
  }
  /// Logs in with a code and ticks the box.
  [[nodiscard]] Heard remember(const Json& more = {{"remember_me", true}}) {
    next_step();
    Json body = {{"code", code(alex_.secret)}};
    body.update(more);
    return ask({.method = Method::Post,
                .target = "/v1/logins/current/code",
                .body = body.dump(),
                .token = pending(),
                .headers = {{"User-Agent", kFirefox}}});
  }
  [[nodiscard]] std::string device() { return remember().json().at("device_token"); }
  [[nodiscard]] Heard log_in_with(const std::string& device, std::string_view password = kPassword,
                                  std::string_view identifier = kAlex) const {
    return post("/v1/logins", {{"identifier", identifier}, {"password", password}, {"device_token", device}});
  }
  [[nodiscard]] Heard put(std::string target, const Json& body, std::string token) const {
    return ask({.method = Method::Put, .target = std::move(target), .body = body.dump(), .token = std::move(token)});
  }
  [[nodiscard]] const Enrolled& alex() const { return alex_; }
  [[nodiscard]] domain::AccountState now() const { return state(account_); }

 private:
  domain::AccountId account_;
  Enrolled alex_;
};

std::string session_in(const Heard& heard) { return heard.json().at("session").at("session_token"); }

// A request of a page: its tokens come and go as cookies.
Ask from_a_page(Method method, std::string target, const Json& body, const std::string& cookies) {
  Ask ask{.method = method,
          .target = std::move(target),
          .body = body.is_null() ? "" : body.dump(),
          .headers = {{"X-Requested-With", "tweestap"}, {"Sec-Fetch-Site", "same-origin"}}};
  if (!cookies.empty()) ask.headers.emplace_back("Cookie", cookies);
  return ask;
}

// `name=value` of the cookie of that name, as a browser sends it back; empty where it was not set.
std::string cookie_in(const Heard& heard, const std::string& name) {
  for (const std::string& cookie : heard.cookies()) {
    if (cookie.starts_with(name + "=")) return cookie.substr(0, cookie.find(';'));
  }
  return {};
}

TEST(RememberMe, HandsOutATokenUntilTheDefaultsEnd) {
  DeviceHouse house;
  const Heard heard = house.remember();
  ASSERT_EQ(heard.status, 200) << heard.body;
  EXPECT_TRUE(heard.json().at("device_token").get<std::string>().starts_with("dvt_"));
  const auto until = domain::parse_rfc3339(heard.json().at("remembered_until").get<std::string>()).value();
  EXPECT_NEAR(static_cast<double>((until - domain::Time{house.clock.wall_us()}).us) / 1e6, 12 * 3600, 1);
  EXPECT_FALSE(heard.json().at("session").contains("remembered_device"));
  EXPECT_EQ(house.count("device.remembered"), 1U);
}

TEST(RememberMe, IsWhatThePersonTickedAndNothingElse) {
  DeviceHouse house;
  EXPECT_FALSE(house.remember(Json::object()).json().contains("device_token"));
  EXPECT_FALSE(house.remember({{"remember_me", false}}).json().contains("device_token"));
  EXPECT_EQ(house.remember({{"remember_me", "yes"}}).member(), "remember_me");
  EXPECT_EQ(house.count("device.remembered"), 0U);
}

TEST(RememberMe, IsNotTakenWithARecoveryCode) {
  DeviceHouse house;
  const Heard heard =
      house.post("/v1/logins/current/recovery-code",
                 {{"recovery_code", house.alex().recovery_codes[0]}, {"remember_me", true}}, house.pending());
  EXPECT_EQ(heard.member(), "remember_me");
}

TEST(LoginAnswers, SayHowLongADeviceMayBeRemembered) {
  DeviceHouse house;
  EXPECT_EQ(house.log_in().json().at("remember"), "12h");
  EXPECT_EQ(house.get("/v1/account", house.alex().session).json().at("two_step").at("remember"), "12h");
  EXPECT_EQ(house.put("/v1/account/remember", {{"duration", "never"}}, house.alex().session).status, 200);
  EXPECT_EQ(house.log_in().json().at("remember"), "never");
  EXPECT_EQ(house.get("/v1/logins/current", house.pending()).json().at("remember"), "never");
  EXPECT_FALSE(house.remember().json().contains("device_token"));
}

TEST(DEV_1, ARememberedDeviceSkipsTheSecondStepAndNeverThePassword) {
  DeviceHouse house;
  const std::string device = house.device();
  EXPECT_EQ(house.log_in_with(device, "wrong").code(), "credentials_rejected");
  const Heard heard = house.log_in_with(device);
  ASSERT_EQ(heard.status, 201) << heard.body;
  const Json json = heard.json();
  EXPECT_EQ(json.at("state"), "completed");
  EXPECT_EQ(json.at("session").at("amr"), Json::array({"pwd"}));
  EXPECT_TRUE(json.at("session").at("remembered_device").get<std::string>().starts_with("dev_"));
  EXPECT_EQ(json.at("recovery_codes_left"), 6);
  EXPECT_FALSE(json.contains("enrolment"));
  EXPECT_NE(json.at("device_token"), device);
  const Json session = house.get("/v1/session", session_in(heard)).json();
  EXPECT_EQ(session.at("remembered_device"), json.at("session").at("remembered_device"));
  EXPECT_EQ(house.log_in_with(json.at("device_token")).json().at("state"), "completed");
}

TEST(DEV_1, ASessionOfARememberedDeviceIsNotFresh) {
  DeviceHouse house;
  const std::string session = session_in(house.log_in_with(house.device()));
  EXPECT_EQ(house.post("/v1/account/recovery-codes", {{"password", kPassword}}, session).code(), "step_up_required");
  EXPECT_EQ(house.put("/v1/account/remember", {{"duration", "1w"}}, session).code(), "step_up_required");
}

TEST(DEV_1, AStaleTokenIsTheft) {
  DeviceHouse house;
  const std::string first = house.device();
  const Heard in = house.log_in_with(first);
  house.after(domain::seconds(11));
  EXPECT_EQ(house.log_in_with(first, "wrong").code(), "credentials_rejected");
  EXPECT_EQ(house.count("device.theft_suspected"), 0U) << "only a right password tells";
  const Heard stale = house.log_in_with(first);
  EXPECT_EQ(stale.json().at("state"), "code_required");
  EXPECT_EQ(house.count("device.theft_suspected"), 1U);
  EXPECT_EQ(house.count("device.forgotten"), 1U);
  EXPECT_EQ(house.get("/v1/session", session_in(in)).code(), "token_expired");
  EXPECT_EQ(house.log_in_with(in.json().at("device_token")).json().at("state"), "code_required");
}

TEST(DEV_1, WithinTenSecondsTheLastTokenIsARetry) {
  DeviceHouse house;
  const std::string first = house.device();
  const std::string second = house.log_in_with(first).json().at("device_token");
  house.after(domain::seconds(9));
  const std::string third = house.log_in_with(first).json().at("device_token");
  EXPECT_NE(second, third);
  EXPECT_EQ(house.log_in_with(second).json().at("state"), "completed") << "each handed out so counts";
  EXPECT_EQ(house.log_in_with(third).json().at("state"), "code_required") << "until one of them is used";
  EXPECT_EQ(house.count("device.theft_suspected"), 1U);
}

TEST(DEV_1, TheRetryOfTheSameRequestHearsTheSameToken) {
  DeviceHouse house;
  const std::string first = house.device();
  const Ask ask{.method = Method::Post,
                .target = "/v1/logins",
                .body = Json{{"identifier", kAlex}, {"password", kPassword}, {"device_token", first}}.dump(),
                .headers = {{"Idempotency-Key", "k1"}}};
  const Heard heard = house.ask(ask);
  house.after(domain::hours(1));
  EXPECT_EQ(house.ask(ask).body, heard.body);
  EXPECT_EQ(house.count("device.theft_suspected"), 0U);
}

// Whoever knows the password and meets the key has no second step yet: the cookie stands for it.
TEST(DEV_1, AKeptAnswerIsHeardOnlyWithTheDevicesCookie) {
  DeviceHouse house;
  const std::string cookie = "device=" + house.device();
  Ask ask = from_a_page(Method::Post, "/v1/logins", {{"identifier", kAlex}, {"password", kPassword}}, cookie);
  ask.headers.emplace_back("Idempotency-Key", "1");
  const Heard heard = house.ask(ask);
  EXPECT_EQ(heard.json().at("state"), "completed");
  EXPECT_EQ(house.ask(ask).cookies(), heard.cookies());
  Ask other = from_a_page(Method::Post, "/v1/logins", {{"identifier", kAlex}, {"password", kPassword}}, "");
  other.headers.emplace_back("Idempotency-Key", "1");
  EXPECT_EQ(house.ask(other).json().at("state"), "code_required");
}

TEST(DEV_1, TheServerDecidesWhenItIsOver) {
  DeviceHouse house;
  const std::string device = house.device();
  house.after(just_before(domain::hours(12)));
  const std::string next = house.log_in_with(device).json().at("device_token");
  house.after(domain::seconds(1));
  EXPECT_EQ(house.log_in_with(next).json().at("state"), "code_required");
  EXPECT_EQ(house.count("device.theft_suspected"), 0U);
}

TEST(DEV_1, ATokenOfSomebodyElseOrOfNobodyIsIgnored) {
  DeviceHouse house;
  const std::string device = house.device();
  (void)house.account("robin@example.org");
  EXPECT_EQ(house.log_in_with(device, kPassword, "robin@example.org").json().at("state"), "completed");
  EXPECT_EQ(house.log_in_with(device, kPassword, "nobody@example.org").code(), "credentials_rejected");
  for (const std::string& none : {std::string{}, std::string{"dvt_x"}, "dvt_" + std::string(43, 'A'),
                                  "sst_" + device.substr(4), house.alex().session}) {
    EXPECT_EQ(house.log_in_with(none).json().at("state"), "code_required") << none;
  }
  EXPECT_EQ(house.count("device.theft_suspected"), 0U);
  EXPECT_EQ(house.log_in_with(device).json().at("state"), "completed");
}

TEST(THR_2, TheOwnerGetsInFromAKnownDeviceWhateverOthersTry) {
  DeviceHouse house;
  const std::string device = house.device();
  for (int i = 0; i < 6; ++i) (void)house.log_in(kAlex, "wrong");
  EXPECT_EQ(house.log_in().code(), "too_many_requests");
  EXPECT_EQ(house.log_in_with(device).json().at("state"), "completed");
}

TEST(THR_2, TenWrongPasswordsInARowForgetTheDeviceAndCountNowhereElse) {
  DeviceHouse house;
  const std::string device = house.device();
  for (int i = 0; i < 9; ++i) EXPECT_EQ(house.log_in_with(device, "wrong").code(), "credentials_rejected") << i;
  EXPECT_EQ(house.log_in(kAlex, "wrong").code(), "credentials_rejected") << "the identifier's own count is at none";
  EXPECT_EQ(house.log_in_with(device, "wrong").code(), "credentials_rejected");
  EXPECT_EQ(house.count("device.forgotten"), 1U);
  EXPECT_EQ(house.log_in_with(device).json().at("state"), "code_required");
}

TEST(THR_2, ParallelTriesWithADeviceAreNoMoreThanTen) {
  DeviceHouse house;
  const std::string device = house.device();
  std::vector<std::jthread> threads;
  std::barrier start(64);
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      (void)house.log_in_with(device, "wrong");
    });
  }
  threads.clear();
  std::size_t with_device = 0;
  for (const Json& event : house.events_after(0)) {
    if (event.at("type") == "login.password_rejected" && event.at("data").contains("device")) ++with_device;
  }
  EXPECT_EQ(with_device, 10U);
  EXPECT_EQ(house.count("device.forgotten"), 1U);
}

TEST(DEV_1, ALockedSecondStepStopsNoRememberedDevice) {
  DeviceHouse house;
  const std::string device = house.device();
  house.next_step();
  const std::string login = house.pending();
  const std::string wrong = house.wrong_code(house.alex().secret);
  for (int i = 0; i < 10; ++i) (void)house.post("/v1/logins/current/code", {{"code", wrong}}, login);
  EXPECT_EQ(house.post("/v1/logins/current/code", {{"code", wrong}}, login).code(), "locked");
  EXPECT_EQ(house.log_in_with(device).json().at("state"), "completed");
  EXPECT_TRUE(house.log_in().json().contains("locked_until")) << "and the count stays";
  EXPECT_EQ(house.now().lock.failures, 10U);
}

TEST(ADM_2, TheStaffListenerTakesAndGivesNoDevice) {
  DeviceHouse house;
  (void)house.account("admin@example.org", kPassword, {domain::Role::Person, domain::Role::Admin});
  const std::string device = house.device();
  const Heard heard = house.ask(
      {.method = Method::Post,
       .target = "/v1/logins",
       .body = Json{{"identifier", "admin@example.org"}, {"password", kPassword}, {"device_token", device}}.dump(),
       .listener = ListenerKind::Staff});
  EXPECT_EQ(heard.json().at("state"), "enrolment_required");
}

TEST(Cookies, CarryTheDevicesTokenForAsLongAsItIsRemembered) {
  DeviceHouse house;
  house.next_step();
  const Json who{{"identifier", kAlex}, {"password", kPassword}};
  const Heard started = house.ask(from_a_page(Method::Post, "/v1/logins", who, ""));
  const Heard in = house.ask(from_a_page(Method::Post, "/v1/logins/current/code",
                                         {{"code", house.code(house.alex().secret)}, {"remember_me", true}},
                                         cookie_in(started, "login")));
  ASSERT_EQ(in.status, 200) << in.body;
  EXPECT_FALSE(in.json().contains("device_token"));
  EXPECT_TRUE(in.json().contains("remembered_until"));
  const std::string device = cookie_in(in, "device");
  const auto age = [](const Heard& heard) {
    for (const std::string& cookie : heard.cookies()) {
      if (cookie.starts_with("device=")) return std::stoi(cookie.substr(cookie.find("Max-Age=") + 8));
    }
    return -1;
  };
  EXPECT_NEAR(age(in), 43200, 1);
  house.after(domain::hours(1));
  const Heard again = house.ask(from_a_page(Method::Post, "/v1/logins", who, device));
  EXPECT_EQ(again.json().at("state"), "completed");
  EXPECT_NEAR(age(again), 39600, 1);
  EXPECT_NE(cookie_in(again, "device"), device);
  // Without the header, or from another site, a cookie is no cookie.
  Ask foreign = from_a_page(Method::Post, "/v1/logins", who, cookie_in(again, "device"));
  foreign.headers[1].second = "cross-site";
  EXPECT_EQ(house.ask(foreign).json().at("state"), "code_required");
  // The stale one is over, and its cookie goes.
  house.after(domain::minutes(1));
  const Heard stale = house.ask(from_a_page(Method::Post, "/v1/logins", who, device));
  EXPECT_EQ(stale.json().at("state"), "code_required");
  EXPECT_EQ(age(stale), 0);
}

TEST(Cookies, TheTenthWrongPasswordWithADeviceClearsIt) {
  DeviceHouse house;
  const std::string device = "device=" + house.device();
  const Ask wrong = from_a_page(Method::Post, "/v1/logins", {{"identifier", kAlex}, {"password", "wrong"}}, device);
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(house.ask(wrong).cookies().empty()) << i;
  const Heard tenth = house.ask(wrong);
  EXPECT_EQ(tenth.code(), "credentials_rejected");
  ASSERT_EQ(tenth.cookies().size(), 1U);
  EXPECT_TRUE(tenth.cookies().front().starts_with("device=; ")) << tenth.cookies().front();
  EXPECT_NE(tenth.cookies().front().find("Max-Age=0"), std::string::npos);
  EXPECT_TRUE(house.ask(wrong).cookies().empty()) << "it is nobody's any more";
}

TEST(Cookies, WhatForgetsTheDeviceClearsIt) {
  DeviceHouse house;
  const Heard in = house.remember();
  const std::string session = session_in(in);
  const std::string device = "device=" + in.json().at("device_token").get<std::string>();
  const auto page = [&](Method method, const std::string& target, const Json& body) {
    return house.ask(from_a_page(method, target, body, "session=" + session + "; " + device));
  };
  EXPECT_EQ(cookie_in(page(Method::Put, "/v1/account/remember", {{"duration", "12h"}}), "device"), "");
  EXPECT_EQ(page(Method::Put, "/v1/account/remember", {{"duration", "never"}}).cookies().size(), 1U);
  DeviceHouse other;
  const Heard changed = other.ask(from_a_page(Method::Post, "/v1/account/password",
                                              {{"current_password", kPassword}, {"new_password", "a loud harbour"}},
                                              "session=" + other.alex().session + "; device=" + other.device()));
  EXPECT_EQ(changed.cookies().size(), 2U) << changed.body;
}

TEST(Devices, AreListedWithNameAndCurrentOne) {
  DeviceHouse house;
  const Heard remembered = house.remember();
  const std::string session = session_in(remembered);
  const Heard opened = house.log_in_with(remembered.json().at("device_token"));
  const auto current = [&](const std::string& token) {
    const Json devices = house.get("/v1/account/devices", token).json().at("devices");
    return devices.size() == 1 && devices[0].at("current").get<bool>();
  };
  EXPECT_TRUE(current(session)) << "remembered it";
  EXPECT_TRUE(current(session_in(opened))) << "was opened with it";
  EXPECT_FALSE(current(house.alex().session));
  const Json device = house.get("/v1/account/devices", session).json().at("devices").at(0);
  EXPECT_EQ(device.at("name"), "Firefox on Linux");
  EXPECT_EQ(device.at("device"), opened.json().at("session").at("remembered_device"));
  EXPECT_EQ(device.at("until"), remembered.json().at("remembered_until"));
  EXPECT_TRUE(device.contains("remembered_at") && device.contains("last_used_at"));
}

TEST(Devices, AreForgottenOneByOneOrAllAtOnce) {
  DeviceHouse house;
  const std::string first = house.device();
  const std::string second = house.device();
  const std::string session = house.alex().session;
  const Json devices = house.get("/v1/account/devices", session).json().at("devices");
  ASSERT_EQ(devices.size(), 2U);
  const std::string path = "/v1/account/devices/" + devices[0].at("device").get<std::string>();
  EXPECT_EQ(house.del(path, session).status, 204);
  EXPECT_EQ(house.del(path, session).code(), "not_found");
  EXPECT_EQ(house.del("/v1/account/devices/dev_x", session).code(), "not_found");
  EXPECT_EQ(house.log_in_with(first).json().at("state"), "code_required");
  EXPECT_EQ(house.log_in_with(second).json().at("state"), "completed");
  EXPECT_EQ(house.del("/v1/account/devices", session).status, 204);
  EXPECT_EQ(house.del("/v1/account/devices", session).status, 204);
  EXPECT_TRUE(house.get("/v1/account/devices", session).json().at("devices").empty());
}

TEST(Remember, TakesOneOfFourThatThePolicyAllows) {
  DeviceHouse house;
  const std::string session = house.alex().session;
  EXPECT_EQ(house.put("/v1/account/remember", {{"duration", "1w"}}, session).json(), (Json{{"duration", "1w"}}));
  EXPECT_EQ(house.get("/v1/account", session).json().at("two_step").at("remember"), "1w");
  for (const char* odd : {"2w", "", "1W", "12"}) {
    EXPECT_EQ(house.put("/v1/account/remember", {{"duration", odd}}, session).code(), "invalid_duration") << odd;
  }
  EXPECT_EQ(house.put("/v1/account/remember", {{"duration", 12}}, session).member(), "duration");
  domain::SetPolicy policy;
  policy.actor = domain::System{};
  policy.remember_durations = domain::SetOf<domain::Remember>{domain::Remember::Never, domain::Remember::TwelveHours};
  house.run(std::move(policy));
  EXPECT_EQ(house.put("/v1/account/remember", {{"duration", "3d"}}, session).code(), "invalid_duration");
  EXPECT_EQ(house.get("/v1/account", session).json().at("two_step").at("remember"), "12h")
      << "the longest allowed one that is not longer";
}

TEST(DEV_1, ManyWithOneTokenAtOnceAreNoTheft) {
  constexpr int kThreads = 64;
  DeviceHouse house;
  const std::string device = house.device();
  std::barrier start(kThreads);
  std::mutex mutex;
  std::set<std::string> handed_out;
  std::atomic<int> in = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      Heard heard = house.log_in_with(device);
      while (heard.code() == "unavailable") heard = house.log_in_with(device);  // the queue for hashes was full
      if (heard.json().value("state", "") != "completed") return;
      ++in;
      const std::lock_guard lock(mutex);
      handed_out.insert(heard.json().at("device_token").get<std::string>());
    });
  }
  threads.clear();
  EXPECT_EQ(in, kThreads);
  EXPECT_EQ(handed_out.size(), std::size_t{kThreads});
  EXPECT_EQ(house.count("device.theft_suspected"), 0U);
  // All of them are one set: one of them is used, and every other one is stale.
  const std::string one = *handed_out.begin();
  const std::string other = *handed_out.rbegin();
  EXPECT_EQ(house.log_in_with(one).json().at("state"), "completed");
  EXPECT_EQ(house.log_in_with(other).json().at("state"), "code_required");
  EXPECT_EQ(house.count("device.theft_suspected"), 1U);
}

TEST(DeviceName, SaysBrowserAndSystemInAFewWords) {
  const auto name = [](std::string_view agent) { return device_name(agent).value_or("-"); };
  EXPECT_EQ(name(kFirefox), "Firefox on Linux");
  EXPECT_EQ(name("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
                 "Safari/537.36 Edg/130.0"),
            "Edge on Windows");
  EXPECT_EQ(name("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"),
            "Chrome on Android");
  EXPECT_EQ(name("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 "
                 "Mobile/15E148 Safari/604.1"),
            "Safari on iPhone");
  EXPECT_EQ(name("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15"),
            "Safari on Mac");
  EXPECT_EQ(name("curl/8.5.0"), "-");
  EXPECT_EQ(name(""), "-");
}

}  // namespace
}  // namespace tweestap::http::people

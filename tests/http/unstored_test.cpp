// AUD-1 at every route of people that changes something: no success answer without its synced event.
#include <atomic>
#include <functional>
#include <map>

#include "tests/http/people_service.h"
#include "tests/http/phone.h"

namespace tweestap::http::people {
namespace {

// The disk's write or sync fails from the moment that a test says so, and nothing is stored.
class BreakableAppender final : public eventstore::Appender {
 public:
  BreakableAppender(const std::atomic<bool>& broken, std::unique_ptr<eventstore::Appender> real)
      : broken_(broken), real_(std::move(real)) {}
  [[nodiscard]] std::expected<void, platform::Failure> append(const eventstore::Batch& batch,
                                                              eventstore::Applied& applied) override {
    if (broken_) return std::unexpected(platform::Failure{platform::Failure::Kind::Unavailable, "injected"});
    return real_->append(batch, applied);
  }

 private:
  const std::atomic<bool>& broken_;
  std::unique_ptr<eventstore::Appender> real_;
};

// Somebody at the point from which one request would succeed, and that request.
using Prepare = std::function<Ask(PeopleService&)>;

Ask posting(std::string target, const Json& body, std::string token) {
  return {.method = Method::Post,
          .target = std::move(target),
          .body = body.is_null() ? "" : body.dump(),
          .token = std::move(token)};
}

Ask deleting(std::string target, const Json& body, std::string token) {
  Ask ask = posting(std::move(target), body, std::move(token));
  ask.method = Method::Delete;
  return ask;
}

struct Started {
  std::string session;
  std::string path;
  std::string secret;
};
Started start_enrolment(PeopleService& house) {
  (void)house.account();
  const std::string session = house.session();
  const Json started =
      house.post("/v1/account/enrolments", {{"password", kPassword}, {"method", "totp"}}, session).json();
  return {session, "/v1/account/enrolments/" + started.at("enrolment").get<std::string>(),
          started.at("totp").at("secret")};
}

Started start_enrolment_by_sms(PeopleService& house) {
  house.allow_sms();
  (void)house.account();
  const std::string session = house.session();
  const Json started = house.start_by_sms(session).json();
  return {session, "/v1/account/enrolments/" + started.at("enrolment").get<std::string>(), {}};
}

std::string enrolled_by_sms(PeopleService& house) {
  house.allow_sms();
  (void)house.account();
  return house.enrol_by_sms();
}

Enrolled enrolled(PeopleService& house) {
  (void)house.account();
  return house.enrol();
}

struct Remembered {
  std::string session;
  std::string id;
};
Remembered remembered(PeopleService& house) {
  const Enrolled alex = enrolled(house);
  const Json in =
      house.post("/v1/logins/current/code", {{"code", house.code(alex.secret)}, {"remember_me", true}}, house.pending())
          .json();
  const std::string session = in.at("session").at("session_token");
  return {session, house.get("/v1/account/devices", session).json().at("devices").at(0).at("device")};
}

const std::map<std::string, Prepare>& requests() {
  static const std::map<std::string, Prepare> all{
      {"POST /v1/logins",
       [](PeopleService& house) {
         (void)house.account();
         return posting("/v1/logins", {{"identifier", kAlex}, {"password", kPassword}}, "");
       }},
      {"POST /v1/logins/current/code",
       [](PeopleService& house) {
         const Enrolled alex = enrolled(house);
         return posting("/v1/logins/current/code", {{"code", house.code(alex.secret)}}, house.pending());
       }},
      {"POST /v1/logins/current/recovery-code",
       [](PeopleService& house) {
         const Enrolled alex = enrolled(house);
         return posting("/v1/logins/current/recovery-code", {{"recovery_code", alex.recovery_codes[0]}},
                        house.pending());
       }},
      {"DELETE /v1/logins/current",
       [](PeopleService& house) {
         (void)enrolled(house);
         return deleting("/v1/logins/current", nullptr, house.pending());
       }},
      {"POST /v1/logins/current/sms",
       [](PeopleService& house) {
         (void)enrolled_by_sms(house);
         const std::string login = house.pending();
         house.after(domain::seconds(30));
         return posting("/v1/logins/current/sms", nullptr, login);
       }},
      {"POST /v1/session/step-up",
       [](PeopleService& house) { return posting("/v1/session/step-up", nullptr, enrolled_by_sms(house)); }},
      {"DELETE /v1/session",
       [](PeopleService& house) { return deleting("/v1/session", nullptr, enrolled(house).session); }},
      {"DELETE /v1/sessions",
       [](PeopleService& house) { return deleting("/v1/sessions", nullptr, enrolled(house).session); }},
      {"POST /v1/session/step-up/code",
       [](PeopleService& house) {
         const Enrolled alex = enrolled(house);
         return posting("/v1/session/step-up/code", {{"code", house.code(alex.secret)}}, alex.session);
       }},
      {"PATCH /v1/account",
       [](PeopleService& house) {
         Ask ask = posting("/v1/account", {{"display_name", "Robin"}}, enrolled(house).session);
         ask.method = Method::Patch;
         return ask;
       }},
      {"POST /v1/account/password",
       [](PeopleService& house) {
         return posting("/v1/account/password", {{"current_password", kPassword}, {"new_password", "a loud harbour"}},
                        enrolled(house).session);
       }},
      {"POST /v1/account/enrolments",
       [](PeopleService& house) {
         (void)house.account();
         return posting("/v1/account/enrolments", {{"password", kPassword}, {"method", "totp"}}, house.session());
       }},
      {"POST /v1/account/enrolments/{enrolment}/code",
       [](PeopleService& house) {
         const Started started = start_enrolment(house);
         return posting(started.path + "/code", {{"code", house.code(started.secret)}}, started.session);
       }},
      {"DELETE /v1/account/enrolments/{enrolment}",
       [](PeopleService& house) {
         const Started started = start_enrolment(house);
         return deleting(started.path, nullptr, started.session);
       }},
      {"PATCH /v1/account/enrolments/{enrolment}",
       [](PeopleService& house) {
         const Started started = start_enrolment_by_sms(house);
         Ask ask = posting(started.path, {{"phone", "06 87654321"}}, started.session);
         ask.method = Method::Patch;
         return ask;
       }},
      {"POST /v1/account/enrolments/{enrolment}/sms",
       [](PeopleService& house) {
         const Started started = start_enrolment_by_sms(house);
         house.after(domain::seconds(30));
         return posting(started.path + "/sms", nullptr, started.session);
       }},
      {"POST /v1/account/recovery-codes",
       [](PeopleService& house) {
         return posting("/v1/account/recovery-codes", {{"password", kPassword}}, enrolled(house).session);
       }},
      {"POST /v1/account/recovery-codes/acknowledge",
       [](PeopleService& house) {
         return posting("/v1/account/recovery-codes/acknowledge", nullptr, enrolled(house).session);
       }},
      {"DELETE /v1/account/two-step",
       [](PeopleService& house) {
         return deleting("/v1/account/two-step", {{"password", kPassword}}, enrolled(house).session);
       }},
      {"PUT /v1/account/remember",
       [](PeopleService& house) {
         Ask ask = posting("/v1/account/remember", {{"duration", "1w"}}, enrolled(house).session);
         ask.method = Method::Put;
         return ask;
       }},
      {"DELETE /v1/account/devices",
       [](PeopleService& house) { return deleting("/v1/account/devices", nullptr, remembered(house).session); }},
      {"DELETE /v1/account/devices/{device}",
       [](PeopleService& house) {
         const Remembered device = remembered(house);
         return deleting("/v1/account/devices/" + device.id, nullptr, device.session);
       }},
      {"POST /v1/app/devices",
       [](PeopleService& house) {
         const std::string session = enrolled(house).session;
         return posting("/v1/app/devices", Phone{}.binding(house, session), session);
       }},
      {"DELETE /v1/app/devices/{app_device}",
       [](PeopleService& house) {
         const std::string session = enrolled(house).session;
         Phone phone;
         phone.bind(house, session);
         return deleting("/v1/app/devices/" + phone.id, nullptr, session);
       }},
      {"POST /v1/app/logins",
       [](PeopleService& house) {
         Phone phone;
         phone.bind(house, enrolled(house).session);
         return posting("/v1/app/logins", phone.login(house), "");
       }},
      {"POST /v1/account/two-step/deferrals",
       [](PeopleService& house) {
         (void)house.account();
         return posting("/v1/account/two-step/deferrals", nullptr, house.session());
       }},
  };
  return all;
}

// A challenge carries all that there is to know of it.
bool stores_nothing(const std::string& route) {
  return route == "POST /v1/app/devices/challenges" || route == "POST /v1/app/challenges";
}

std::string name_of(const Route& route) {
  std::string verb;
  switch (route.verb) {
    case VerbName::Get:
    case VerbName::GetAndHead:
      return {};
    case VerbName::Post:
      verb = "POST ";
      break;
    case VerbName::Put:
      verb = "PUT ";
      break;
    case VerbName::Patch:
      verb = "PATCH ";
      break;
    case VerbName::Delete:
      verb = "DELETE ";
      break;
  }
  return verb.append(route.path.text);
}

TEST(AUD_1, NoCommandOfPeopleSucceedsWithoutItsEvent) {
  std::size_t shown = 0;
  const PeopleService described;
  for (const Route& route : described.table) {
    if (!on_listener(route, ListenerKind::Public)) continue;
    const std::string name = name_of(route);
    if (name.empty() || stores_nothing(name) || name == "POST /v1/introspect") continue;
    ASSERT_TRUE(requests().contains(name)) << name << " has no request here";
    std::atomic<bool> broken = false;
    PeopleService house{{.wrap = [&](std::unique_ptr<eventstore::Appender> real) {
      return std::make_unique<BreakableAppender>(broken, std::move(real));
    }}};
    const Ask ask = requests().at(name)(house);
    const std::uint64_t head = house.head();
    broken = true;
    const Heard heard = house.ask(ask);
    EXPECT_EQ(heard.status, 503) << name;
    EXPECT_EQ(heard.code(), "unavailable") << name;
    EXPECT_EQ(heard.header("Retry-After"), "1") << name;
    EXPECT_TRUE(heard.cookies().empty()) << name;
    broken = false;
    EXPECT_EQ(house.ask(ask).status, 503) << name << ": what the store holds is not known before it is read again";
    house.reopen();
    EXPECT_EQ(house.head(), head) << name;
    const Heard again = house.ask(ask);
    EXPECT_GE(again.status, 200) << name;
    EXPECT_LT(again.status, 300) << name << ": the same request is as good as before: " << again.body;
    EXPECT_GT(house.head(), head) << name;
    ++shown;
  }
  EXPECT_EQ(shown, requests().size());
}

TEST(AUD_1, AWrongSecretIsNotAnsweredWithoutItsEventEither) {
  std::atomic<bool> broken = false;
  PeopleService house{{.wrap = [&](std::unique_ptr<eventstore::Appender> real) {
    return std::make_unique<BreakableAppender>(broken, std::move(real));
  }}};
  const Enrolled alex = enrolled(house);
  const Ask wrong = posting("/v1/logins/current/code", {{"code", house.wrong_code(alex.secret)}}, house.pending());
  const std::uint64_t head = house.head();
  broken = true;
  EXPECT_EQ(house.ask(wrong).code(), "unavailable");
  broken = false;
  house.reopen();
  EXPECT_EQ(house.head(), head);
  EXPECT_EQ(house.ask(wrong).code(), "code_rejected");
}

}  // namespace
}  // namespace tweestap::http::people

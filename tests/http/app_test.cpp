// The phone app over the front door (rule APP-1).
#include <barrier>
#include <fstream>
#include <thread>

#include "http/app_challenge.h"
#include "platform/crypto/es256.h"
#include "platform/text/encoding.h"
#include "tests/http/phone.h"
#include "tests/support/places.h"

namespace tweestap::http::people {
namespace {

class PhoneHouse : public PeopleService {
 public:
  PhoneHouse() {
    account_ = account();
    alex_ = enrol();
    phone.bind(*this, alex_.session);
  }
  [[nodiscard]] Heard log_in_with(const Json& body) const { return post("/v1/app/logins", body); }
  [[nodiscard]] domain::AccountState now() const { return state(account_); }
  [[nodiscard]] const Enrolled& alex() const { return alex_; }
  Phone phone;
  SigningKey wrong_pin;

 private:
  domain::AccountId account_;
  Enrolled alex_;
};

TEST(APP_1, APhoneLogsInWithBothSignatures) {
  PhoneHouse house;
  const Heard heard = house.log_in_with(house.phone.login(house));
  ASSERT_EQ(heard.status, 201) << heard.body;
  const Json json = heard.json();
  EXPECT_EQ(json.at("state"), "completed");
  EXPECT_EQ(json.at("session").at("amr"), Json::array({"hwk", "pin"}));
  EXPECT_EQ(json.at("recovery_codes_left"), 6);
  const std::string session = json.at("session").at("session_token");
  EXPECT_EQ(house.post("/v1/account/recovery-codes", {{"password", kPassword}}, session).code(), "step_up_required")
      << "an app's session is not fresh";
}

TEST(APP_1, ASuccessVoidsTheChallengesBefore) {
  PhoneHouse house;
  const Json first = house.phone.login(house);
  const Json second = house.phone.login(house);
  EXPECT_EQ(house.post("/v1/app/challenges", {{"app_device", house.phone.id}}).json().at("sequence"), 1);
  EXPECT_EQ(house.log_in_with(second).status, 201);
  EXPECT_EQ(house.log_in_with(first).code(), "credentials_rejected");
  EXPECT_EQ(house.log_in_with(second).code(), "credentials_rejected");
  EXPECT_EQ(house.post("/v1/app/challenges", {{"app_device", house.phone.id}}).json().at("sequence"), 2);
  EXPECT_EQ(house.log_in_with(house.phone.login(house)).status, 201);
}

TEST(APP_1, AChallengeIsGoodForSixtySeconds) {
  PhoneHouse house;
  const Json body = house.phone.login(house);
  house.after(just_before(domain::seconds(60)));
  EXPECT_EQ(house.log_in_with(body).status, 201);
  const Json late = house.phone.login(house);
  house.after(domain::seconds(60));
  EXPECT_EQ(house.log_in_with(late).code(), "credentials_rejected");
  EXPECT_EQ(house.count("app_device.pin_rejected"), 0U);
}

TEST(APP_1, EveryFailedLoginAnswersAlikeAndOnlyAWrongPinOfTheRightPhoneCounts) {
  PhoneHouse house;
  const Json right = house.phone.login(house);
  const auto with = [&](const char* member, const Json& value) {
    Json body = right;
    body[member] = value;
    return body;
  };
  Phone unknown;
  unknown.id = "app_" + std::string(26, '0');
  Phone odd;
  odd.id = "no id at all";
  const Heard wrong_pin = house.log_in_with(house.phone.login(house, house.wrong_pin));
  EXPECT_EQ(house.count("app_device.pin_rejected"), 1U);
  for (const Json& body :
       {with("app_device", unknown.id), with("challenge", "x"), with("device_signature", right.at("pin_signature")),
        with("device_signature", ""), with("pin_signature", "x"), unknown.login(house), odd.login(house)}) {
    const Heard heard = house.log_in_with(body);
    EXPECT_EQ(heard.status, 401) << body;
    EXPECT_EQ(heard.body, wrong_pin.body) << body;
  }
  // A PIN's signature that does not verify, with the phone's own that does: the one above with "x".
  EXPECT_EQ(house.count("app_device.pin_rejected"), 2U);
  EXPECT_EQ(house.now().app_devices.front().failures, 2U);
  EXPECT_EQ(house.log_in_with(right).status, 201);
  EXPECT_EQ(house.now().app_devices.front().failures, 0U);
}

TEST(APP_1, AnUnknownPhoneGetsAChallengeThatLooksTheSame) {
  PhoneHouse house;
  const std::string unknown = "app_" + std::string(26, '1');
  const Json known = house.post("/v1/app/challenges", {{"app_device", house.phone.id}}).json();
  const Json first = house.post("/v1/app/challenges", {{"app_device", unknown}}).json();
  const Json second = house.post("/v1/app/challenges", {{"app_device", unknown}}).json();
  EXPECT_EQ(first.at("sequence"), second.at("sequence"));
  EXPECT_NE(first.at("challenge"), second.at("challenge"));
  EXPECT_EQ(first.at("challenge").get<std::string>().size(), known.at("challenge").get<std::string>().size());
  EXPECT_EQ(first.at("expires_at"), known.at("expires_at"));
}

TEST(APP_1, TenWrongPinsInARowLockThePhone) {
  PhoneHouse house;
  for (int i = 0; i < 9; ++i) (void)house.log_in_with(house.phone.login(house, house.wrong_pin));
  EXPECT_EQ(house.log_in_with(house.phone.login(house)).status, 201);
  for (int i = 0; i < 10; ++i) (void)house.log_in_with(house.phone.login(house, house.wrong_pin));
  EXPECT_EQ(house.log_in_with(house.phone.login(house)).code(), "credentials_rejected");
  EXPECT_TRUE(house.get("/v1/app/devices", house.alex().session).json().at("app_devices").at(0).at("locked"));
  EXPECT_EQ(house.count("app_device.locked"), 1U);
  house.phone.bind(house, house.alex().session);
  EXPECT_EQ(house.log_in_with(house.phone.login(house)).status, 201);
}

TEST(APP_1, ParallelWrongPinsAreNoMoreThanTen) {
  PhoneHouse house;
  const Json wrong = house.phone.login(house, house.wrong_pin);
  std::barrier start(64);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      (void)house.log_in_with(wrong);
    });
  }
  threads.clear();
  EXPECT_EQ(house.count("app_device.pin_rejected"), 10U);
}

TEST(APP_1, TheSecondStepsLockDoesNotTouchIt) {
  PhoneHouse house;
  const std::string login = house.pending();
  const std::string wrong = house.wrong_code(house.alex().secret);
  for (int i = 0; i < 11; ++i) (void)house.post("/v1/logins/current/code", {{"code", wrong}}, login);
  EXPECT_EQ(house.log_in_with(house.phone.login(house)).status, 201);
  EXPECT_EQ(house.now().lock.failures, 10U);
}

TEST(SES_2, APasswordChangeEndsThePhone) {
  PhoneHouse house;
  const Json body = house.phone.login(house);
  EXPECT_EQ(house
                .post("/v1/account/password", {{"current_password", kPassword}, {"new_password", "a loud harbour"}},
                      house.alex().session)
                .status,
            200);
  EXPECT_EQ(house.log_in_with(body).code(), "credentials_rejected");
}

TEST(BindPhone, WantsTwoDifferentKeysOnTheCurve) {
  PhoneHouse house;
  const Phone other;
  const Json right = other.binding(house, house.alex().session);
  const auto refused = [&](const char* member, const Json& value) {
    Json body = right;
    body[member] = value;
    const Heard heard = house.post("/v1/app/devices", body, house.alex().session);
    EXPECT_EQ(heard.code(), "malformed_request") << member << value;
    return heard.member();
  };
  EXPECT_EQ(refused("pin_key", right.at("device_key")), "pin_key");
  Json off = right.at("device_key");
  off["y"] = off.at("x");
  EXPECT_EQ(refused("device_key", off), "device_key");
  Json with_private = right.at("device_key");
  with_private["d"] = std::string(43, 'A');
  EXPECT_EQ(refused("device_key", with_private), "device_key");
  Json other_curve = right.at("device_key");
  other_curve["crv"] = "P-384";
  EXPECT_EQ(refused("device_key", other_curve), "device_key");
  EXPECT_EQ(refused("device_key", "text"), "device_key");
  EXPECT_EQ(refused("device_key", Json::object()), "device_key");
  EXPECT_EQ(house.post("/v1/app/devices", right, house.alex().session).status, 201);
}

TEST(BindPhone, AWrongProofOrChallengeIsNoFailedPassword) {
  PhoneHouse house;
  const Phone other;
  const std::string session = house.alex().session;
  const Json right = other.binding(house, session);
  const std::uint64_t before = house.head();
  for (const char* member : {"device_signature", "pin_signature", "challenge"}) {
    Json body = right;
    body[member] = house.phone.login(house).at(member);
    body["password"] = "wrong";
    EXPECT_EQ(house.post("/v1/app/devices", body, session).code(), "credentials_rejected") << member;
  }
  EXPECT_EQ(house.head(), before);
  Json wrong_password = right;
  wrong_password["password"] = "wrong";
  EXPECT_EQ(house.post("/v1/app/devices", wrong_password, session).code(), "credentials_rejected");
  EXPECT_EQ(house.count("login.password_rejected"), 1U);
  house.after(domain::seconds(60));
  EXPECT_EQ(house.post("/v1/app/devices", right, session).code(), "credentials_rejected") << "sixty seconds";
}

TEST(BindPhone, NeedsTwoStep) {
  PeopleService house;
  (void)house.account();
  EXPECT_EQ(house.post("/v1/app/devices/challenges", nullptr, house.session()).code(), "state_conflict");
}

TEST(Phones, AreListedAndUnbound) {
  PhoneHouse house;
  const std::string session = house.alex().session;
  const Json before = house.get("/v1/app/devices", session).json().at("app_devices").at(0);
  EXPECT_EQ(before.at("app_device"), house.phone.id);
  EXPECT_EQ(before.at("name"), "Alex's phone");
  EXPECT_FALSE(before.at("locked").get<bool>());
  EXPECT_FALSE(before.contains("last_used_at"));
  EXPECT_EQ(house.log_in_with(house.phone.login(house)).status, 201);
  EXPECT_TRUE(house.get("/v1/app/devices", session).json().at("app_devices").at(0).contains("last_used_at"));
  EXPECT_EQ(house.del("/v1/app/devices/" + house.phone.id, session).status, 204);
  EXPECT_EQ(house.del("/v1/app/devices/" + house.phone.id, session).code(), "not_found");
  EXPECT_EQ(house.log_in_with(house.phone.login(house)).code(), "credentials_rejected");
  EXPECT_TRUE(house.get("/v1/app/devices", session).json().at("app_devices").empty());
}

TEST(Phones, OutliveARestart) {
  PhoneHouse house;
  const Json body = house.phone.login(house);
  house.reopen();
  EXPECT_EQ(house.log_in_with(body).status, 201);
}

// What builders of apps compare theirs with.
TEST(PhoneVectors, AreWhatTheServiceAccepts) {
  std::ifstream file(tests::source_dir() / "tests/vectors/phone_app.json");
  const Json vector = Json::parse(file);
  const auto session = domain::SessionId::parse(vector.at("session").get<std::string>()).value();
  const std::string challenge = vector.at("challenge");
  EXPECT_EQ(vector.at("binding").at("message"), binding_message(session, challenge));
  EXPECT_EQ(vector.at("login").at("message"), login_message(vector.at("app_device").get<std::string>(), challenge,
                                                            vector.at("sequence").get<std::uint64_t>()));
  const auto key = [&](const char* name) {
    return platform::Es256PublicKey::from_jwk(vector.at(name).at("x").get<std::string>(),
                                              vector.at(name).at("y").get<std::string>())
        .value();
  };
  const auto verifies = [](const platform::Es256PublicKey& by, const std::string& message, const Json& signature) {
    return platform::verify_es256(by, platform::bytes_of(message),
                                  platform::from_base64url(signature.get<std::string>()).value());
  };
  for (const char* part : {"binding", "login"}) {
    const std::string message = vector.at(part).at("message");
    const std::string by_device = vector.at(part).at("device_signature");
    EXPECT_TRUE(verifies(key("device_key"), message, by_device)) << part;
    EXPECT_TRUE(verifies(key("pin_key"), pin_message(message, by_device), vector.at(part).at("pin_signature"))) << part;
  }
}

}  // namespace
}  // namespace tweestap::http::people

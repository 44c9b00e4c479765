#include "tests/http/phone.h"

namespace tweestap::http::people {

Json Phone::binding(const PeopleService& house, const std::string& session) const {
  const std::string challenge = house.post("/v1/app/devices/challenges", nullptr, session).json().at("challenge");
  const std::string id_of_session = house.get("/v1/session", session).json().at("session");
  const std::string message = "tweestap-app-bind-v1\n" + id_of_session + "\n" + challenge;
  const std::string signature = device.sign(message);
  return {{"password", kPassword},
          {"name", "Alex's phone"},
          {"device_key", device.jwk()},
          {"pin_key", pin.jwk()},
          {"challenge", challenge},
          {"device_signature", signature},
          {"pin_signature", pin.sign(message + "\n" + signature)}};
}

void Phone::bind(const PeopleService& house, const std::string& session) {
  id = house.post("/v1/app/devices", binding(house, session), session).json().at("app_device");
}

Json Phone::login(const PeopleService& house, const SigningKey& pin_key) const {
  const Json asked = house.post("/v1/app/challenges", {{"app_device", id}}).json();
  const std::string challenge = asked.at("challenge");
  const std::string message =
      "tweestap-app-login-v1\n" + id + "\n" + challenge + "\n" + std::to_string(asked.at("sequence").get<int>());
  const std::string signature = device.sign(message);
  return {{"app_device", id},
          {"challenge", challenge},
          {"device_signature", signature},
          {"pin_signature", pin_key.sign(message + "\n" + signature)}};
}

}  // namespace tweestap::http::people

#include "tests/http/people_service.h"

#include "platform/crypto/sms_code.h"
#include "platform/crypto/totp.h"
#include "platform/text/encoding.h"

namespace tweestap::http::people {
namespace {

std::string six_digits(std::uint32_t number) {
  const std::string digits = std::to_string(number);
  return std::string(6 - digits.size(), '0') + digits;
}

Json parsed(const Heard& heard, int status) {
  if (heard.status != status) throw std::runtime_error(std::to_string(heard.status) + " " + heard.body);
  return heard.json();
}

}  // namespace

Heard PeopleService::get(std::string target, std::string token) const {
  return ask({.method = Method::Get, .target = std::move(target), .token = std::move(token)});
}
Heard PeopleService::post(std::string target, const Json& body, std::string token) const {
  return ask({.method = Method::Post,
              .target = std::move(target),
              .body = body.is_null() ? "" : body.dump(),
              .token = std::move(token)});
}
Heard PeopleService::del(std::string target, std::string token) const {
  return ask({.method = Method::Delete, .target = std::move(target), .token = std::move(token)});
}

Heard PeopleService::log_in(std::string_view identifier, std::string_view password) const {
  return post("/v1/logins", {{"identifier", identifier}, {"password", password}});
}

std::string PeopleService::pending(std::string_view identifier) const {
  return parsed(log_in(identifier), 201).at("login_token");
}

std::string PeopleService::session(std::string_view identifier) const {
  return parsed(log_in(identifier), 201).at("session").at("session_token");
}

Enrolled PeopleService::enrol(std::string_view identifier) {
  const std::string token = session(identifier);
  const Json started =
      parsed(post("/v1/account/enrolments", {{"password", kPassword}, {"method", "totp"}}, token), 201);
  Enrolled out;
  out.secret = started.at("totp").at("secret");
  const std::string target = "/v1/account/enrolments/" + started.at("enrolment").get<std::string>() + "/code";
  const Json enabled = parsed(post(target, {{"code", code(out.secret)}}, token), 200);
  out.session = enabled.at("session").at("session_token");
  out.recovery_codes = enabled.at("recovery_codes");
  next_step();
  return out;
}

void PeopleService::allow_sms() {
  rules.domain.sms_available = true;
  reopen();
}

std::vector<std::string> PeopleService::codes_sent(std::uint64_t after) const {
  std::vector<std::string> codes;
  for (const Json& event : events_after(after)) {
    if (event.at("type") != "sms_code.issued") continue;
    const Json& issued = event.at("data");
    const auto challenge = domain::ChallengeId::parse(issued.at("challenge").get<std::string>());
    const auto key = keys->sms_code_key(issued.at("key"));
    const std::string purpose = issued.at("purpose");
    const auto what = purpose == "login"       ? platform::SmsCodePurpose::Login
                      : purpose == "enrolment" ? platform::SmsCodePurpose::Enrolment
                                               : platform::SmsCodePurpose::StepUp;
    // A day's key is destroyed behind its last code, which then is worth nothing any more.
    codes.push_back(key ? std::string{platform::sms_code(*key, what, challenge->bytes).reveal_text()} : "");
  }
  return codes;
}

std::string PeopleService::code_sent() const {
  const std::vector<std::string> codes = codes_sent(0);
  if (codes.empty()) throw std::runtime_error("no code was issued");
  return codes.back();
}

Heard PeopleService::start_by_sms(const std::string& token, const char* phone) const {
  return post("/v1/account/enrolments", {{"password", kPassword}, {"method", "sms"}, {"phone", phone}}, token);
}

std::string PeopleService::enrol_by_sms(std::string_view identifier) {
  const std::string token = session(identifier);
  const Json started = parsed(start_by_sms(token), 201);
  const std::string target = "/v1/account/enrolments/" + started.at("enrolment").get<std::string>() + "/code";
  return parsed(post(target, {{"code", code_sent()}}, token), 200).at("session").at("session_token");
}

std::string PeopleService::code(std::string_view secret_base32, int steps_away) const {
  const auto secret = platform::secret_from_base32(secret_base32).value();
  const std::int64_t step = platform::totp_step(clock.wall_us() / 1'000'000) + steps_away;
  return six_digits(platform::hotp(secret.reveal(), static_cast<std::uint64_t>(step)));
}

std::string PeopleService::wrong_code(std::string_view secret_base32) const {
  for (std::uint32_t i = 0;; ++i) {
    const std::string digits = six_digits(i);
    bool right = false;
    for (int away = -2; away <= 2; ++away) right = right || code(secret_base32, away) == digits;
    if (!right) return digits;
  }
}

void PeopleService::make_mandatory() {
  domain::SetPolicy command;
  command.actor = domain::System{};
  command.mandatory_from = std::optional{domain::Time{1}};
  run(std::move(command));
}

void PeopleService::allow_sms_only() {
  domain::SetPolicy command;
  command.actor = domain::System{};
  command.methods = domain::SetOf<domain::Method>{domain::Method::Sms};
  run(std::move(command));
}

}  // namespace tweestap::http::people

#include "http/routes/answers.h"

#include "http/cookies.h"

namespace tweestap::http {
namespace {

constexpr AnswerMember kSessionMembers[] = {
    {"session_token", AnswerType::Secret, false, "Absent where it comes as a cookie."},
    {"session", AnswerType::String, true, "The session's id."},
    {"account", AnswerType::String, true, "Whose it is."},
    {"amr", AnswerType::Strings, true, "How the person proved who they are: pwd, otp, sms, recovery, hwk, pin."},
    {"expires_at", AnswerType::Time, true, "Its absolute end."},
    {"remembered_device", AnswerType::String, false, "The device that stood for the second step."},
};
constexpr AnswerMember kOfferMembers[] = {
    {"offered", AnswerType::Boolean, true, "Whether to offer two-step now."},
    {"mandatory_from", AnswerType::Time, false, "From when it has to be on."},
    {"days_left", AnswerType::Integer, false, "Whole days until then."},
};
constexpr AnswerShape kOfferShape{"EnrolmentOffer", kOfferMembers};

}  // namespace

const AnswerShape kSessionShape{"IssuedSession", kSessionMembers};

namespace {

constexpr AnswerMember kFreshSessionMembers[] = {
    {"session", AnswerType::Object, true, "The session with its fresh token.", &kSessionShape},
};
constexpr AnswerMember kLoginMembers[] = {
    {"login", AnswerType::String, false, "The login's id, while it waits."},
    {"login_token", AnswerType::Secret, false, "Absent where it comes as a cookie."},
    {"state", AnswerType::String, true, "completed, code_required or enrolment_required."},
    {"method", AnswerType::String, false, "code_required: totp or sms."},
    {"phone_hint", AnswerType::String, false, "sms: the masked number."},
    {"expires_at", AnswerType::Time, false, "When the waiting login is over."},
    {"sms_sent", AnswerType::Boolean, false, "sms: false where none was sent; a recovery code still works."},
    {"resend_after", AnswerType::Time, false, "sms: when it may be sent again; absent: not any more."},
    {"remember", AnswerType::String, false, "How long a device may be remembered; never: do not offer it."},
    {"locked_until", AnswerType::Time, false, "Only a recovery code works before."},
    {"locked", AnswerType::Boolean, false, "true: no time opens the lock."},
    {"session", AnswerType::Object, false, "completed: the session.", &kSessionShape},
    {"enrolment", AnswerType::Object, false, "completed, and two-step is off.", &kOfferShape},
    {"recovery_codes_left", AnswerType::Integer, false, "completed, and two-step is on."},
    {"device_token", AnswerType::Secret, false,
     "completed on a device that is remembered: what to send with the next login. Absent where it comes as a cookie."},
    {"remembered_until", AnswerType::Time, false, "completed on a device that is remembered: until when."},
};

}  // namespace

const AnswerShape kFreshSessionShape{"FreshSession", kFreshSessionMembers};
const AnswerShape kLoginShape{"Login", kLoginMembers};

namespace {

constexpr AnswerMember kSmsMembers[] = {
    {"sms_sent", AnswerType::Boolean, true, "true: a message is on its way."},
    {"resend_after", AnswerType::Time, true, "When it may be sent again."},
};

}  // namespace

const AnswerShape kSmsShape{"Sms", kSmsMembers};

Problem malformed(std::string_view member) {
  return Problem{.code = ProblemCode::MalformedRequest, .member = std::string{member}};
}

TokenDelivery::TokenDelivery(const Services& services, const Request& request)
    : rules_(CookieRules::wants_cookies(request) ? &services.rules.cookies(request.listener) : nullptr),
      brought_device_(rules_ != nullptr && rules_->token(request, TokenCookie::Device).has_value()) {}

void TokenDelivery::write(JsonWriter& json, std::string_view member, const platform::Secret& token) const {
  if (rules_ == nullptr) json.member(member, token.reveal_text());
}

void TokenDelivery::set(Response& response, TokenCookie cookie, const platform::Secret& token) const {
  if (rules_ != nullptr) response.headers.push_back(rules_->set(cookie, token.reveal_text()));
}

void TokenDelivery::clear(Response& response, TokenCookie cookie) const {
  if (rules_ != nullptr) response.headers.push_back(rules_->clear(cookie));
}

void TokenDelivery::set_device(Response& response, const platform::Secret& token, domain::Duration until_end) const {
  if (rules_ == nullptr) return;
  response.headers.push_back(
      rules_->set(TokenCookie::Device, token.reveal_text(), until_end.us / domain::seconds(1).us));
}

void TokenDelivery::clear_device(Response& response) const {
  if (brought_device_) response.headers.push_back(rules_->clear(TokenCookie::Device));
}

std::expected<SharedToken, Problem> draw_shared_token(const Services& services, TokenKind kind) {
  auto drawn = draw_token(services.random, kind);
  if (!drawn) return std::unexpected(Problem{.code = ProblemCode::Unavailable});
  return std::make_shared<const DrawnToken>(std::move(*drawn));
}

void write_names(JsonWriter& json, std::string_view member, domain::SetOf<domain::Amr> amr) {
  json.member_array(member);
  for (const domain::Amr one : amr.values()) json.string(domain::name_of(one));
  json.end_array();
}

void write_session(JsonWriter& json, const domain::SessionAnswer& session, const DrawnToken& token,
                   const TokenDelivery& delivery) {
  json.member_object("session");
  delivery.write(json, "session_token", token.text);
  json.member("session", session.session.text()).member("account", session.account.text());
  write_names(json, "amr", session.amr);
  json.member("expires_at", domain::rfc3339(session.expires_at));
  if (session.device) json.member("remembered_device", session.device->text());
  json.end_object();
}

Response fresh_session_response(const domain::SessionAnswer& session, const DrawnToken& token,
                                const TokenDelivery& delivery) {
  JsonWriter json;
  json.begin_object();
  write_session(json, session, token, delivery);
  json.end_object();
  Response response = Response::json(Success::Ok, json.take());
  delivery.set(response, TokenCookie::Session, token.text);
  return response;
}

Response completed_response(Success success, const domain::LoginDone& done, const DrawnToken& token,
                            const TokenDelivery& delivery, bool ends_login, const DrawnToken* device) {
  JsonWriter json;
  json.begin_object().member("state", "completed");
  write_session(json, done.session, token, delivery);
  if (done.offer) {
    json.member_object("enrolment").member("offered", done.offer->offered);
    if (done.offer->mandatory_from) json.member("mandatory_from", domain::rfc3339(*done.offer->mandatory_from));
    json.member("days_left", done.offer->days_left).end_object();
  }
  json.member("recovery_codes_left", done.recovery_codes_left);
  const bool remembered = device != nullptr && done.remembered_until;
  if (remembered) {
    delivery.write(json, "device_token", device->text);
    json.member("remembered_until", domain::rfc3339(*done.remembered_until));
  }
  json.end_object();
  Response response = Response::json(success, json.take());
  delivery.set(response, TokenCookie::Session, token.text);
  if (ends_login) delivery.clear(response, TokenCookie::Login);
  if (remembered) delivery.set_device(response, device->text, *done.remembered_until - done.session.started_at);
  return response;
}

Response pending_response(Success success, const domain::LoginPending& pending, const DrawnToken* token,
                          const TokenDelivery& delivery, const std::optional<std::string>& phone_hint) {
  JsonWriter json;
  json.begin_object().member("login", pending.login.text());
  if (token != nullptr) delivery.write(json, "login_token", token->text);
  json.member("state", pending.enrols ? "enrolment_required" : "code_required");
  if (pending.method) json.member("method", domain::name_of(*pending.method));
  json.member("phone_hint", phone_hint);
  json.member("expires_at", domain::rfc3339(pending.expires_at));
  if (pending.sms_sent) json.member("sms_sent", *pending.sms_sent);
  if (pending.resend_after) json.member("resend_after", domain::rfc3339(*pending.resend_after));
  if (!pending.enrols) json.member("remember", domain::name_of(pending.remember));
  if (pending.locked_for_good) {
    json.member("locked", true);
  } else if (pending.locked_until) {
    json.member("locked_until", domain::rfc3339(*pending.locked_until));
  }
  json.end_object();
  Response response = Response::json(success, json.take());
  if (token != nullptr) delivery.set(response, TokenCookie::Login, token->text);
  if (pending.device_forgotten) delivery.clear_device(response);
  return response;
}

Response sms_response(const domain::SmsAnswer& answer) {
  JsonWriter json;
  json.begin_object().member("sms_sent", true).member("resend_after", domain::rfc3339(answer.resend_after));
  json.end_object();
  return Response::json(Success::Accepted, json.take());
}

}  // namespace tweestap::http

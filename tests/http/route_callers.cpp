#include "tests/http/route_callers.h"

#include <utility>

#include "http/authenticate.h"
#include "http/tokens.h"

namespace tweestap::http {
namespace {

using domain::KeyRole;
using domain::Role;

nlohmann::json value_of(const Member& member) {
  switch (member.type) {
    case MemberType::String:
    case MemberType::Secret:
      return "x";
    case MemberType::Boolean:
      return true;
    case MemberType::Integer:
      return 1;
    case MemberType::Strings:
      return nlohmann::json::array();
    case MemberType::Jwk:
      return {{"kty", "EC"}, {"crv", "P-256"}, {"x", "x"}, {"y", "y"}};
    case MemberType::Time:
      return "2027-01-01T00:00:00Z";
  }
  std::unreachable();
}

ListenerKind kind_of(domain::Listener listener) {
  return listener == domain::Listener::Public ? ListenerKind::Public : ListenerKind::Staff;
}
domain::Listener other(domain::Listener listener) {
  return listener == domain::Listener::Public ? domain::Listener::Staff : domain::Listener::Public;
}

}  // namespace

std::string name_of(const Route& route) {
  return std::string{method_name(method_of(route.verb))} + " " + std::string{route.path.text};
}

std::string target_of(const Route& route) {
  std::string target{route.path.text};
  const std::pair<std::string_view, std::string_view> kValues[] = {
      {"{account}", "acc_00000000000000000000000009"},    {"{enrolment}", "enr_00000000000000000000000009"},
      {"{api_key}", "apk_00000000000000000000000009"},    {"{device}", "dev_00000000000000000000000009"},
      {"{app_device}", "app_00000000000000000000000009"}, {"{reset}", "rst_00000000000000000000000009"},
      {"{hash}", "0000000000000000"},                     {"{name...}", "nothing.js"},
  };
  for (const auto& [name, value] : kValues) {
    if (const std::size_t at = target.find(name); at != std::string::npos) target.replace(at, name.size(), value);
  }
  if (target.contains('{')) throw std::runtime_error(target + " has a parameter that this test knows no value for");
  return target;
}

std::string body_of(const Route& route) {
  nlohmann::json body = nlohmann::json::object();
  for (const Member& member : route.body.members) {
    if (member.presence == Presence::Required) body[std::string{member.name}] = value_of(member);
  }
  return body.empty() ? "" : body.dump();
}

Callers::Callers(StaffService& service)
    : service_(service),
      person_(service.account("person@example.org")),
      has_to_enrol_(service.account("late@example.org")),
      staff_to_enrol_(service.account("new@example.org", {Role::Helpdesk})),
      with_devices_(service.account("devices@example.org")),
      helpdesk_(service.account("helpdesk@example.org", {Role::Person, Role::Helpdesk})),
      admin_(service.account("admin@example.org", {Role::Admin})),
      auditor_(service.account("auditor@example.org", {Role::Auditor})) {
  for (const auto& account : {has_to_enrol_, with_devices_}) {
    service.run(domain::SetMandatoryFrom{account, domain::System{}, domain::Time{1}});
  }
  for (const auto& account : {helpdesk_, admin_, auditor_}) (void)service.session(account, domain::Listener::Staff);
  keys_ = {{'H', service.key(KeyRole::Helpdesk)},
           {'A', service.key(KeyRole::Admin)},
           {'U', service.key(KeyRole::Auditor)},
           {'F', service.key(KeyRole::Frontend)},
           {'S', service.key(KeyRole::Stream)},
           {'t', service.key(KeyRole::Admin, service.services->now() + domain::minutes(1))}};
  for (const domain::Listener listener : {domain::Listener::Public, domain::Listener::Staff}) {
    unused_[listener] = service.session(helpdesk_, listener);
    outlived_[listener] = service.session(helpdesk_, listener);
    late_logins_[listener] = service.pending_login(helpdesk_, listener);
  }
  keys_['r'] = service.key(KeyRole::Admin);
  for (const auto& event : service.events_after(service.head() - 1)) {
    service.run(domain::RevokeApiKey{domain::System{},
                                     *domain::ApiKeyId::parse(event.at("data").at("apikey").get<std::string>())});
  }
  outlive();
  (void)service.session(with_devices_, domain::Listener::Public);  // which enrols
}

// Twelve hours and a little, in steps that are shorter than the hour after which a session that nobody uses is over.
void Callers::outlive() {
  const domain::Time end = service_.services->now() + service_.rules.domain.session_life;
  while (service_.services->now() < end) {
    for (const auto& [listener, token] : outlived_) {
      const Heard heard = service_.ask({.target = "/v1/session", .token = token, .listener = kind_of(listener)});
      if (heard.status != 200) throw std::runtime_error(heard.body);
    }
    service_.after(domain::minutes(55));
  }
}

const std::string& Callers::token(char letter, domain::Listener listener) {
  const auto [found, is_new] = tokens_.try_emplace({letter, listener});
  if (is_new) found->second = make(letter, listener);
  return found->second;
}

std::string Callers::make(char letter, domain::Listener listener) {
  switch (letter) {
    case 'n':
      return "";
    case 'x':
      return "sst_" + std::string(43, 'A');
    case 'y':
      return "key_" + std::string(43, 'A');
    case 'd':
      return "dvt_" + std::string(43, 'A');
    case 'f':
      return service_.session(helpdesk_, other(listener));
    case 'g':
      return service_.pending_login(helpdesk_, other(listener));
    case 'o':
      return ended(service_.session(helpdesk_, listener), "/v1/session", listener);
    case 'i':
      return unused_.at(listener);
    case 'b':
      return outlived_.at(listener);
    case 'j':
      return late_logins_.at(listener);
    case 'l':
      return ended(service_.pending_login(helpdesk_, listener), "/v1/logins/current", listener);
    case 'c':
      return service_.pending_login(helpdesk_, listener);
    case 'e':
      return service_.pending_login(listener == domain::Listener::Public ? has_to_enrol_ : staff_to_enrol_, listener);
    case 'p':
      return service_.session(person_, domain::Listener::Public);
    case 'm':
      return service_.session_by_app(with_devices_);
    case 'v':
      return service_.session_by_device(with_devices_);
    case 'h':
      return service_.session(helpdesk_, listener);
    case 'a':
      return service_.session(admin_, listener);
    case 'u':
      return service_.session(auditor_, listener);
    default:
      return keys_.at(letter);
  }
}

std::string Callers::ended(std::string token, std::string target, domain::Listener listener) {
  const Heard heard = service_.ask(
      {.method = Method::Delete, .target = std::move(target), .token = token, .listener = kind_of(listener)});
  if (heard.status != 204) throw std::runtime_error(heard.body);
  return token;
}

}  // namespace tweestap::http

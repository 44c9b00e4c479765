#include "http/routes/account_view.h"

#include "domain/login/login.h"
#include "eventstore/event_codec.h"
#include "http/evidence.h"

namespace tweestap::http {
namespace {

platform::Failure damaged() {
  return {platform::Failure::Kind::Damaged, "a row names an event that does not have what it should"};
}

std::expected<std::optional<std::string>, platform::Failure> open_display_name(const Services& services,
                                                                               const domain::AccountState& state) {
  const std::uint64_t position = state.profile.display_name_position;
  if (position == 0) return std::nullopt;
  auto event = open_event(services, position, eventstore::SealedClass::Personal);
  if (!event) return std::unexpected(std::move(event.error()));
  if (auto* registered = std::get_if<domain::AccountRegistered>(&*event)) return std::move(registered->display_name);
  if (auto* changed = std::get_if<domain::ProfileChanged>(&*event)) return std::move(changed->display_name);
  return std::unexpected(damaged());
}

AccountView::TwoStep view_two_step(const Services& services, const domain::AccountState& state,
                                   const domain::PolicyState& policy, domain::Time now) {
  AccountView::TwoStep view;
  view.method = state.two_step->method;
  if (state.recovery) {
    view.recovery_codes_left = state.recovery->left();
    view.recovery_codes_acknowledged = state.recovery->acknowledged;
  }
  view.remember = domain::remember_of(state, policy, services.rules.domain);
  if (state.lock.holds(now)) {
    view.locked_for_good = state.lock.for_good;
    if (!state.lock.for_good) view.locked_until = state.lock.until;
  }
  return view;
}

}  // namespace

std::expected<std::string, platform::Failure> open_identifier(const Services& services,
                                                              const domain::AccountState& state) {
  auto event = open_event(services, state.profile.identifier_position, eventstore::SealedClass::Personal);
  if (!event) return std::unexpected(std::move(event.error()));
  auto* registered = std::get_if<domain::AccountRegistered>(&*event);
  if (registered == nullptr) return std::unexpected(damaged());
  return std::move(registered->identifier);
}

std::expected<AccountView, platform::Failure> view_account(const Services& services, const domain::AccountId& account,
                                                           const domain::AccountState& state,
                                                           const domain::PolicyState& policy, domain::Time now) {
  AccountView view;
  view.account = account;
  auto identifier = open_identifier(services, state);
  if (!identifier) return std::unexpected(std::move(identifier.error()));
  view.identifier = std::move(*identifier);
  auto name = open_display_name(services, state);
  if (!name) return std::unexpected(std::move(name.error()));
  view.display_name = std::move(*name);
  view.language = state.profile.language;
  view.roles = state.profile.roles;
  if (state.two_step) view.two_step = view_two_step(services, state, policy, now);
  if (state.two_step && state.two_step->phone) {
    auto hint = open_phone_hint(services, state.two_step->phone->position);
    if (!hint) return std::unexpected(std::move(hint.error()));
    view.two_step->phone_hint = std::move(*hint);
  }
  view.mandatory_from = domain::mandatory_from(state, policy);
  view.disabled = state.profile.disabled;
  return view;
}

void write_account_members(JsonWriter& json, const AccountView& view) {
  json.member("account", view.account.text());
  json.member("identifier", view.identifier);
  json.member("display_name", view.display_name);
  json.member("language", view.language);
  json.member_array("roles");
  for (const domain::Role role : view.roles.values()) json.string(domain::name_of(role));
  json.end_array();
  json.member_object("two_step").member("enabled", view.two_step.has_value());
  if (const auto& two_step = view.two_step) {
    json.member("method", domain::name_of(two_step->method));
    json.member("phone_hint", two_step->phone_hint);
    json.member("recovery_codes_left", two_step->recovery_codes_left);
    json.member("recovery_codes_acknowledged", two_step->recovery_codes_acknowledged);
    json.member("remember", domain::name_of(two_step->remember));
  }
  if (view.mandatory_from) json.member("mandatory_from", domain::rfc3339(*view.mandatory_from));
  if (view.two_step && view.two_step->locked_until) {
    json.member("locked_until", domain::rfc3339(*view.two_step->locked_until));
  }
  if (view.two_step && view.two_step->locked_for_good) json.member("locked", true);
  json.end_object();
}

}  // namespace tweestap::http

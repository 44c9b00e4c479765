#include "http/routes/account_view.h"

#include "domain/devices/devices.h"
#include "domain/login/login.h"
#include "eventstore/event_codec.h"
#include "eventstore/key_ring.h"
#include "eventstore/opened.h"
#include "eventstore/partition.h"
#include "http/evidence.h"

namespace tweestap::http {
namespace {

constexpr const char* kSealed = "sealed";

platform::Failure damaged_account_rows() {
  return {platform::Failure::Kind::Damaged, "a row names an event that does not have what it should"};
}

std::expected<std::string, platform::Failure> identifier_in(std::expected<domain::Event, platform::Failure> event) {
  if (!event) return std::unexpected(std::move(event.error()));
  auto* registered = std::get_if<domain::AccountRegistered>(&*event);
  if (registered == nullptr) return std::unexpected(damaged_account_rows());
  return std::move(registered->identifier);
}

std::expected<std::optional<std::string>, platform::Failure> display_name_in(
    std::expected<domain::Event, platform::Failure> event) {
  if (!event) return std::unexpected(std::move(event.error()));
  if (auto* registered = std::get_if<domain::AccountRegistered>(&*event)) return std::move(registered->display_name);
  if (auto* changed = std::get_if<domain::ProfileChanged>(&*event)) return std::move(changed->display_name);
  return std::unexpected(damaged_account_rows());
}

AccountView::TwoStep view_two_step(const AccountAt& at) {
  AccountView::TwoStep view;
  view.method = at.state.two_step->method;
  if (at.state.recovery) {
    view.recovery_codes_left = at.state.recovery->left();
    view.recovery_codes_acknowledged = at.state.recovery->acknowledged;
  }
  view.remember = domain::remember_of(at.state, at.policy, at.rules);
  if (at.state.lock.holds(at.now)) {
    view.locked_for_good = at.state.lock.for_good;
    if (!at.state.lock.for_good) view.locked_until = at.state.lock.until;
  }
  return view;
}

}  // namespace

std::expected<std::string, platform::Failure> open_identifier(const Services& services,
                                                              const domain::AccountState& state) {
  return identifier_in(open_event(services, state.profile.identifier_position, eventstore::SealedClass::Personal));
}

AccountView view_without_personal(const AccountAt& at) {
  AccountView view;
  view.account = at.account;
  view.language = at.state.profile.language;
  view.roles = at.state.profile.roles;
  if (at.state.two_step) view.two_step = view_two_step(at);
  view.mandatory_from = domain::mandatory_from(at.state, at.policy);
  view.disabled = at.state.profile.disabled;
  return view;
}

std::expected<AccountView, platform::Failure> view_account(const eventstore::Log& log, const eventstore::KeyRing& keys,
                                                           const AccountAt& at) {
  AccountView view = view_without_personal(at);
  const domain::Profile& profile = at.state.profile;
  const bool has_phone = at.state.two_step && at.state.two_step->phone;
  if (!keys.unlocked()) {
    view.identifier = kSealed;
    if (profile.display_name_position != 0) view.display_name = kSealed;
    if (has_phone) view.two_step->phone_hint = kSealed;
    return view;
  }
  const auto open = [&](std::uint64_t position) {
    return eventstore::open_event(log, keys, position, eventstore::SealedClass::Personal);
  };
  auto identifier = identifier_in(open(profile.identifier_position));
  if (!identifier) return std::unexpected(std::move(identifier.error()));
  view.identifier = std::move(*identifier);
  if (profile.display_name_position != 0) {
    auto name = display_name_in(open(profile.display_name_position));
    if (!name) return std::unexpected(std::move(name.error()));
    view.display_name = std::move(*name);
  }
  if (has_phone) {
    auto hint = open_phone_hint(log, keys, at.state.two_step->phone->position);
    if (!hint) return std::unexpected(std::move(hint.error()));
    view.two_step->phone_hint = std::move(*hint);
  }
  return view;
}

std::expected<AccountView, platform::Failure> view_account(const Services& services, const domain::AccountId& account,
                                                           const domain::AccountState& state,
                                                           const domain::PolicyState& policy, domain::Time now) {
  return view_account(
      services.partition.log(), services.keys,
      {.account = account, .state = state, .policy = policy, .rules = services.rules.domain, .now = now});
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

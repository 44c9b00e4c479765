#include "http/services.h"

#include "eventstore/partition.h"
#include "http/read_time.h"

namespace tweestap::http {
namespace {

std::uint32_t count(std::int64_t setting) { return static_cast<std::uint32_t>(setting); }

}  // namespace

domain::Rules domain_rules(const platform::Settings& settings) {
  domain::Rules rules;
  rules.password_failures_here = count(settings.throttle_identifier_network);
  rules.password_failures_anywhere = count(settings.throttle_identifier);
  rules.password_failures_network = count(settings.throttle_network);
  rules.wait_max = domain::seconds(settings.throttle_wait_max_s);
  rules.known_network_for = domain::seconds(settings.throttle_known_network_s);
  rules.failures_per_lock = count(settings.lock_failures);
  rules.failures_for_good = count(settings.lock_failures_for_good);
  rules.lock_first = domain::seconds(settings.lock_first_s);
  rules.lock_max = domain::seconds(settings.lock_longest_s);
  rules.recovery_failures_free = count(settings.recovery_failures_free);
  rules.login_life = domain::seconds(settings.login_lifetime_s);
  rules.enrolment_life = domain::seconds(settings.enrolment_lifetime_s);
  rules.enrolment_tries = count(settings.enrolment_tries);
  rules.session_life = domain::seconds(settings.session_lifetime_s);
  rules.session_idle = domain::seconds(settings.session_idle_s);
  rules.session_use_told_every = domain::seconds(settings.session_used_every_s);
  rules.fresh_for = domain::seconds(settings.session_fresh_s);
  rules.deferral = domain::seconds(settings.enrolment_deferral_s);
  rules.reset_enrol_within = domain::seconds(settings.reset_enrol_within_s);
  rules.sms_available = settings.sms_gateway().kind != "off";
  rules.sms_code_life = domain::seconds(settings.sms_code_lifetime_s);
  rules.sms_code_tries = count(settings.sms_code_tries);
  rules.sms_resends = count(settings.sms_resends);
  rules.sms_resend_after = domain::seconds(settings.sms_resend_after_s);
  rules.sms_trusted_for = domain::seconds(settings.sms_trusted_for_s);
  rules.sms_budget_number = count(settings.sms_budget_number);
  rules.sms_budget_account = count(settings.sms_budget_account);
  rules.sms_budget_network = count(settings.sms_budget_network);
  rules.sms_budget_total = count(settings.sms_budget_total);
  rules.reset_approve_within = domain::seconds(settings.reset_approve_within_s);
  rules.audit_read_told_every = domain::seconds(settings.audit_read_every_s);
  // The settings have checked that it is one of the four.
  rules.remember_default =
      domain::parse_name<domain::Remember>(settings.remember_default).value_or(domain::Remember::Never);
  rules.device_failures = count(settings.remember_failures);
  rules.device_retry_within = domain::seconds(settings.remember_retry_within_s);
  rules.app_pin_failures = count(settings.app_pin_failures);
  return rules;
}

platform::PasswordLength password_length(const platform::Settings& settings) {
  return {.points_min = static_cast<std::size_t>(settings.password_length_min),
          .points_max = static_cast<std::size_t>(settings.password_length_max)};
}

FrontDoorRules front_door_rules(const platform::Settings& settings, std::string public_origin,
                                std::string staff_origin) {
  return FrontDoorRules{
      .domain = domain_rules(settings),
      .argon2 = {.memory_kib = count(settings.password_argon2_memory_bytes / 1024),
                 .iterations = count(settings.password_argon2_iterations),
                 .parallelism = count(settings.password_argon2_parallelism)},
      .password_length = password_length(settings),
      .command_deadline = domain::seconds(settings.storage_command_deadline_s),
      .answers_kept = domain::seconds(settings.http_answers_kept_s),
      .app_challenge_life = domain::seconds(settings.app_challenge_lifetime_s),
      .public_cookies = CookieRules{ListenerKind::Public, std::move(public_origin)},
      .staff_cookies = CookieRules{ListenerKind::Staff, std::move(staff_origin)},
      .organisation = settings.organisation_name,
      .default_language = settings.organisation_language,
  };
}

domain::Time Services::now() const { return time.now(partition.log().head().time); }

}  // namespace tweestap::http

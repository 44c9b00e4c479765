#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/crypto/secret.h"

namespace tweestap::platform {

/// One SMS gateway. There are two, the second being asked where the first cannot send; what both have is said once
/// here.
struct SmsGatewaySettings {
  std::string kind = "off";
  std::string file;
  std::string url;
  std::string method = "POST";
  std::vector<std::string> headers;
  std::string body = R"({"to":"{to}","text":"{text}","reference":"{reference}"})";
  std::vector<std::string> success = {"200-299"};
  std::string success_member;
  std::string success_value;
  std::string id_member = "id";
  std::string sender;
  std::string account;
  Secret secret;
  std::string ca_file;
  std::int64_t connect_timeout_s = 3;
  std::int64_t timeout_s = 10;
};
// Bases and not members of Settings: a description points to a member, and C++ has no pointer to a member's member.
struct FirstSmsGateway : SmsGatewaySettings {};
struct SecondSmsGateway : SmsGatewaySettings {};

/// Every setting of the service with its default. Names are `<section>_<name>` of `section.name`, with the unit behind
/// where there is one (`_s` seconds, `_bytes`). descriptions.cpp gives each its name, bounds and meaning; a setting
/// that is only here cannot be set and a test says so.
struct Settings : FirstSmsGateway, SecondSmsGateway {
  static constexpr std::int64_t kMinute = 60;
  static constexpr std::int64_t kHour = 60 * kMinute;
  static constexpr std::int64_t kDay = 24 * kHour;
  static constexpr std::int64_t kKiB = 1024;
  static constexpr std::int64_t kMiB = 1024 * kKiB;

  // The front door
  std::string http_public = "127.0.0.1:8080";
  std::string http_staff = "127.0.0.1:8081";
  std::string http_public_origin;
  std::string http_staff_origin;
  std::vector<std::string> http_proxies;
  std::string http_forwarded_header = "X-Forwarded-For";
  std::int64_t http_public_connections = 1024;
  std::int64_t http_staff_connections = 256;
  std::int64_t http_feed_readers = 64;
  std::int64_t http_head_timeout_s = 3;
  std::int64_t http_body_timeout_s = 5;
  std::int64_t http_keep_alive_s = 30;
  std::int64_t http_drain_s = 5;
  std::int64_t http_answers_kept_s = 24 * kHour;
  std::int64_t http_answers_max = 100'000;

  // The log
  std::string storage_data = "./tweestap-data";
  std::int64_t storage_reserve_bytes = 512 * kMiB;
  std::int64_t storage_wal_bytes = 128 * kMiB;
  std::int64_t storage_cache_bytes = 64 * kMiB;
  std::int64_t storage_accounts_cached = 100'000;
  std::int64_t storage_queue = 1024;
  std::int64_t storage_command_deadline_s = 5;

  // Keys
  Secret keys_kek;

  // Passwords
  std::int64_t password_argon2_memory_bytes = 19 * kMiB;
  std::int64_t password_argon2_iterations = 2;
  std::int64_t password_argon2_parallelism = 1;
  std::int64_t password_length_min = 8;
  std::int64_t password_length_max = 128;
  std::string password_blocklist;
  std::int64_t password_hash_workers = 0;
  std::int64_t password_hash_queue = 32;

  // Logins, sessions, enrolments
  std::int64_t login_lifetime_s = 10 * kMinute;
  std::int64_t session_lifetime_s = 12 * kHour;
  std::int64_t session_idle_s = 1 * kHour;
  std::int64_t session_used_every_s = 10 * kMinute;
  std::int64_t session_fresh_s = 5 * kMinute;
  std::int64_t enrolment_lifetime_s = 10 * kMinute;
  std::int64_t enrolment_tries = 5;
  std::int64_t enrolment_deferral_s = 24 * kHour;
  std::int64_t reset_enrol_within_s = 72 * kHour;
  std::int64_t reset_approve_within_s = 24 * kHour;

  // Remembered devices, and phones that log in with a PIN
  std::string remember_default = "12h";
  std::int64_t remember_failures = 10;
  std::int64_t remember_retry_within_s = 10;
  std::int64_t app_pin_failures = 10;
  std::int64_t app_challenge_lifetime_s = kMinute;

  // Recovery codes
  std::int64_t recovery_failures_free = 5;

  // Throttles and locks
  std::int64_t throttle_identifier_network = 5;
  std::int64_t throttle_identifier = 100;
  std::int64_t throttle_network = 50;
  std::int64_t throttle_wait_max_s = 15 * kMinute;
  std::int64_t throttle_known_network_s = 30 * kDay;
  std::int64_t lock_failures = 10;
  std::int64_t lock_first_s = 15 * kMinute;
  std::int64_t lock_longest_s = 24 * kHour;
  std::int64_t lock_failures_for_good = 100;
  std::int64_t visitor_events_per_minute = 600;

  // SMS; the gateways are the bases
  std::int64_t sms_in_flight = 32;
  std::int64_t sms_code_lifetime_s = 10 * kMinute;
  std::int64_t sms_code_tries = 5;
  std::int64_t sms_resends = 5;
  std::int64_t sms_resend_after_s = 30;
  std::int64_t sms_trusted_for_s = 90 * kDay;
  std::int64_t sms_budget_number = 10;
  std::int64_t sms_budget_account = 10;
  std::int64_t sms_budget_network = 200;
  std::int64_t sms_budget_total = 1000;

  [[nodiscard]] const SmsGatewaySettings& sms_gateway() const { return static_cast<const FirstSmsGateway&>(*this); }
  [[nodiscard]] const SmsGatewaySettings& sms_second_gateway() const {
    return static_cast<const SecondSmsGateway&>(*this);
  }

  // The stream
  std::string kafka_brokers;
  std::string kafka_topic = "tweestap.events";
  std::string kafka_security = "plaintext";
  std::string kafka_ca_file;
  std::string kafka_certificate_file;
  std::string kafka_key_file;
  Secret kafka_key_password;
  std::string kafka_sasl_mechanism = "SCRAM-SHA-512";
  std::string kafka_sasl_user;
  Secret kafka_sasl_password;
  std::vector<std::string> kafka_librdkafka;

  // Alerts. The defaults leave an organisation of some hundred people in peace that shares one address; 0: the rule is
  // off.
  bool detection_enabled = true;
  std::int64_t detection_stuffing_accounts = 20;
  std::int64_t detection_stuffing_window_s = kHour;
  std::int64_t detection_spraying_accounts = 50;
  std::int64_t detection_spraying_window_s = 6 * kHour;
  std::int64_t detection_pumping_numbers = 30;
  std::int64_t detection_pumping_window_s = kHour;
  std::int64_t detection_fatigue_codes = 8;
  std::int64_t detection_fatigue_window_s = kHour;
  std::int64_t detection_theft_devices = 1;
  std::int64_t detection_theft_window_s = 6 * kHour;
  std::int64_t detection_impossible_reset_window_s = kHour;
  std::int64_t detection_resets_accounts = 10;
  std::int64_t detection_resets_window_s = kHour;

  // The organisation
  std::string organisation_name = "Tweestap";
  std::string organisation_language = "en";
  std::string organisation_help_nl;
  std::string organisation_help_en;
  std::string organisation_support;
  std::string organisation_logo;
  std::string organisation_colour = "#0b6b6b";
  std::int64_t audit_read_every_s = 60;

  // Operation
  std::string log_level = "info";
};

}  // namespace tweestap::platform

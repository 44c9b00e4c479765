#pragma once
// The numbers that decisions depend on. Each is a setting with these defaults; its bounds stand with the settings.
#include <cstddef>
#include <cstdint>

#include "domain/terms.h"
#include "domain/time.h"

namespace tweestap::domain {

struct Rules {
  // Passwords that did not count, over the last hour (rule THR-2).
  std::uint32_t password_failures_here = 5;        // of an identifier from one network
  std::uint32_t password_failures_anywhere = 100;  // of an identifier
  std::uint32_t password_failures_network = 50;    // of a network
  Duration network_pace = seconds(1);
  Duration wait_max = seconds(900);
  Duration known_network_for = days(30);

  // The second step's lock.
  std::uint32_t failures_per_lock = 10;
  std::uint32_t failures_for_good = 100;
  Duration lock_first = minutes(15);
  Duration lock_max = hours(24);
  std::uint32_t recovery_failures_free = 5;

  // Lives.
  Duration login_life = minutes(10);
  Duration enrolment_life = minutes(10);
  std::uint32_t enrolment_tries = 5;
  Duration session_life = hours(12);
  Duration session_idle = hours(1);
  Duration session_use_told_every = minutes(10);
  Duration fresh_for = minutes(5);
  Duration deferral = hours(24);
  Duration reset_enrol_within = hours(72);
  Duration audit_read_told_every = seconds(60);

  Duration reset_approve_within = hours(24);
  std::uint32_t app_pin_failures = 10;

  // Remembered devices (rule DEV-1).
  Remember remember_default = Remember::TwelveHours;
  std::uint32_t device_failures = 10;          // wrong passwords in a row with a device's token
  Duration device_retry_within = seconds(10);  // an answer that was never heard

  // Codes by SMS, and the brake on them (rule SMS-2): sendings an hour.
  bool sms_available = false;
  Duration sms_code_life = minutes(10);
  std::uint32_t sms_code_tries = 5;
  std::uint32_t sms_resends = 5;
  Duration sms_resend_after = seconds(30);
  Duration sms_trusted_for = days(90);  // a number whose code counted so lately has a reserve
  std::uint32_t sms_budget_number = 10;
  std::uint32_t sms_budget_account = 10;
  std::uint32_t sms_budget_network = 200;
  std::uint32_t sms_budget_total = 1000;
};

// Bounds of one account's row: with every list full it stays under 16 KiB.
inline constexpr std::size_t kLoginsMax = 10;
inline constexpr std::size_t kSessionsMax = 50;
inline constexpr std::size_t kKnownNetworksMax = 20;
inline constexpr std::size_t kRecoveryNetworksMax = 16;
inline constexpr std::size_t kEndedEnrolmentsMax = 4;
inline constexpr std::size_t kDevicesMax = 20;
inline constexpr std::size_t kAppDevicesMax = 5;
/// Those who made or reset an account. With so many the list may lack somebody, so the account approves nobody's reset
/// (rule ADM-1); an account that fifteen people had to reset is no second pair of eyes anyhow.
inline constexpr std::size_t kBeholdenMax = 16;
/// Who changes the number, and back, keeps what is known of both; the one that counted longest ago is dropped.
inline constexpr std::size_t kConfirmedNumbersMax = 4;
inline constexpr std::uint32_t kRecoveryCodesPerSet = 6;
inline constexpr std::size_t kApiKeysMax = 1000;

}  // namespace tweestap::domain

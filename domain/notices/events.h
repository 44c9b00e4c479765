#pragma once
// What a person was told without having asked.
#include "domain/ids.h"
#include "domain/terms.h"

namespace tweestap::domain {

/// What a notice is about.
enum class Notice : std::uint8_t {
  MethodChanged,
  TwoStepDisabled,
  ResetRequested,
  ResetDone,
  RecoveryCodeUsed,
  RecoveryCodesGenerated,
  AppDeviceBound,
  PasswordChanged,
  DeviceTheft,
  SecondStepLocked,
};
template <>
inline constexpr auto kNames<Notice> = std::to_array<std::string_view>(
    {"method_changed", "two_step_disabled", "reset_requested", "reset_done", "recovery_code_used",
     "recovery_codes_generated", "app_device_bound", "password_changed", "device_theft", "second_step_locked"});

struct NoticeSent {
  static constexpr EventInfo kInfo{1301, "notice.sent", 1, "A gateway took a message that tells the person something."};
  Notice notice{};
  std::uint64_t about = 0;
  std::string gateway;
  std::optional<std::string> reference;

  static constexpr auto fields() {
    return std::tuple{
        field("notice", &NoticeSent::notice, Exposure::Public, "what it is about"),
        field("about", &NoticeSent::about, Exposure::Public, "position of the event that it tells of"),
        field("gateway", &NoticeSent::gateway, Exposure::Public, "which gateway", kGatewayMax),
        field("reference", &NoticeSent::reference, Exposure::Public, "what the gateway calls the message",
              kReferenceMax),
    };
  }
};

struct NoticeFailed {
  static constexpr EventInfo kInfo{1302, "notice.failed", 1, "No gateway took a message, and no further try follows."};
  Notice notice{};
  std::uint64_t about = 0;
  std::string gateway;
  std::string trouble;

  static constexpr auto fields() {
    return std::tuple{
        field("notice", &NoticeFailed::notice, Exposure::Public, "what it is about"),
        field("about", &NoticeFailed::about, Exposure::Public, "position of the event that it tells of"),
        field("gateway", &NoticeFailed::gateway, Exposure::Public, "which gateway", kGatewayMax),
        field("trouble", &NoticeFailed::trouble, Exposure::Public, "what went wrong", kTroubleMax),
    };
  }
};

}  // namespace tweestap::domain

#pragma once
// What things that happen are called in OCSF and in ECS: the words that the table of events is written in.
#include <array>
#include <cstdint>
#include <string_view>

namespace tweestap::consumers::siem {

/// The first version in which a factor can be named without a phone number or an address beside it, which we never
/// have.
inline constexpr std::string_view kOcsfVersion = "1.5.0";
inline constexpr std::string_view kEcsVersion = "8.11.0";

/// OCSF's classes that our events are of, by their `class_uid`; the thousands are the category.
enum class OcsfClass : std::uint16_t {
  BaseEvent = 0,
  DetectionFinding = 2004,
  AccountChange = 3001,
  Authentication = 3002,
  EntityManagement = 3004,
  ApplicationLifecycle = 6002,
};

/// OCSF's captions. Any thread.
[[nodiscard]] constexpr std::string_view class_name(OcsfClass of) {
  switch (of) {
    case OcsfClass::BaseEvent:
      return "Base Event";
    case OcsfClass::DetectionFinding:
      return "Detection Finding";
    case OcsfClass::AccountChange:
      return "Account Change";
    case OcsfClass::Authentication:
      return "Authentication";
    case OcsfClass::EntityManagement:
      return "Entity Management";
    case OcsfClass::ApplicationLifecycle:
      break;
  }
  return "Application Lifecycle";
}
[[nodiscard]] constexpr std::string_view category_name(OcsfClass of) {
  switch (of) {
    case OcsfClass::BaseEvent:
      return "Uncategorized";
    case OcsfClass::DetectionFinding:
      return "Findings";
    case OcsfClass::AccountChange:
    case OcsfClass::Authentication:
    case OcsfClass::EntityManagement:
      return "Identity & Access Management";
    case OcsfClass::ApplicationLifecycle:
      break;
  }
  return "Application Activity";
}

/// `activity_id` 99: the class has no word for it, and the event's own type stands as `activity_name`.
inline constexpr std::uint8_t kOtherActivity = 99;

/// One thing that happens. An empty text in a list is none.
struct Activity {
  OcsfClass ocsf_class = OcsfClass::BaseEvent;
  std::uint8_t ocsf_id = kOtherActivity;
  std::string_view ocsf_name = "Other";
  std::array<std::string_view, 2> ecs_category{};
  std::array<std::string_view, 2> ecs_type{};

  friend constexpr bool operator==(const Activity&, const Activity&) = default;
};

// A login that is over, well or not. What comes before and beside it is not Logon: who counts logons counts people.
inline constexpr Activity kLogon{OcsfClass::Authentication, 1, "Logon", {"authentication"}, {"start"}};
inline constexpr Activity kLogoff{OcsfClass::Authentication, 2, "Logoff", {"authentication", "session"}, {"end"}};
inline constexpr Activity kPreauth{OcsfClass::Authentication, 6, "Preauth", {"authentication"}, {"info"}};
inline constexpr Activity kAuthentication{
    OcsfClass::Authentication, kOtherActivity, "Other", {"authentication"}, {"info"}};

inline constexpr Activity kAccountCreate{OcsfClass::AccountChange, 1, "Create", {"iam"}, {"user", "creation"}};
inline constexpr Activity kAccountEnable{OcsfClass::AccountChange, 2, "Enable", {"iam"}, {"user", "change"}};
inline constexpr Activity kPasswordChange{OcsfClass::AccountChange, 3, "Password Change", {"iam"}, {"user", "change"}};
inline constexpr Activity kAccountDisable{OcsfClass::AccountChange, 5, "Disable", {"iam"}, {"user", "change"}};
inline constexpr Activity kLock{OcsfClass::AccountChange, 9, "Lock", {"iam"}, {"user", "change"}};
inline constexpr Activity kFactorEnable{OcsfClass::AccountChange, 10, "MFA Factor Enable", {"iam"}, {"user", "change"}};
inline constexpr Activity kFactorDisable{
    OcsfClass::AccountChange, 11, "MFA Factor Disable", {"iam"}, {"user", "change"}};
inline constexpr Activity kUnlock{OcsfClass::AccountChange, 12, "Unlock", {"iam"}, {"user", "change"}};
inline constexpr Activity kAccountChange{
    OcsfClass::AccountChange, kOtherActivity, "Other", {"iam"}, {"user", "change"}};
/// About an account that is as it was: something was asked for, refused, or given up.
inline constexpr Activity kAccountNote{OcsfClass::AccountChange, kOtherActivity, "Other", {"iam"}, {"user", "info"}};

inline constexpr Activity kEntityCreate{OcsfClass::EntityManagement, 1, "Create", {"iam"}, {"admin", "creation"}};
inline constexpr Activity kEntityRead{OcsfClass::EntityManagement, 2, "Read", {"iam"}, {"user", "info"}};
inline constexpr Activity kEntityDelete{OcsfClass::EntityManagement, 4, "Delete", {"iam"}, {"admin", "deletion"}};
inline constexpr Activity kPolicyUpdate{OcsfClass::EntityManagement, 3, "Update", {"configuration"}, {"change"}};

inline constexpr Activity kServiceStart{OcsfClass::ApplicationLifecycle, 3, "Start", {"process"}, {"start"}};
inline constexpr Activity kService{OcsfClass::ApplicationLifecycle, kOtherActivity, "Other", {"process"}, {"info"}};

/// What the service itself takes for an attack.
inline constexpr Activity kFinding{OcsfClass::DetectionFinding, 1, "Create", {"intrusion_detection"}, {"info"}};
/// Neither OCSF nor ECS has a word for it.
inline constexpr Activity kUncategorized{};

/// Undecided: given up, or not known.
enum class Outcome : std::uint8_t { Undecided, Success, Failure };

/// As OCSF numbers them (`severity_id`). Critical and Fatal are a person's to say.
enum class Severity : std::uint8_t { Unknown, Informational, Low, Medium, High };

[[nodiscard]] constexpr std::string_view name_of(Severity severity) {
  constexpr std::array<std::string_view, 5> kNames{"Unknown", "Informational", "Low", "Medium", "High"};
  return kNames[static_cast<std::size_t>(severity)];
}

}  // namespace tweestap::consumers::siem

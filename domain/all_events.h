#pragma once
// The one list of events. A stream accepts its own; an event of another stream there is damage.
#include <utility>
#include <variant>

#include "domain/account/events.h"
#include "domain/alert/events.h"
#include "domain/app_login/events.h"
#include "domain/devices/events.h"
#include "domain/enrolment/events.h"
#include "domain/lock/events.h"
#include "domain/login/events.h"
#include "domain/notices/events.h"
#include "domain/policy/events.h"
#include "domain/recovery/events.h"
#include "domain/reset/events.h"
#include "domain/service/events.h"
#include "domain/sessions/events.h"
#include "domain/sms/events.h"

namespace tweestap::domain {

template <class... Events>
struct EventList {};

using AccountEvents =
    EventList<AccountRegistered, PasswordChanged, PasswordRehashed, ProfileChanged, MandatoryFromChanged,
              AccountDisabled, AccountEnabled, LoginStarted, CodeRejected, RecoveryCodeRejected, LoginCompleted,
              LoginAbandoned, EnrolmentStarted, EnrolmentPhoneChanged, EnrolmentCodeRejected, EnrolmentCancelled,
              TwoStepEnabled, TwoStepImported, TwoStepMethodChanged, TwoStepDisabled, EnrolmentDeferred,
              RecoveryCodesGenerated, RecoveryCodesAcknowledged, RecoveryCodeUsed, SecondStepLocked, SecondStepUnlocked,
              SessionSteppedUp, SessionUsed, StepUpRejected, SessionEnded, SmsCodeIssued, SmsCodeResent, SmsCodeRefused,
              SmsCodeDelivered, SmsCodeDeliveryFailed, RememberDurationChanged, DeviceRemembered, DeviceUsed,
              DeviceForgotten, DeviceTheftSuspected, ResetRequested, ResetApproved, ResetDenied, ResetCancelled,
              TwoStepReset, AppDeviceBound, AppPinRejected, AppDeviceLocked, AppDeviceUnbound, NoticeSent,
              NoticeFailed>;
/// In the visitor stream where the identifier is unknown, in the account's where it is known.
using AccountOrVisitorEvents = EventList<PasswordRejected, LoginRefused>;
using PolicyEvents = EventList<PolicyChanged>;
using ServiceEvents = EventList<ApiKeyCreated, ApiKeyRevoked, AuditRead, ServiceStarted, ClockJumped, AlertRaised>;

template <class... Lists>
struct Joined;
template <class... A>
struct Joined<EventList<A...>> {
  using variant = std::variant<A...>;
};
template <class... A, class... B, class... Rest>
struct Joined<EventList<A...>, EventList<B...>, Rest...> : Joined<EventList<A..., B...>, Rest...> {};

using EventVariant = Joined<AccountEvents, AccountOrVisitorEvents, PolicyEvents, ServiceEvents>::variant;

/// Any event. A type of its own, so that to move and to end one of sixty types is compiled once and not in every file
/// that has one. Move-only, as some events have secrets.
class Event : public EventVariant {
 public:
  using EventVariant::EventVariant;
  Event(Event&& other) noexcept;
  Event& operator=(Event&& other) noexcept;
  ~Event();
};

/// An event as any event. Named by its type: to find a type by conversion, the compiler tries every other one, which
/// takes it seconds in a file that makes many.
template <class E>
[[nodiscard]] Event any_event(E event) {
  return Event{std::in_place_type<E>, std::move(event)};
}

template <class E, class List>
inline constexpr bool kIn = false;
template <class E, class... Events>
inline constexpr bool kIn<E, EventList<Events...>> = (std::is_same_v<E, Events> || ...);

/// Whether this kind of event may stand in that stream.
template <class E>
constexpr bool belongs_to(const Subject& subject) {
  if (subject == kVisitor) return kIn<E, AccountOrVisitorEvents>;
  if (subject == kPolicy) return kIn<E, PolicyEvents>;
  if (subject == kService) return kIn<E, ServiceEvents>;
  return kIn<E, AccountEvents> || kIn<E, AccountOrVisitorEvents>;
}

template <class T>
inline constexpr bool kAllDescribed = false;
template <class... Events>
inline constexpr bool kAllDescribed<std::variant<Events...>> = (Described<Events> && ...);
// Asserted in all_events.cpp: counting every member of every event costs two seconds, once and not in each file that
// includes this.

/// Calls `visit.template operator()<E>()` for every event type, in the order of the list.
template <class Visit, class... Events>
constexpr void for_each_event_type(Visit&& visit, const std::variant<Events...>* = nullptr) {
  (visit.template operator()<Events>(), ...);
}
template <class Visit>
constexpr void for_each_event(Visit&& visit) {
  for_each_event_type(std::forward<Visit>(visit), static_cast<const Event*>(nullptr));
}

[[nodiscard]] const EventInfo& info_of(const Event& event);

}  // namespace tweestap::domain

#pragma once
// What a decision is made from and what comes out of it.
#include <expected>
#include <utility>
#include <variant>
#include <vector>

#include "domain/account_state.h"
#include "domain/new_event.h"
#include "domain/refusal.h"
#include "domain/rules.h"
#include "domain/throttle/throttle.h"

namespace tweestap::domain {

/// Messages with a code in the last hour that count against one budget (rule SMS-2).
struct SmsCount {
  std::uint32_t sent = 0;
  Time room_by{};  // of a budget that is spent: from then on it has room again, if nothing more is sent
};
struct SmsCounts {
  SmsCount number;
  SmsCount account;
  SmsCount network;
  SmsCount total;
};

/// What every decision may look at, beside the state of the stream.
struct Context {
  Time now;  // security time
  CommandId command;
  const PolicyState& policy;
  const Rules& rules;
  ThrottleCounts throttle;  // of the identifier and network at hand, where the command brings a password
  SmsCounts sms{};          // where a code by SMS may go out
};

/// What a person hears of a session.
struct SessionAnswer {
  AccountId account;
  SessionId session;
  SetOf<Amr> amr;
  Time started_at;
  Time expires_at;
  std::optional<Time> stepped_up_at;
  std::optional<DeviceId> device;
  SetOf<Role> roles;
};

/// What a person hears of the offer to switch two-step on.
struct Offer {
  bool offered = false;
  std::optional<Time> mandatory_from;
  std::optional<std::int64_t> days_left;
};

/// A login waits for a code or an enrolment.
struct LoginPending {
  LoginId login;
  bool enrols = false;
  Time expires_at;
  std::optional<Method> method;
  Remember remember{};
  std::optional<Time> locked_until;
  bool locked_for_good = false;
  std::optional<bool> sms_sent{};      // of method sms
  std::optional<Time> resend_after{};  // of method sms, while it may be sent again
  bool device_forgotten = false;       // the device token that came along is over from now on
};

/// A code is on its way by SMS.
struct SmsAnswer {
  Time resend_after;
};

/// What a step-up waits for.
struct StepUpAnswer {
  Method method{};
  std::optional<bool> sms_sent;
  std::optional<Time> resend_after;
  Time expires_at;
};

/// A login is completed.
struct LoginDone {
  SessionAnswer session;
  std::optional<Offer> offer;
  std::optional<std::uint32_t> recovery_codes_left;
  std::optional<Time> remembered_until{};  // a token of the device was handed out; it is over then
};

/// What a device skips the second step for.
struct RememberAnswer {
  Remember duration{};
  bool forgets_current = false;  // the device of this very session is no longer remembered
};

struct EnrolmentAnswer {
  EnrolmentId enrolment;
  Method method{};
  Time expires_at;
  std::optional<Time> resend_after{};  // of method sms
};

/// What came of asking for a reset, or of deciding about one.
struct ResetAnswer {
  enum class State : std::uint8_t { Done, AwaitingApproval, Denied };
  ResetId reset;
  State state{};
  std::optional<Time> expires_at;  // AwaitingApproval
};

struct Done {};

using Answer = std::variant<Done, LoginPending, LoginDone, SessionAnswer, EnrolmentAnswer, SmsAnswer, StepUpAnswer,
                            RememberAnswer, PolicyState, ResetAnswer>;

struct Decision {
  std::vector<NewEvent> events;
  std::expected<Answer, Refused> outcome = Done{};
  bool suppressed = false;  // throttled inside an interval that has its event already: only a counter moves
};

[[nodiscard]] inline Decision refuse(Refusal why) { return {{}, std::unexpected(Refused{why, {}, false}), false}; }

/// Collects the events of one decision, all of one subject, actor and correlation.
class Events {
 public:
  Events(Subject subject, Actor actor, Correlation correlation)
      : subject_(subject), actor_(actor), correlation_(correlation) {}
  template <class E>
  void add(E event) {
    events_.push_back(NewEvent{subject_, any_event(std::move(event)), actor_, correlation_, std::nullopt});
  }
  /// Throttled inside an interval that has its event already.
  void suppress() { suppressed_ = true; }
  [[nodiscard]] const std::vector<NewEvent>& so_far() const { return events_; }
  [[nodiscard]] Decision accept(Answer answer) && { return {std::move(events_), std::move(answer), false}; }
  [[nodiscard]] Decision reject(Refused refused) && {
    return {std::move(events_), std::unexpected(refused), suppressed_};
  }
  [[nodiscard]] Decision reject(Refusal why) && { return std::move(*this).reject(Refused{why, {}, false}); }

 private:
  Subject subject_;
  Actor actor_;
  Correlation correlation_;
  std::vector<NewEvent> events_;
  bool suppressed_ = false;
};

}  // namespace tweestap::domain

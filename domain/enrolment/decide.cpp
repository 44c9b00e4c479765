#include <algorithm>

#include "domain/enrolment/enrolment.h"
#include "domain/evolve.h"
#include "domain/lock/lock.h"
#include "domain/reset/reset.h"
#include "domain/sms/sms.h"

namespace tweestap::domain {
namespace {

Listener listener_of(const Enroller& by) {
  return std::visit([](const auto& ref) { return ref.listener; }, by);
}

// Whether this session or login may be at the enrolment routes at all.
std::optional<Refusal> may_enrol(const AccountState& state, const Enroller& by, Time now) {
  if (const auto* ref = std::get_if<SessionRef>(&by)) {
    if (live_session(state, *ref, now) == nullptr) return Refusal::TokenOver;
  } else {
    const PendingLogin* login = live_login(state, std::get<LoginRef>(by), now);
    if (login == nullptr) return Refusal::TokenOver;
    if (!login->enrols) return Refusal::WrongState;
  }
  // An account with a staff role has its second step on the staff listener only (rule ADM-2).
  if (is_staff(state.profile.roles) && listener_of(by) == Listener::Public) return Refusal::StaffListener;
  return std::nullopt;
}

// An enrolment belongs to the session or login that started it (rule OTP-4).
bool is_by(const PendingEnrolment& enrolment, const Enroller& by) {
  if (const auto* ref = std::get_if<SessionRef>(&by)) return enrolment.session == ref->session;
  return enrolment.login == std::get<LoginRef>(by).login;
}

// An enrolment is over with whatever lets its starter in, for behind that every route of it says token_expired: whoever
// shows the person how long there is would promise time that is not there. A session that nobody uses may end earlier.
Time ends_at(const AccountState& state, const Session* session, const PendingLogin* login, const Context& context) {
  Time end = context.now + context.rules.enrolment_life;
  if (session != nullptr) end = std::min(end, session->expires_at);
  if (login != nullptr) end = std::min(end, login->expires_at);
  if (state.enrol_before) end = std::min(end, *state.enrol_before);
  return end;
}

Decision reject_code(const SubmitEnrolmentCode& command, const PendingEnrolment& enrolment, CodeReason reason,
                     const Context& context, Events events) {
  const std::uint32_t failures = enrolment.failures + 1;
  events.add(EnrolmentCodeRejected{command.enrolment, enrolment.method, reason, failures});
  if (failures >= context.rules.enrolment_tries) {
    events.add(EnrolmentCancelled{command.enrolment, EndReason::TooManyTries});
  }
  return std::move(events).reject(Refusal::CodeRejected);
}

SessionAnswer enable_for_session(const AccountState& state, const SubmitEnrolmentCode& command, const SessionRef& ref,
                                 std::optional<std::int64_t> step, const Context& context, Events& events) {
  AccountState after = state;
  const At at{0, state.version + 1, context.now, command.account};
  const Method method = state.enrolment->method;
  if (state.two_step) {
    const TwoStepMethodChanged changed{command.enrolment, method, step, ref.session, command.fresh_token};
    evolve(after, changed, at);
    events.add(changed);
  } else {
    const TwoStepEnabled enabled{command.enrolment, method, step, ref.session, command.fresh_token};
    evolve(after, enabled, at);
    events.add(enabled);
  }
  cancel_reset(state, EndReason::SecondStepPassed, context.now, events);
  return answer_of(command.account, after, after.sessions.front());  // the only one left
}

SessionAnswer enable_for_login(const AccountState& state, const SubmitEnrolmentCode& command, const LoginRef& ref,
                               std::optional<std::int64_t> step, const Context& context, Events& events) {
  const Method method = state.enrolment->method;
  events.add(TwoStepEnabled{command.enrolment, method, step, std::nullopt, std::nullopt});
  LoginCompleted completed;
  completed.session = SessionId{command.fresh_token.bytes};
  completed.login = ref.login;
  completed.amr = {Amr::Password, amr_of(method)};
  completed.step = step;
  AccountState without_sessions;  // two_step.enabled ended them, so there is room
  without_sessions.profile = state.profile;
  without_sessions.reset = state.reset;
  return complete(command.account, without_sessions, std::move(completed), command.caller, context, events);
}

}  // namespace

std::optional<Refusal> access(const AccountState& state, const Enroller& by, const EnrolmentId& enrolment, Time now) {
  if (const auto refusal = may_enrol(state, by, now)) return refusal;
  if (state.enrolment && state.enrolment->id == enrolment) {
    if (!is_by(*state.enrolment, by)) return Refusal::NotFound;
    return state.enrolment->is_over(now) ? std::optional{Refusal::NotOpen} : std::nullopt;
  }
  const bool ended = std::ranges::find(state.ended_enrolments, enrolment) != state.ended_enrolments.end();
  return ended ? Refusal::NotOpen : Refusal::NotFound;
}

Decision decide(const AccountState& state, const StartEnrolment& command, const Context& context) {
  if (const auto refusal = may_enrol(state, command.by, context.now)) return refuse(*refusal);
  const auto* ref = std::get_if<SessionRef>(&command.by);
  const auto* login = std::get_if<LoginRef>(&command.by);
  const Session* session = ref != nullptr ? live_session(state, *ref, context.now) : nullptr;
  const PendingLogin* pending = login != nullptr ? live_login(state, *login, context.now) : nullptr;
  if (session != nullptr && !is_fresh(state, *session, context.rules, context.now))
    return refuse(Refusal::StepUpNeeded);
  if (!context.policy.methods.has(command.method)) return refuse(Refusal::MethodNotAllowed);
  if (command.method == Method::Sms && !context.rules.sms_available) return refuse(Refusal::SmsOff);

  Events events{Subject::of(command.account), command.account, command.enrolment};
  if (const auto refused = check_password(state, command.password, command.caller,
                                          session != nullptr ? &session->id : nullptr, context, events)) {
    return std::move(events).reject(*refused);
  }
  const Time expires_at = ends_at(state, session, pending, context);
  EnrolmentAnswer answer{command.enrolment, command.method, expires_at};
  const CodeOf of{.purpose = SmsPurpose::Enrolment, .enrolment = command.enrolment};
  const Phone phone = command.phone ? Phone{0, command.phone->number_hash, command.phone->country} : Phone{};
  if (command.method == Method::Sms) {
    if (!command.phone) return refuse(Refusal::Stale);
    // Nothing is started that could not go on, and what was pending goes on.
    if (const auto why = held_back(state, phone, context)) {
      Events refused{Subject::of(command.account), command.account, command.enrolment};
      refused.add(code_refused(of, *why, phone, command.caller));
      if (*why == SmsRefusal::Country) return std::move(refused).reject(Refusal::CountryNotAllowed);
      return std::move(refused).reject(refused_for(*why, state, phone, context));
    }
    if (!command.challenge) return refuse(Refusal::Stale);
  }
  if (state.enrolment && !state.enrolment->is_over(context.now)) {
    events.add(EnrolmentCancelled{state.enrolment->id, EndReason::Replaced});
  }
  events.add(EnrolmentStarted{command.enrolment, command.method, expires_at,
                              login != nullptr ? std::optional{login->login} : std::nullopt,
                              session != nullptr ? std::optional{session->id} : std::nullopt,
                              command.totp_secret ? std::optional{command.totp_secret->clone()} : std::nullopt});
  if (command.method == Method::Sms) {
    events.add(EnrolmentPhoneChanged{command.enrolment, phone.number_hash, phone.country, command.phone->e164});
    events.add(code_issued(of, phone, *command.challenge, command.caller, context));
    answer.resend_after = context.now + context.rules.sms_resend_after;
  }
  return std::move(events).accept(answer);
}

Decision decide(const AccountState& state, const SubmitEnrolmentCode& command, const Context& context) {
  if (const auto refusal = access(state, command.by, command.enrolment, context.now)) return refuse(*refusal);
  const PendingEnrolment& enrolment = *state.enrolment;
  constexpr std::int64_t kNoStepYet = -1;
  const TwoStep wanted{enrolment.method, enrolment.position, kNoStepYet, context.now, enrolment.phone};
  const auto verdict = judge_code(wanted, enrolment.sms, command.code, context);
  if (!verdict) return refuse(Refusal::Stale);

  Events events{Subject::of(command.account), command.account, command.enrolment};
  if (!verdict->accepted) return reject_code(command, enrolment, verdict->reason, context, std::move(events));
  if (!command.set) return refuse(Refusal::Stale);

  const auto* ref = std::get_if<SessionRef>(&command.by);
  const SessionAnswer session =
      ref != nullptr ? enable_for_session(state, command, *ref, verdict->step, context, events)
                     : enable_for_login(state, command, std::get<LoginRef>(command.by), verdict->step, context, events);
  events.add(RecoveryCodesGenerated{kRecoveryCodesPerSet, command.set->pepper, command.set->verifiers.clone()});
  return std::move(events).accept(LoginDone{session, std::nullopt, kRecoveryCodesPerSet});
}

Decision decide(const AccountState& state, const CancelEnrolment& command, const Context& context) {
  if (const auto refusal = access(state, command.by, command.enrolment, context.now)) return refuse(*refusal);
  Events events{Subject::of(command.account), command.account, command.enrolment};
  events.add(EnrolmentCancelled{command.enrolment, EndReason::Left});
  return std::move(events).accept(Done{});
}

Decision decide(const AccountState& state, const DisableTwoStep& command, const Context& context) {
  const Session* session = live_session(state, command.session, context.now);
  if (session == nullptr) return refuse(Refusal::TokenOver);
  if (is_staff(state.profile.roles) && command.session.listener == Listener::Public)
    return refuse(Refusal::StaffListener);
  if (!state.two_step) return refuse(Refusal::NotEnrolled);
  // By the date alone: whoever has a staff role enrols again at the next login there.
  if (is_mandatory(state, context.policy, Listener::Public, context.now)) return refuse(Refusal::Mandatory);
  if (!is_fresh(state, *session, context.rules, context.now)) return refuse(Refusal::StepUpNeeded);
  Events events{Subject::of(command.account), command.account, context.command};
  if (const auto refused = check_password(state, command.password, command.caller, &session->id, context, events)) {
    return std::move(events).reject(*refused);
  }
  events.add(TwoStepDisabled{session->id});
  cancel_reset(state, EndReason::TwoStepChanged, context.now, events);
  return std::move(events).accept(Done{});
}

Decision decide(const AccountState& state, const DeferEnrolment& command, const Context& context) {
  if (live_session(state, command.session, context.now) == nullptr) return refuse(Refusal::TokenOver);
  if (state.two_step) return refuse(Refusal::AlreadyEnrolled);
  if (is_staff(state.profile.roles) && command.session.listener == Listener::Public)
    return refuse(Refusal::StaffListener);
  if (is_mandatory(state, context.policy, command.session.listener, context.now)) return refuse(Refusal::Mandatory);
  Events events{Subject::of(command.account), command.account, context.command};
  events.add(EnrolmentDeferred{context.now + context.rules.deferral});
  return std::move(events).accept(Done{});
}

}  // namespace tweestap::domain

#include <algorithm>

#include "domain/lock/lock.h"
#include "domain/login/login.h"
#include "domain/recovery/recovery.h"
#include "domain/reset/reset.h"
#include "domain/sms/sms.h"

namespace tweestap::domain {
namespace {

// Slowed down: a fact only at the start of each waiting interval (rule THR-6), so that trying again and again cannot
// fill the log.
std::optional<Refused> check_throttle(const AccountState* state, const Caller& caller, const LookupHash* visitor,
                                      const Context& context, Events& events) {
  ThrottleCounts counts = context.throttle;
  counts.known_network = state != nullptr && knows_network(*state, caller, context.rules, context.now);
  const auto until = throttled_until(counts, context.rules, context.now);
  if (!until) return std::nullopt;
  if (starts_an_interval(counts, *until)) {
    events.add(LoginRefused{caller.listener, LoginRefusal::Throttled, std::nullopt,
                            visitor != nullptr ? std::optional{*visitor} : std::nullopt, *until, counts.suppressed,
                            caller.network, caller.agent});
  } else {
    events.suppress();
  }
  return Refused{Refusal::Throttled, until, false};
}

void add_rehash(const StartLogin& command, Events& events) {
  const auto& rehash = command.password->rehash;
  if (rehash) events.add(PasswordRehashed{rehash->pepper, rehash->verifier.clone()});
}

// A password that came with a live token of a remembered device has that device's count alone.
std::optional<Refused> check_password_of(const Device& device, const AccountState& state, const StartLogin& command,
                                         const Context& context, Events& events) {
  const auto& evidence = command.password;
  if (!evidence || evidence->verifier_position != state.password.position) return Refused{Refusal::Stale, {}, false};
  if (evidence->matched && state.password.position != 0) return std::nullopt;
  const bool forgotten = reject_password_of_device(device, command.caller, context, events);
  return Refused{.why = Refusal::CredentialsRejected, .device_forgotten = forgotten};
}

Decision refuse_login(Events events, const Caller& caller, LoginRefusal reason, Refusal why) {
  events.add(LoginRefused{caller.listener, reason, std::nullopt, std::nullopt, std::nullopt, std::nullopt,
                          caller.network, caller.agent});
  return std::move(events).reject(why);
}

void make_room_for_a_login(const AccountState& state, Time now, Events& events) {
  std::vector<const PendingLogin*> live;
  for (const PendingLogin& one : state.logins) {
    if (!one.is_over(now)) live.push_back(&one);
  }
  if (live.size() >= kLoginsMax) events.add(LoginAbandoned{live.front()->id, EndReason::Limit});
}

// A remembered device stands for the second step, locked or not, and says nothing about its count.
Decision let_in(const AccountState& state, const StartLogin& command, const Device& device, const Context& context,
                Events events) {
  LoginCompleted completed;
  completed.session = command.session;
  completed.amr = {Amr::Password};
  completed.device = device.id;
  LoginDone done{complete(*command.account, state, std::move(completed), command.caller, context, events), std::nullopt,
                 state.recovery ? state.recovery->left() : 0};
  done.remembered_until = use_device(device, *command.device, events);
  return std::move(events).accept(done);
}

Decision start(const AccountState& state, const StartLogin& command, bool enrols, DeviceStanding standing,
               const Context& context, Events events) {
  if (standing == DeviceStanding::Stale) suspect_theft(*command.device, command.caller, events);
  make_room_for_a_login(state, context.now, events);
  Time expires_at = context.now + context.rules.login_life;
  // It would be over then all the same, see live_login(): no more time is promised than there is.
  if (enrols && state.enrol_before) expires_at = std::min(expires_at, *state.enrol_before);
  const PendingLogin login{.id = command.login,
                           .listener = command.caller.listener,
                           .enrols = enrols,
                           .started_at = context.now,
                           .expires_at = expires_at,
                           .sms = std::nullopt};
  LoginStarted started{login.id,
                       login.listener,
                       enrols ? Awaits::Enrolment : Awaits::Code,
                       enrols || !state.two_step ? std::nullopt : std::optional{state.two_step->method},
                       login.expires_at,
                       command.caller.network,
                       command.caller.agent,
                       command.caller.address,
                       command.caller.user_agent};
  events.add(std::move(started));
  LoginPending answer = answer_of(state, login, context.policy, context.rules, context.now);
  answer.device_forgotten = standing == DeviceStanding::Stale;
  if (enrols || !state.two_step || !state.two_step->phone) return std::move(events).accept(answer);
  // While the second step is locked only a recovery code works, so no code goes out.
  answer.sms_sent = false;
  if (!state.lock.holds(context.now)) {
    const CodeOf of{.purpose = SmsPurpose::Login, .login = login.id};
    const Phone& phone = *state.two_step->phone;
    if (const auto why = held_back(state, phone, context)) {
      events.add(code_refused(of, *why, phone, command.caller));
    } else {
      if (!command.challenge) return refuse(Refusal::Stale);
      events.add(code_issued(of, phone, *command.challenge, command.caller, context));
      answer.sms_sent = true;
    }
    answer.resend_after = context.now + context.rules.sms_resend_after;
  }
  return std::move(events).accept(answer);
}

Decision lock_refusal(const AccountState& state, const PendingLogin& login, const Caller& caller, Events events) {
  if (!login.lock_told) {
    events.add(LoginRefused{login.listener, LoginRefusal::Locked, login.id, std::nullopt, state.lock.until,
                            std::nullopt, caller.network, caller.agent});
  }
  return std::move(events).reject(Refused{Refusal::Locked, state.lock.until, state.lock.for_good});
}

}  // namespace

const PendingLogin* live_login(const AccountState& state, const LoginRef& ref, Time now) {
  const auto found = std::ranges::find(state.logins, ref.login, &PendingLogin::id);
  if (found == state.logins.end() || found->listener != ref.listener || found->is_over(now)) return nullptr;
  // The time to enrol after a reset ends what waits for it too.
  if (found->enrols && reset_is_over(state, now)) return nullptr;
  return std::to_address(found);
}

LoginPending answer_of(const AccountState& state, const PendingLogin& login, const PolicyState& policy,
                       const Rules& rules, Time now) {
  LoginPending answer{login.id, login.enrols, login.expires_at, std::nullopt, Remember::Never, std::nullopt, false};
  if (login.enrols || !state.two_step) return answer;
  answer.method = state.two_step->method;
  if (login.listener == Listener::Public) answer.remember = remember_of(state, policy, rules);
  if (state.lock.holds(now)) {
    answer.locked_until = state.lock.until;
    answer.locked_for_good = state.lock.for_good;
  }
  if (answer.method == Method::Sms) {
    answer.sms_sent = login.sms && login.sms->was_issued();
    if (login.sms) answer.resend_after = resend_after(*login.sms, rules);
  }
  return answer;
}

std::optional<Time> mandatory_from(const AccountState& state, const PolicyState& policy) {
  return state.profile.mandatory_from ? state.profile.mandatory_from : policy.mandatory_from;
}

bool is_mandatory(const AccountState& state, const PolicyState& policy, Listener listener, Time now) {
  const auto from = mandatory_from(state, policy);
  return listener == Listener::Staff || (from && now >= *from);
}

bool reset_is_over(const AccountState& state, Time now) { return state.enrol_before && now >= *state.enrol_before; }

Offer offer_of(const AccountState& state, const PolicyState& policy, Time now) {
  Offer offer;
  const bool deferred = state.deferred_until && now < *state.deferred_until;
  offer.offered = !deferred && !is_staff(state.profile.roles);  // staff enrol on the staff listener
  offer.mandatory_from = mandatory_from(state, policy);
  if (offer.mandatory_from) offer.days_left = (*offer.mandatory_from - now).us / days(1).us;
  return offer;
}

bool knows_network(const AccountState& state, const Caller& caller, const Rules& rules, Time now) {
  return std::ranges::any_of(state.known_networks, [&](const KnownNetwork& one) {
    return caller.is_from(one.network) && now < one.last_login_at + rules.known_network_for;
  });
}

std::optional<Refused> check_password(const AccountState& state, const std::optional<PasswordEvidence>& evidence,
                                      const Caller& caller, const SessionId* session, const Context& context,
                                      Events& events) {
  if (auto throttled = check_throttle(&state, caller, nullptr, context, events)) return throttled;
  if (!evidence || evidence->verifier_position != state.password.position) return Refused{Refusal::Stale, {}, false};
  if (evidence->matched && state.password.position != 0) return std::nullopt;
  events.add(
      PasswordRejected{.listener = caller.listener,
                       .reason = state.password.position == 0 ? PasswordReason::NoPassword : PasswordReason::Wrong,
                       .identifier_hash = std::nullopt,
                       .session = session != nullptr ? std::optional{*session} : std::nullopt,
                       .network = caller.network,
                       .agent = caller.agent,
                       .device = std::nullopt,
                       .device_failures = std::nullopt});
  return Refused{Refusal::CredentialsRejected, {}, false};
}

SessionAnswer complete(const AccountId& account, const AccountState& state, LoginCompleted completed,
                       const Caller& caller, const Context& context, Events& events) {
  std::vector<const Session*> live;
  for (const Session& one : state.sessions) {
    if (!one.is_over(context.now)) live.push_back(&one);
  }
  if (live.size() >= kSessionsMax) events.add(SessionEnded{live.front()->id, EndReason::Limit});
  if (passed_second_step(completed.amr)) cancel_reset(state, EndReason::SecondStepPassed, context.now, events);
  completed.listener = caller.listener;
  completed.expires_at = context.now + context.rules.session_life;
  completed.idle_seconds = context.rules.session_idle.us / seconds(1).us;
  completed.network = caller.network;
  completed.agent = caller.agent;
  completed.address = caller.address;
  completed.user_agent = caller.user_agent;
  SessionAnswer answer{account,      completed.session, completed.amr,      context.now, completed.expires_at,
                       std::nullopt, completed.device,  state.profile.roles};
  events.add(std::move(completed));
  return answer;
}

Decision decide(const AccountState* state, const StartLogin& command, const Context& context) {
  const bool known = state != nullptr && state->exists() && command.account;
  const Subject subject = known ? Subject::of(*command.account) : kVisitor;
  const Correlation correlation = context.command;
  Events before{subject, Anyone{}, correlation};
  const LookupHash* visitor = known ? nullptr : &command.identifier_hash;
  const DeviceStanding standing = known && !state->profile.disabled && command.caller.listener == Listener::Public
                                      ? standing_of(*state, command.device, context.rules, context.now)
                                      : DeviceStanding::Unknown;
  const Device* device =
      standing == DeviceStanding::LetsIn ? live_device(*state, command.device->device, context.now) : nullptr;
  // Whoever knows the password of a device that is remembered is never slowed down by strangers (rule THR-2).
  if (device != nullptr) {
    if (const auto refused = check_password_of(*device, *state, command, context, before)) {
      return std::move(before).reject(*refused);
    }
    Events events{subject, *command.account, correlation};
    add_rehash(command, events);
    return let_in(*state, command, *device, context, std::move(events));
  }
  if (const auto throttled = check_throttle(known ? state : nullptr, command.caller, visitor, context, before)) {
    return std::move(before).reject(*throttled);
  }
  if (!command.password) return refuse(Refusal::Stale);
  if (!known) {
    before.add(PasswordRejected{.listener = command.caller.listener,
                                .reason = PasswordReason::UnknownIdentifier,
                                .identifier_hash = command.identifier_hash,
                                .session = std::nullopt,
                                .network = command.caller.network,
                                .agent = command.caller.agent,
                                .device = std::nullopt,
                                .device_failures = std::nullopt});
    return std::move(before).reject(Refusal::CredentialsRejected);
  }
  if (const auto refused = check_password(*state, command.password, command.caller, nullptr, context, before)) {
    return std::move(before).reject(*refused);
  }
  // From here on the password was right, and only here may the answer depend on anything else (rule ENU-1): a disabled
  // account and a person at the door of staff still hear what a wrong password hears.
  if (state->profile.disabled) {
    return refuse_login(std::move(before), command.caller, LoginRefusal::Disabled, Refusal::CredentialsRejected);
  }
  const bool at_staff_door = command.caller.listener == Listener::Staff;
  if (at_staff_door && !is_staff(state->profile.roles)) {
    return refuse_login(std::move(before), command.caller, LoginRefusal::NotStaff, Refusal::CredentialsRejected);
  }
  if (!state->two_step && reset_is_over(*state, context.now)) {
    return refuse_login(std::move(before), command.caller, LoginRefusal::ResetOver, Refusal::ResetOver);
  }

  const bool enrols = !state->two_step && (state->enrol_before ||
                                           is_mandatory(*state, context.policy, command.caller.listener, context.now));
  const bool second_step = state->two_step || enrols;
  Events events{subject, *command.account, second_step ? Correlation{command.login} : correlation};
  add_rehash(command, events);
  if (second_step) return start(*state, command, enrols, standing, context, std::move(events));

  LoginCompleted completed;
  completed.session = command.session;
  completed.amr = {Amr::Password};
  const SessionAnswer session =
      complete(*command.account, *state, std::move(completed), command.caller, context, events);
  return std::move(events).accept(LoginDone{session, offer_of(*state, context.policy, context.now), std::nullopt});
}

Decision decide(const AccountState& state, const SubmitCode& command, const Context& context) {
  const PendingLogin* login = live_login(state, command.login, context.now);
  if (login == nullptr) return refuse(Refusal::TokenOver);
  if (login->enrols || !state.two_step) return refuse(Refusal::WrongState);
  Events events{Subject::of(command.account), command.account, login->id};
  if (state.lock.holds(context.now)) return lock_refusal(state, *login, command.caller, std::move(events));
  const auto verdict = judge_code(*state.two_step, login->sms, command.code, context);
  if (!verdict) return refuse(Refusal::Stale);
  if (verdict->accepted) {
    LoginCompleted completed;
    completed.session = command.session;
    completed.login = login->id;
    completed.amr = {Amr::Password, amr_of(state.two_step->method)};
    completed.step = verdict->step;
    LoginDone done{complete(command.account, state, std::move(completed), command.caller, context, events),
                   std::nullopt, state.recovery ? state.recovery->left() : 0};
    if (command.remember) {
      done.remembered_until =
          remember_device(state, *command.remember, command.session, command.caller, context, events);
    }
    return std::move(events).accept(done);
  }
  // A wrong code is a fact and not an error: it is stored before the caller hears "no". If the store is down the caller
  // gets 503 and the guess is void; answering "wrong code" without the record would hand out free guesses (rule THR-3).
  const std::uint32_t failures = state.lock.failures + 1;
  events.add(CodeRejected{login->id, state.two_step->method, verdict->reason, failures, command.caller.network,
                          command.caller.agent});
  if (auto locked = lock_after(failures, context.rules, context.now)) {
    locked->login = login->id;
    events.add(*locked);
  }
  return std::move(events).reject(Refusal::CodeRejected);
}

Decision decide(const AccountState& state, const SubmitRecoveryCode& command, const Context& context) {
  const PendingLogin* login = live_login(state, command.login, context.now);
  if (login == nullptr) return refuse(Refusal::TokenOver);
  if (login->enrols || !state.two_step) return refuse(Refusal::WrongState);
  Events events{Subject::of(command.account), command.account, login->id};
  const RecoveryJudged judged =
      judge_recovery_code(state, command.code, command.caller, login->id, std::nullopt, context, events);
  switch (judged.verdict) {
    case RecoveryVerdict::Accepted: {
      LoginCompleted completed;
      completed.session = command.session;
      completed.login = login->id;
      completed.amr = {Amr::Password, Amr::Recovery};
      const SessionAnswer session =
          complete(command.account, state, std::move(completed), command.caller, context, events);
      return std::move(events).accept(LoginDone{session, std::nullopt, state.recovery->left() - 1});
    }
    case RecoveryVerdict::Rejected:
      return std::move(events).reject(Refusal::CodeRejected);
    case RecoveryVerdict::Throttled:
      return std::move(events).reject(Refused{Refusal::Throttled, judged.until, false});
    case RecoveryVerdict::Stale:
      return refuse(Refusal::Stale);
  }
  std::unreachable();
}

Decision decide(const AccountState& state, const AbandonLogin& command, const Context& context) {
  const PendingLogin* login = live_login(state, command.login, context.now);
  if (login == nullptr) return refuse(Refusal::TokenOver);
  Events events{Subject::of(command.account), command.account, login->id};
  events.add(LoginAbandoned{login->id, EndReason::Left});
  return std::move(events).accept(Done{});
}

}  // namespace tweestap::domain

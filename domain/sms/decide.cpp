#include <algorithm>
#include <utility>

#include "domain/lock/lock.h"
#include "domain/sms/sms.h"

namespace tweestap::domain {
namespace {

// What the person hears of a code that was just asked for.
SmsAnswer answer_of(const Context& context) { return {context.now + context.rules.sms_resend_after}; }

Refused wait_until(Time until) { return {Refusal::Throttled, until, false}; }

bool is_spent(const SmsCount& count, std::uint32_t budget) { return count.sent >= budget; }

// When all budgets that are spent have room again. One that has room is nothing to wait for, whenever its messages go.
Time room_by(const SmsCounts& counts, const SmsBudgets& budgets) {
  Time latest{};
  const auto wait_for = [&](const SmsCount& count, std::uint32_t budget) {
    if (is_spent(count, budget)) latest = std::max(latest, count.room_by);
  };
  wait_for(counts.number, budgets.number);
  wait_for(counts.account, budgets.account);
  wait_for(counts.network, budgets.network);
  wait_for(counts.total, budgets.total);
  return latest;
}

}  // namespace

// Waiting helps against a budget, and against nothing else.
Refused refused_for(SmsRefusal why, const AccountState& state, const Phone& phone, const Context& context) {
  switch (why) {
    case SmsRefusal::BudgetNumber:
    case SmsRefusal::BudgetAccount:
    case SmsRefusal::BudgetNetwork:
    case SmsRefusal::BudgetTotal:
      return wait_until(std::max(context.now + context.rules.sms_resend_after,
                                 room_by(context.sms, budgets_of(state, phone.number_hash, context))));
    case SmsRefusal::Country:
    case SmsRefusal::Off:
      return {Refusal::SmsOff, {}, false};
  }
  std::unreachable();
}

std::optional<LiveCode> live_code(const AccountState& state, const ChallengeId& challenge, Time now) {
  const auto is_it = [&](const std::optional<SmsCode>& code) {
    return code && code->was_issued() && code->challenge == challenge && !code->is_over(now);
  };
  const Phone* phone = state.two_step && state.two_step->phone ? &*state.two_step->phone : nullptr;
  for (const PendingLogin& login : state.logins) {
    if (phone != nullptr && is_it(login.sms) && !login.is_over(now)) return LiveCode{&*login.sms, phone};
  }
  for (const Session& session : state.sessions) {
    if (phone != nullptr && is_it(session.sms) && !session.is_over(now)) return LiveCode{&*session.sms, phone};
  }
  const auto& enrolment = state.enrolment;
  if (enrolment && enrolment->phone && is_it(enrolment->sms) && !enrolment->is_over(now)) {
    return LiveCode{&*enrolment->sms, &*enrolment->phone};
  }
  return std::nullopt;
}

bool is_trusted(const AccountState& state, const LookupHash& number, const Context& context) {
  return std::ranges::any_of(state.confirmed_numbers, [&](const ConfirmedNumber& one) {
    return one.number_hash == number && context.now < one.at + context.rules.sms_trusted_for;
  });
}

// Whoever pumps messages to numbers of their own has none that was ever used: the people who have keep a reserve.
SmsBudgets budgets_of(const AccountState& state, const LookupHash& number, const Context& context) {
  const Rules& rules = context.rules;
  const std::uint32_t times = is_trusted(state, number, context) ? 2 : 1;
  return {rules.sms_budget_number, rules.sms_budget_account, rules.sms_budget_network * times,
          rules.sms_budget_total * times};
}

std::optional<SmsRefusal> held_back(const AccountState& state, const Phone& phone, const Context& context) {
  if (!context.rules.sms_available) return SmsRefusal::Off;
  const auto& countries = context.policy.sms_countries;
  if (std::ranges::find(countries, phone.country) == countries.end()) return SmsRefusal::Country;
  const SmsBudgets budgets = budgets_of(state, phone.number_hash, context);
  if (is_spent(context.sms.number, budgets.number)) return SmsRefusal::BudgetNumber;
  if (is_spent(context.sms.account, budgets.account)) return SmsRefusal::BudgetAccount;
  if (is_spent(context.sms.network, budgets.network)) return SmsRefusal::BudgetNetwork;
  if (is_spent(context.sms.total, budgets.total)) return SmsRefusal::BudgetTotal;
  return std::nullopt;
}

SmsCodeRefused code_refused(const CodeOf& of, SmsRefusal why, const Phone& phone, const Caller& caller) {
  return {of.purpose, why, of.login, of.enrolment, of.session, phone.number_hash, caller.network};
}

SmsCodeIssued code_issued(const CodeOf& of, const Phone& phone, const NewChallenge& challenge, const Caller& caller,
                          const Context& context) {
  return {challenge.id,  of.purpose,    of.login,          of.enrolment,
          of.session,    challenge.key, phone.number_hash, context.now + context.rules.sms_code_life,
          caller.network};
}

std::optional<Time> resend_after(const SmsCode& code, const Rules& rules) {
  if (code.resends >= rules.sms_resends || code.failures >= rules.sms_code_tries) return std::nullopt;
  return code.asked_at + rules.sms_resend_after;
}

std::optional<Refused> resend_code(const CodeOf& of, const std::optional<SmsCode>& code, const AccountState& state,
                                   const Phone& phone, const std::optional<NewChallenge>& challenge,
                                   const Caller& caller, const Context& context, Events& events) {
  const bool lives = code && code->was_issued() && !code->is_over(context.now);
  if (lives && !resend_after(*code, context.rules)) return Refused{Refusal::CodeSpent, {}, false};
  // Also where there is nothing to send again: each refusal is an event, and nobody may write them as fast as they ask.
  if (code && context.now < code->asked_at + context.rules.sms_resend_after) {
    return wait_until(code->asked_at + context.rules.sms_resend_after);
  }
  if (const auto why = held_back(state, phone, context)) {
    events.add(code_refused(of, *why, phone, caller));
    return refused_for(*why, state, phone, context);
  }
  if (lives) {
    events.add(SmsCodeResent{code->challenge, code->resends + 1, phone.number_hash, caller.network});
  } else if (challenge) {
    events.add(code_issued(of, phone, *challenge, caller, context));
  } else {
    return Refused{Refusal::Stale, {}, false};
  }
  return std::nullopt;
}

SmsVerdict judge(const SmsEvidence& evidence, const std::optional<SmsCode>& code, const Rules& rules, Time now) {
  if (!code || !code->was_issued()) return {};  // nothing was sent: whatever is typed is a guess
  if (evidence.challenge != code->challenge) return {.stale = true};
  if (code->is_over(now) || code->failures >= rules.sms_code_tries) return {.reason = CodeReason::Expired};
  return {.accepted = evidence.matched};
}

Decision decide(const AccountState& state, const ResendLoginCode& command, const Context& context) {
  const PendingLogin* login = live_login(state, command.login, context.now);
  if (login == nullptr) return refuse(Refusal::TokenOver);
  if (login->enrols || !state.two_step) return refuse(Refusal::WrongState);
  if (!state.two_step->phone) return refuse(Refusal::CodesByApp);
  if (state.lock.holds(context.now)) {
    return {{}, std::unexpected(Refused{Refusal::Locked, state.lock.until, state.lock.for_good}), false};
  }
  Events events{Subject::of(command.account), command.account, login->id};
  if (const auto refused = resend_code({.purpose = SmsPurpose::Login, .login = login->id}, login->sms, state,
                                       *state.two_step->phone, command.challenge, command.caller, context, events)) {
    return std::move(events).reject(*refused);
  }
  return std::move(events).accept(answer_of(context));
}

Decision decide(const AccountState& state, const ResendEnrolmentCode& command, const Context& context) {
  if (const auto refusal = access(state, command.by, command.enrolment, context.now)) return refuse(*refusal);
  const PendingEnrolment& enrolment = *state.enrolment;
  if (!enrolment.phone) return refuse(Refusal::CodesByApp);
  Events events{Subject::of(command.account), command.account, enrolment.id};
  if (const auto refused = resend_code({.purpose = SmsPurpose::Enrolment, .enrolment = enrolment.id}, enrolment.sms,
                                       state, *enrolment.phone, command.challenge, command.caller, context, events)) {
    return std::move(events).reject(*refused);
  }
  return std::move(events).accept(answer_of(context));
}

Decision decide(const AccountState& state, const ChangeEnrolmentPhone& command, const Context& context) {
  if (const auto refusal = access(state, command.by, command.enrolment, context.now)) return refuse(*refusal);
  const PendingEnrolment& enrolment = *state.enrolment;
  if (!enrolment.phone) return refuse(Refusal::CodesByApp);
  Events events{Subject::of(command.account), command.account, enrolment.id};
  const CodeOf of{.purpose = SmsPurpose::Enrolment, .enrolment = enrolment.id};
  const Phone phone{0, command.phone.number_hash, command.phone.country};
  // Looked at before the number changes: what is held back changes nothing.
  if (const auto why = held_back(state, phone, context)) {
    // Once in a while, as above; that the first code went out a moment ago is no refusal yet.
    const std::optional<SmsCode>& last = enrolment.sms;
    const bool nothing_since = last && last->asked_at + context.rules.sms_code_life == last->expires_at;
    const bool told = last && !nothing_since && context.now < last->asked_at + context.rules.sms_resend_after;
    if (!told) events.add(code_refused(of, *why, phone, command.caller));
    return std::move(events).reject(*why == SmsRefusal::Country ? Refused{Refusal::CountryNotAllowed, {}, false}
                                                                : refused_for(*why, state, phone, context));
  }
  if (!command.challenge) return refuse(Refusal::Stale);
  events.add(EnrolmentPhoneChanged{enrolment.id, phone.number_hash, phone.country, command.phone.e164});
  events.add(code_issued(of, phone, *command.challenge, command.caller, context));
  EnrolmentAnswer answer{enrolment.id, enrolment.method, enrolment.expires_at};
  answer.resend_after = context.now + context.rules.sms_resend_after;
  return std::move(events).accept(answer);
}

Decision decide(const AccountState& state, const RequestStepUp& command, const Context& context) {
  const Session* session = live_session(state, command.session, context.now);
  if (session == nullptr) return refuse(Refusal::TokenOver);
  if (!state.two_step) return refuse(Refusal::NotEnrolled);
  if (state.lock.holds(context.now)) {
    return {{}, std::unexpected(Refused{Refusal::Locked, state.lock.until, state.lock.for_good}), false};
  }
  StepUpAnswer answer{state.two_step->method, std::nullopt, std::nullopt, context.now + context.rules.sms_code_life};
  Events events{Subject::of(command.account), command.account, context.command};
  if (!state.two_step->phone) return std::move(events).accept(answer);
  if (const auto refused = resend_code({.purpose = SmsPurpose::StepUp, .session = session->id}, session->sms, state,
                                       *state.two_step->phone, command.challenge, command.caller, context, events)) {
    return std::move(events).reject(*refused);
  }
  const bool again = session->sms && session->sms->was_issued() && !session->sms->is_over(context.now);
  if (again) answer.expires_at = session->sms->expires_at;
  answer.sms_sent = true;
  answer.resend_after = context.now + context.rules.sms_resend_after;
  return std::move(events).accept(answer);
}

Decision decide(const AccountState& state, const RecordDelivery& command, const Context& context) {
  if (!state.exists()) return refuse(Refusal::NotFound);
  Events events{Subject::of(command.account), System{}, context.command};
  events.add(SmsCodeDelivered{command.challenge, command.sending, command.gateway, command.reference});
  return std::move(events).accept(Done{});
}

Decision decide(const AccountState& state, const RecordDeliveryFailure& command, const Context& context) {
  if (!state.exists()) return refuse(Refusal::NotFound);
  Events events{Subject::of(command.account), System{}, context.command};
  events.add(
      SmsCodeDeliveryFailed{command.challenge, command.sending, command.gateway, command.trouble, command.final_try});
  return std::move(events).accept(Done{});
}

}  // namespace tweestap::domain

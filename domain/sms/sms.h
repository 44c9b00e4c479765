#pragma once
// Codes by SMS: when one goes out, when it may go again, and what a submitted one is worth.
#include "domain/caller.h"
#include "domain/decision.h"
#include "domain/enrolment/enrolment.h"
#include "domain/evidence.h"
#include "domain/login/login.h"
#include "domain/sessions/sessions.h"

namespace tweestap::domain {

/// Sends a login's code again, or for the first time where the brake held it back.
struct ResendLoginCode {
  AccountId account;
  LoginRef login;
  Caller caller;
  std::optional<NewChallenge> challenge;
};
/// Sends an enrolment's code again.
struct ResendEnrolmentCode {
  AccountId account;
  Enroller by;
  Caller caller;
  EnrolmentId enrolment;
  std::optional<NewChallenge> challenge;
};
/// The number was wrong: another one, and a new code to it.
struct ChangeEnrolmentPhone {
  AccountId account;
  Enroller by;
  Caller caller;
  EnrolmentId enrolment;
  NewPhone phone;
  std::optional<NewChallenge> challenge;
};
/// Asks for a code to step up with; where an app makes the codes there is nothing to send.
struct RequestStepUp {
  AccountId account;
  SessionRef session;
  Caller caller;
  std::optional<NewChallenge> challenge;
};

/// A gateway's answer about one sending; `sending` is the position of the event that asked for it.
struct RecordDelivery {
  AccountId account;
  ChallengeId challenge;
  std::uint64_t sending = 0;
  std::string gateway;
  std::optional<std::string> reference;
};
struct RecordDeliveryFailure {
  AccountId account;
  ChallengeId challenge;
  std::uint64_t sending = 0;
  std::string gateway;
  std::string trouble;
  bool final_try = false;
};

/// A code that still counts, and the number that it goes to. Pointers into the state.
struct LiveCode {
  const SmsCode* code = nullptr;
  const Phone* phone = nullptr;
};
/// Empty where nothing waits for that code any more.
[[nodiscard]] std::optional<LiveCode> live_code(const AccountState& state, const ChallengeId& challenge, Time now);

/// What a code belongs to; one of the ids is given.
struct CodeOf {
  SmsPurpose purpose{};
  std::optional<LoginId> login{};
  std::optional<EnrolmentId> enrolment{};
  std::optional<SessionId> session{};
};

/// Messages with a code that may go out in an hour.
struct SmsBudgets {
  std::uint32_t number = 0;
  std::uint32_t account = 0;
  std::uint32_t network = 0;
  std::uint32_t total = 0;
};
/// The budgets as they are for messages of this account to this number: one that is trusted has the reserve of the
/// network's and the total one, as much again.
[[nodiscard]] SmsBudgets budgets_of(const AccountState& state, const LookupHash& number, const Context& context);

/// The brake (rule SMS-2): what stands in the way of one more message of this account to this number; empty: nothing.
[[nodiscard]] std::optional<SmsRefusal> held_back(const AccountState& state, const Phone& phone,
                                                  const Context& context);
/// What the person hears of it. Where a budget is spent: when each one that is spent has room again.
[[nodiscard]] Refused refused_for(SmsRefusal why, const AccountState& state, const Phone& phone,
                                  const Context& context);
/// Whether a code to exactly this number counted lately for this account, whatever became of two-step since.
[[nodiscard]] bool is_trusted(const AccountState& state, const LookupHash& number, const Context& context);

/// A code goes out: only where nothing holds it back. The time when it may be asked for again is that of
/// `resend_after`.
[[nodiscard]] SmsCodeIssued code_issued(const CodeOf& of, const Phone& phone, const NewChallenge& challenge,
                                        const Caller& caller, const Context& context);
/// It was held back, and why.
[[nodiscard]] SmsCodeRefused code_refused(const CodeOf& of, SmsRefusal why, const Phone& phone, const Caller& caller);
/// Sends the code again, or issues one where none was; that alone needs a challenge. Gives what stands in the way.
[[nodiscard]] std::optional<Refused> resend_code(const CodeOf& of, const std::optional<SmsCode>& code,
                                                 const AccountState& state, const Phone& phone,
                                                 const std::optional<NewChallenge>& challenge, const Caller& caller,
                                                 const Context& context, Events& events);

/// When a code may be asked for again; empty: not any more.
[[nodiscard]] std::optional<Time> resend_after(const SmsCode& code, const Rules& rules);

/// What a submitted code by SMS is worth.
struct SmsVerdict {
  bool accepted = false;
  bool stale = false;  // the evidence is about another code
  CodeReason reason = CodeReason::Wrong;
};
[[nodiscard]] SmsVerdict judge(const SmsEvidence& evidence, const std::optional<SmsCode>& code, const Rules& rules,
                               Time now);

[[nodiscard]] Decision decide(const AccountState& state, const ResendLoginCode& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const ResendEnrolmentCode& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const ChangeEnrolmentPhone& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const RequestStepUp& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const RecordDelivery& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const RecordDeliveryFailure& command, const Context& context);

}  // namespace tweestap::domain

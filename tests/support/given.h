#pragma once
// Tests of decisions as sentences: given these events, when this command, then these events and this answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "domain/all_commands.h"
#include "domain/evolve.h"

namespace tweestap::tests {

/// An event with all its members, so that two can be compared and a failure reads well. In a file of its own: writing
/// out every event takes the compiler longer than the tests of a command.
std::string shown(const domain::Event& event);

template <class... E>
std::vector<std::string> shown_all(E&&... events) {
  return {shown(domain::any_event(std::forward<E>(events)))...};
}

template <std::uint8_t N>
constexpr domain::IdBytes id_bytes() {
  return {N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N};
}

inline constexpr domain::AccountId kAccount{id_bytes<0xA1>()};
inline constexpr domain::LoginId kLogin{id_bytes<0x11>()};
inline constexpr domain::LoginId kOtherLogin{id_bytes<0x12>()};
inline constexpr domain::SessionId kSession{id_bytes<0x51>()};
inline constexpr domain::SessionId kOtherSession{id_bytes<0x52>()};
inline constexpr domain::TokenId kFreshToken{id_bytes<0x71>()};
inline constexpr domain::EnrolmentId kEnrolment{id_bytes<0xE1>()};
inline constexpr domain::EnrolmentId kOtherEnrolment{id_bytes<0xE2>()};
inline constexpr domain::ChallengeId kChallenge{id_bytes<0xCA>()};
inline constexpr domain::ChallengeId kOtherChallenge{id_bytes<0xCB>()};
inline constexpr domain::LookupHash kNumber{id_bytes<0x31>()};
inline constexpr domain::LookupHash kOtherNumber{id_bytes<0x32>()};
inline constexpr std::uint32_t kSmsKey = 20'532;  // of a day in March 2026
inline constexpr domain::ResetId kReset{id_bytes<0xF1>()};
inline constexpr domain::AccountId kAnna{id_bytes<0xB1>()};  // of the helpdesk
inline constexpr domain::CommandId kCommand{id_bytes<0xC1>()};
inline constexpr domain::LookupHash kHash{id_bytes<0x99>()};
inline constexpr domain::Time kStart{1'774'000'000'000'000};  // in March 2026
inline constexpr domain::Pseudonym kHome{2026, 3, {1}};
inline constexpr domain::Pseudonym kElsewhere{2026, 3, {2}};

/// One microsecond less, which is the clock\'s smallest step.
constexpr domain::Duration just_before(domain::Duration wait) { return {wait.us - 1}; }

/// What a decision came to.
class Then {
 public:
  explicit Then(domain::Decision decision) : decision_(std::move(decision)) {}

  template <class... E>
  Then& then(E... events) {
    std::vector<std::string> made;
    for (const domain::NewEvent& one : decision_.events) made.push_back(shown(one.event));
    EXPECT_EQ(made, shown_all(std::move(events)...));
    return *this;
  }
  Then& accepted() {
    EXPECT_TRUE(decision_.outcome.has_value())
        << "refused: " << (decision_.outcome ? 0 : static_cast<int>(decision_.outcome.error().why));
    return *this;
  }
  Then& refused(domain::Refusal why) {
    if (decision_.outcome) {
      ADD_FAILURE() << "accepted";
    } else {
      EXPECT_EQ(static_cast<int>(decision_.outcome.error().why), static_cast<int>(why));
    }
    return *this;
  }
  Then& until(domain::Time time) {
    EXPECT_EQ(decision_.outcome.error().until, std::optional{time});
    return *this;
  }
  [[nodiscard]] const domain::Decision& decision() const { return decision_; }
  template <class A>
  [[nodiscard]] const A& answer() const {
    return std::get<A>(*decision_.outcome);
  }

 private:
  domain::Decision decision_;
};

/// One account with its history and a clock.
class Given {
 public:
  template <class... E>
  explicit Given(E... events) {
    (happened(std::move(events)), ...);
  }
  template <class E>
  Given& happened(E event) {
    ++position_;
    EXPECT_TRUE(domain::fold(state_, domain::any_event(std::move(event)), domain::At{position_, position_, now_}));
    return *this;
  }
  Given& after(domain::Duration wait) {
    now_ = now_ + wait;
    return *this;
  }
  template <class C>
  [[nodiscard]] Then when(const C& command) const {
    return Then{domain::decide(state_, command, context())};
  }
  [[nodiscard]] Then when(const domain::StartLogin& command) const {
    return Then{domain::decide(&state_, command, context())};
  }
  /// Decides, and lets what was decided happen.
  template <class C>
  Then does(const C& command) {
    Then then = when(command);
    for (const domain::NewEvent& one : then.decision().events) {
      ++position_;
      EXPECT_TRUE(domain::fold(state_, one.event, domain::At{position_, position_, now_, one.actor}));
    }
    return then;
  }
  [[nodiscard]] domain::Context context() const { return {now_, kCommand, policy, rules, throttle, sms}; }
  [[nodiscard]] const domain::AccountState& state() const { return state_; }
  [[nodiscard]] std::uint64_t position() const { return position_; }
  [[nodiscard]] domain::Time now() const { return now_; }

  domain::PolicyState policy;
  domain::Rules rules;
  domain::ThrottleCounts throttle;
  domain::SmsCounts sms;  // sent in the last hour

 private:
  domain::AccountState state_;
  std::uint64_t position_ = 0;
  domain::Time now_ = kStart;
};

inline domain::AccountRegistered registered(domain::SetOf<domain::Role> roles = {domain::Role::Person}) {
  return {kHash, roles, "nl", 1U, false, "alex@example.org", std::nullopt, domain::SecretText{"verifier"}};
}
inline domain::LoginStarted login_started(domain::Time now = kStart, domain::LoginId login = kLogin,
                                          domain::Awaits awaits = domain::Awaits::Code,
                                          domain::Listener listener = domain::Listener::Public) {
  domain::LoginStarted event;
  event.login = login;
  event.listener = listener;
  event.awaits = awaits;
  event.expires_at = now + domain::minutes(10);
  return event;
}
inline domain::LoginCompleted session_opened(domain::SetOf<domain::Amr> amr = {domain::Amr::Password},
                                             domain::SessionId session = kSession, domain::Time now = kStart,
                                             domain::Listener listener = domain::Listener::Public) {
  domain::LoginCompleted event;
  event.session = session;
  event.listener = listener;
  event.amr = amr;
  event.expires_at = now + domain::hours(12);
  event.idle_seconds = 3600;
  return event;
}
inline domain::EnrolmentStarted enrolment_started(domain::Time now = kStart,
                                                  domain::EnrolmentId enrolment = kEnrolment) {
  return {enrolment, domain::Method::Totp,        now + domain::minutes(10), std::nullopt,
          kSession,  domain::SecretText{"SECRET"}};
}
/// An account with the app (its secret at position 2) and six recovery codes (at position 4), enrolled by a session
/// that is over.
inline Given enrolled(domain::SetOf<domain::Role> roles = {domain::Role::Person}) {
  return Given{registered(roles), enrolment_started(),
               domain::TwoStepEnabled{kEnrolment, domain::Method::Totp, 100, std::nullopt, std::nullopt},
               domain::RecoveryCodesGenerated{6, 1, domain::SecretText{"verifiers"}}};
}
inline constexpr std::uint64_t kSecretPosition = 2;
inline constexpr std::uint64_t kSetPosition = 4;

/// An account whose codes come by SMS, enrolled by a session that is over; there is a gateway.
inline Given enrolled_by_sms() {
  domain::EnrolmentStarted started = enrolment_started();
  started.method = domain::Method::Sms;
  started.totp_secret.reset();
  Given account{registered(), std::move(started),
                domain::EnrolmentPhoneChanged{kEnrolment, kNumber, "NL", "+31612345678"},
                domain::TwoStepEnabled{kEnrolment, domain::Method::Sms, std::nullopt, std::nullopt, std::nullopt},
                domain::RecoveryCodesGenerated{6, 1, domain::SecretText{"verifiers"}}};
  account.rules.sms_available = true;
  return account;
}

inline domain::Caller from(domain::Pseudonym network, domain::Listener listener = domain::Listener::Public) {
  domain::Caller caller;
  caller.listener = listener;
  caller.network = network;
  return caller;
}
inline domain::PasswordEvidence right_password() { return {1, true, std::nullopt}; }
inline domain::PasswordEvidence wrong_password() { return {1, false, std::nullopt}; }
/// Evidence of an app code that is that step's.
inline domain::TotpEvidence code_of(std::int64_t step, std::uint64_t secret_position = kSecretPosition) {
  return {secret_position, step, 0b010};
}
inline domain::TotpEvidence wrong_code(std::uint64_t secret_position = kSecretPosition) {
  return {secret_position, 200, 0};
}
inline domain::SubmitCode submit(domain::TotpEvidence code, domain::LoginId login = kLogin) {
  return {kAccount, {login, domain::Listener::Public}, from(kHome), kSession, code};
}
inline domain::SubmitRecoveryCode submit_recovery(std::optional<std::uint32_t> index, domain::Pseudonym network = kHome,
                                                  std::uint64_t set = kSetPosition) {
  return {kAccount, {kLogin, domain::Listener::Public}, from(network), kSession, domain::RecoveryEvidence{set, index}};
}
inline domain::StartLogin log_in(std::optional<domain::PasswordEvidence> password,
                                 domain::Listener listener = domain::Listener::Public) {
  domain::StartLogin command;
  command.account = kAccount;
  command.identifier_hash = kHash;
  command.caller = from(kHome, listener);
  command.login = kLogin;
  command.session = kSession;
  command.password = std::move(password);
  command.challenge = domain::NewChallenge{kChallenge, kSmsKey};
  return command;
}
inline domain::SessionRef session_ref(domain::Listener listener = domain::Listener::Public) {
  return {kSession, domain::TokenId{kSession.bytes}, listener};
}

}  // namespace tweestap::tests

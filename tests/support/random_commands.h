#pragma once
// Commands as people, guessers and staff might send them: each drawn from one number, so that a failing sequence
// shrinks by leaving numbers out. Often sensible for the state at hand, often stale, late, foreign or plain wrong.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/all_commands.h"

namespace tweestap::tests {

class RandomCommands {
 public:
  static constexpr std::uint8_t kAccounts = 3;
  [[nodiscard]] static domain::AccountId account(std::uint64_t n) {
    return domain::AccountId{{0xA0, static_cast<std::uint8_t>(n % kAccounts)}};
  }
  [[nodiscard]] static domain::LookupHash identifier(std::uint64_t n) {
    return domain::LookupHash{{0x99, static_cast<std::uint8_t>(n % (kAccounts + 2))}};
  }

  /// Starts drawing one command.
  explicit RandomCommands(std::uint64_t seed) : state_(mixed(seed) | 1U) {}

  [[nodiscard]] std::uint64_t below(std::uint64_t bound) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return (state_ * 0x2545F4914F6CDD1DU >> 16) % bound;
  }
  [[nodiscard]] bool one_in(std::uint64_t n) { return below(n) == 0; }

  [[nodiscard]] domain::Duration pause() {
    using namespace domain;
    const std::uint64_t draw = below(40);
    if (draw == 0) return hours(25);
    if (draw == 1) return hours(2);
    if (draw < 4) return minutes(16);
    if (draw < 6) return minutes(3);
    if (draw < 18) return seconds(31);
    if (draw < 25) return seconds(2);
    return Duration{1};
  }

  /// A command of that account, whose state is `state`.
  [[nodiscard]] domain::Command next(const domain::AccountId& of, const domain::AccountState& state, domain::Time now) {
    using namespace domain;
    const bool in = std::ranges::any_of(state.sessions, [now](const Session& one) { return !one.is_over(now); }) ||
                    std::ranges::any_of(state.logins, [now](const PendingLogin& one) { return !one.is_over(now); });
    if (state.reset && one_in(4)) return by_staff(of, state, now);
    if (!in && !one_in(3)) return login(of, state);
    // Who guesses a PIN goes on.
    const bool guessed = std::ranges::any_of(state.app_devices, [](const AppDevice& one) { return one.failures != 0; });
    if (guessed && !one_in(3)) return app_login(of, state);
    // And who guesses codes until the lock.
    const Lock& lock = state.lock;
    if (lock.failures % Rules{}.failures_per_lock >= 3 && !lock.holds(now) && !one_in(3)) return guess(of, state, now);
    switch (below(48)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
      case 5:
        return login(of, state);
      case 6:
      case 7:
      case 8:
      case 9: {
        const LoginRef login = login_ref(state);
        SubmitCode submit{of, login, caller(), id<SessionId>(), code(state, sms_of(state, login), now)};
        if (one_in(2)) submit.remember = new_device();
        return submit;
      }
      case 10:
      case 11:
        return SubmitRecoveryCode{of, login_ref(state), caller(), id<SessionId>(), recovery(state)};
      case 12:
        return AbandonLogin{of, login_ref(state)};
      case 13:
      case 14:
      case 15: {
        StartEnrolment start{of, enroller(state), caller(), id<EnrolmentId>(), Method::Totp, password(state), {}};
        if (one_in(2)) {
          start.method = Method::Sms;
          start.phone = phone();
          start.challenge = challenge();
        } else {
          start.totp_secret.emplace("JBSWY3DPEHPK3PXP");
        }
        return start;
      }
      case 16:
      case 17:
      case 18: {
        const std::uint64_t secret = state.enrolment ? state.enrolment->position : 0;
        return SubmitEnrolmentCode{of,
                                   enroller(state),
                                   caller(),
                                   enrolment(state),
                                   id<TokenId>(),
                                   enrolment_code(state, secret, now),
                                   NewRecoverySet{SecretText{"verifiers"}, 1}};
      }
      case 19:
        return CancelEnrolment{of, enroller(state), enrolment(state)};
      case 20:
        return DisableTwoStep{of, session_ref(state), caller(), password(state)};
      case 21:
        return DeferEnrolment{of, session_ref(state)};
      case 22:
        return RegenerateRecoveryCodes{of, session_ref(state), caller(), password(state),
                                       NewRecoverySet{SecretText{"verifiers"}, 1}};
      case 23:
        return AcknowledgeRecoveryCodes{of, session_ref(state)};
      case 24:
      case 25: {
        const SessionRef session = session_ref(state);
        return StepUpByCode{of, session, caller(), id<TokenId>(), code(state, sms_of(state, session), now)};
      }
      case 26:
        return StepUpByRecoveryCode{of, session_ref(state), caller(), id<TokenId>(), recovery(state)};
      case 27:
      case 28:
        return TouchSession{of, session_ref(state)};
      case 29:
        return EndSession{of, session_ref(state), one_in(3)};
      case 30:
        return ChangePassword{
            of, session_ref(state), caller(), id<TokenId>(), password(state), NewVerifier{SecretText{"new"}, 1}};
      case 31:
        return ChangeProfile{of, session_ref(state), "Alex", one_in(2) ? std::optional{"en"} : std::nullopt};
      case 32:
        return by_staff(of, state, now);
      case 33:
      case 34:
        return ResendLoginCode{of, login_ref(state), caller(), challenge()};
      case 35:
        return ResendEnrolmentCode{of, enroller(state), caller(), enrolment(state), challenge()};
      case 36:
        return ChangeEnrolmentPhone{of, enroller(state), caller(), enrolment(state), phone(), challenge()};
      case 37:
      case 38:
        return RequestStepUp{of, session_ref(state), caller(), challenge()};
      case 39:
      case 40:
        return ChangeRemember{of, session_ref(state), static_cast<Remember>(below(4))};
      case 42: {
        BindAppDevice bind{of,      session_ref(state), caller(),   id<AppDeviceId>(),
                           "phone", SecretText{"keys"}, !one_in(4), password(state)};
        return bind;
      }
      case 43:
      case 44:
      case 45:
        return app_login(of, state);
      case 46:
        return UnbindAppDevice{of, session_ref(state), app_device(state)};
      case 41:
        return ForgetDevice{of, session_ref(state),
                            state.devices.empty() || one_in(4) ? std::nullopt : std::optional{device(state).id}};
      default:
        return of_the_service(of, now);
    }
  }

  /// The first command of an account, so that the others have something to do.
  [[nodiscard]] static domain::RegisterAccount registration(std::uint8_t n) {
    using namespace domain;
    RegisterAccount command;
    command.account = account(n);
    command.actor = System{};
    command.identifier_hash = identifier(n);
    command.identifier = "somebody@example.org";
    command.language = "nl";
    if (n == 2) command.roles = {Role::Person, Role::Helpdesk};
    command.verifier = NewVerifier{SecretText{"verifier"}, 1};
    return command;
  }

 private:
  // Of neighbouring seeds, as tests count them, the first draws would be neighbours too (SplitMix64's finalizer).
  [[nodiscard]] static std::uint64_t mixed(std::uint64_t seed) {
    seed += 0x9E3779B97F4A7C15U;
    seed = (seed ^ seed >> 30) * 0xBF58476D1CE4E5B9U;
    seed = (seed ^ seed >> 27) * 0x94D049BB133111EBU;
    return seed ^ seed >> 31;
  }
  template <class Id>
  [[nodiscard]] Id id() {
    Id out;
    for (auto& byte : out.bytes) byte = static_cast<std::uint8_t>(below(256));
    return out;
  }
  [[nodiscard]] domain::Caller caller() {
    domain::Caller out;
    out.listener = one_in(6) ? domain::Listener::Staff : domain::Listener::Public;
    if (!one_in(10)) out.network = domain::Pseudonym{2026, 3, {static_cast<std::uint8_t>(below(3))}};
    return out;
  }
  [[nodiscard]] std::optional<domain::PasswordEvidence> password(const domain::AccountState& state) {
    if (one_in(30)) return std::nullopt;
    domain::PasswordEvidence evidence{one_in(30) ? below(20) : state.password.position, !one_in(6), std::nullopt};
    if (one_in(8)) evidence.rehash = domain::NewVerifier{domain::SecretText{"again"}, 2};
    return evidence;
  }
  [[nodiscard]] static std::uint64_t two_step(const domain::AccountState& state) {
    return state.two_step ? state.two_step->secret_position : 0;
  }
  [[nodiscard]] std::optional<domain::CodeEvidence> totp(std::uint64_t secret, domain::Time now) {
    static constexpr std::uint8_t kMatches[]{0, 0b010, 0b001, 0b010, 0b010, 0b100, 0b011, 0b110};
    if (one_in(15)) return std::nullopt;
    return domain::TotpEvidence{one_in(25) ? below(20) : secret, now.us / domain::seconds(30).us, kMatches[below(8)]};
  }
  [[nodiscard]] domain::NewChallenge challenge() { return {id<domain::ChallengeId>(), 20'000}; }
  [[nodiscard]] domain::NewPhone phone() {
    const auto number = static_cast<std::uint8_t>(below(4));
    return {"+3161234567" + std::to_string(number), domain::LookupHash{{0x77, number}}, one_in(8) ? "DE" : "NL"};
  }
  [[nodiscard]] static std::optional<domain::SmsCode> sms_of(const domain::AccountState& state,
                                                             const domain::LoginRef& ref) {
    const auto found = std::ranges::find(state.logins, ref.login, &domain::PendingLogin::id);
    return found == state.logins.end() ? std::nullopt : found->sms;
  }
  [[nodiscard]] static std::optional<domain::SmsCode> sms_of(const domain::AccountState& state,
                                                             const domain::SessionRef& ref) {
    const auto found = std::ranges::find(state.sessions, ref.session, &domain::Session::id);
    return found == state.sessions.end() ? std::nullopt : found->sms;
  }
  [[nodiscard]] std::optional<domain::CodeEvidence> typed(const std::optional<domain::SmsCode>& code) {
    if (one_in(15)) return std::nullopt;
    domain::SmsEvidence evidence;
    if (code) evidence.challenge = code->challenge;
    if (one_in(25)) evidence.challenge = id<domain::ChallengeId>();
    evidence.matched = code && !one_in(3);
    return evidence;
  }
  [[nodiscard]] std::optional<domain::CodeEvidence> code(const domain::AccountState& state,
                                                         const std::optional<domain::SmsCode>& sms, domain::Time now) {
    const bool by_sms = state.two_step && state.two_step->method == domain::Method::Sms;
    return by_sms != one_in(30) ? typed(sms) : totp(two_step(state), now);
  }
  [[nodiscard]] std::optional<domain::CodeEvidence> enrolment_code(const domain::AccountState& state,
                                                                   std::uint64_t secret, domain::Time now) {
    const bool by_sms = state.enrolment && state.enrolment->method == domain::Method::Sms;
    if (by_sms) return typed(state.enrolment->sms);
    return totp(secret, now);
  }
  [[nodiscard]] std::optional<domain::RecoveryEvidence> recovery(const domain::AccountState& state) {
    if (one_in(15)) return std::nullopt;
    domain::RecoveryEvidence evidence{state.recovery ? state.recovery->position : 0, std::nullopt};
    if (one_in(10)) evidence.set_position = below(20);
    if (!one_in(3)) evidence.index = static_cast<std::uint32_t>(below(domain::kRecoveryCodesPerSet));
    return evidence;
  }
  [[nodiscard]] domain::LoginRef login_ref(const domain::AccountState& state) {
    if (state.logins.empty() || one_in(10)) return {id<domain::LoginId>(), domain::Listener::Public};
    const auto& login = one_in(2) ? state.logins.back() : state.logins[below(state.logins.size())];
    return {login.id, one_in(10) ? domain::Listener::Staff : login.listener};
  }
  [[nodiscard]] domain::SessionRef session_ref(const domain::AccountState& state) {
    if (state.sessions.empty() || one_in(10)) {
      const auto session = id<domain::SessionId>();
      return {session, domain::TokenId{session.bytes}, domain::Listener::Public};
    }
    const auto& session = one_in(2) ? state.sessions.back() : state.sessions[below(state.sessions.size())];
    return {session.id, one_in(10) ? domain::TokenId{session.id.bytes} : session.token, session.listener};
  }
  [[nodiscard]] domain::Enroller enroller(const domain::AccountState& state) {
    if (state.enrolment && state.enrolment->login && !one_in(8)) {
      for (const auto& login : state.logins) {
        if (login.id == *state.enrolment->login) return domain::LoginRef{login.id, login.listener};
      }
    }
    if (state.enrolment && state.enrolment->session && !one_in(8)) {
      for (const auto& session : state.sessions) {
        if (session.id == *state.enrolment->session) {
          return domain::SessionRef{session.id, session.token, session.listener};
        }
      }
    }
    if (state.sessions.empty() || (!state.logins.empty() && one_in(2))) return login_ref(state);
    return session_ref(state);
  }
  [[nodiscard]] domain::EnrolmentId enrolment(const domain::AccountState& state) {
    if (!state.enrolment || one_in(10)) return id<domain::EnrolmentId>();
    return state.enrolment->id;
  }
  [[nodiscard]] domain::StartLogin login(const domain::AccountId& of, const domain::AccountState& state) {
    domain::StartLogin command;
    command.caller = caller();
    command.login = id<domain::LoginId>();
    command.session = id<domain::SessionId>();
    if (one_in(8)) {
      command.identifier_hash = identifier(kAccounts + below(2));
      command.password = domain::PasswordEvidence{0, false, std::nullopt};
      return command;
    }
    command.account = of;
    command.identifier_hash = state.profile.identifier_hash;
    command.password = password(state);
    command.challenge = challenge();
    if (!state.devices.empty() && !one_in(3)) command.device = presented(device(state));
    return command;
  }
  [[nodiscard]] domain::Command guess(const domain::AccountId& of, const domain::AccountState& state,
                                      domain::Time now) {
    using namespace domain;
    const auto pending =
        std::ranges::find_if(state.logins, [now](const PendingLogin& one) { return !one.is_over(now) && !one.enrols; });
    if (pending == state.logins.end()) return login(of, state);
    const LoginRef ref{pending->id, pending->listener};
    CodeEvidence wrong = TotpEvidence{two_step(state), now.us / seconds(30).us, 0};
    if (pending->sms) wrong = SmsEvidence{pending->sms->challenge, false};
    return SubmitCode{of, ref, caller(), id<SessionId>(), wrong};
  }
  [[nodiscard]] domain::AppDeviceId app_device(const domain::AccountState& state) {
    if (state.app_devices.empty() || one_in(10)) return id<domain::AppDeviceId>();
    return state.app_devices[below(state.app_devices.size())].id;
  }
  [[nodiscard]] domain::LogInWithApp app_login(const domain::AccountId& of, const domain::AccountState& state) {
    domain::LogInWithApp command{of, app_device(state), caller(), id<domain::SessionId>(), {}};
    command.caller.listener = domain::Listener::Public;
    if (const domain::AppDevice* phone = domain::bound_phone(state, command.app_device)) {
      // Who guesses PINs does so in a row: of a phone with a wrong one the next is most often wrong too.
      const bool pin = phone->failures == 0 ? !one_in(8) : one_in(12);
      command.proof = {phone->position, one_in(8) ? below(4) : phone->sequence + 1, !one_in(6), pin};
    }
    return command;
  }
  // A device's tokens are told by their generation, so that one that was handed out can be drawn again.
  [[nodiscard]] static domain::TokenId device_token(const domain::DeviceId& device, std::uint32_t generation,
                                                    std::uint64_t which) {
    domain::TokenId token{device.bytes};
    token.bytes[14] = static_cast<std::uint8_t>(generation);
    token.bytes[15] = static_cast<std::uint8_t>(which);
    return token;
  }
  [[nodiscard]] domain::NewDevice new_device() {
    const auto device = id<domain::DeviceId>();
    return {device, device_token(device, 0, 0), "Firefox on Linux"};
  }
  [[nodiscard]] const domain::Device& device(const domain::AccountState& state) {
    return state.devices[below(state.devices.size())];
  }
  [[nodiscard]] domain::PresentedDevice presented(const domain::Device& device) {
    const std::uint32_t live = device.generation;
    const std::uint64_t draw = below(8);
    if (draw == 0 && live > 1) {  // a stale one
      return {device.id, device_token(device.id, live - 2, 0), live - 2, device_token(device.id, live - 1, 9)};
    }
    if (draw < 3 && device.spent) {  // the last one again
      return {device.id, *device.spent, live - 1, device_token(device.id, live, 1 + below(8))};
    }
    return {device.id, device_token(device.id, live, 0), live, device_token(device.id, live + 1, 0)};
  }
  [[nodiscard]] domain::Command by_staff(const domain::AccountId& of, const domain::AccountState& state,
                                         domain::Time now) {
    using namespace domain;
    const Actor staff = account(2);
    switch (below(12)) {
      case 0:
        return DisableAccount{of, staff, "left"};
      case 1:
        return EnableAccount{of, staff, "back"};
      case 2:
        return UnlockSecondStep{of, staff, one_in(2), "asked for it"};
      case 3:
        return SetMandatoryFrom{of, staff, one_in(2) ? std::optional{now + days(2)} : std::nullopt};
      case 4:
      case 5:
        return RequestReset{of, id<ResetId>(), Actor{reset_staff()}, one_in(2), "lost"};
      case 6:
      case 7:
        return DecideReset{of,        reset(state), reset_staff(),
                           one_in(2), !one_in(3),   one_in(2) ? std::optional{"heard them"} : std::nullopt};
      default:
        return EnableAccount{of, staff, "back again"};
    }
  }
  // Sometimes one of the accounts, which by and by owe each other; mostly people who are in no list here.
  [[nodiscard]] domain::AccountId reset_staff() {
    if (one_in(4)) return account(below(kAccounts));
    return domain::AccountId{{0xB0, static_cast<std::uint8_t>(below(3))}};
  }
  [[nodiscard]] domain::ResetId reset(const domain::AccountState& state) {
    return state.reset && !one_in(10) ? state.reset->id : id<domain::ResetId>();
  }
  [[nodiscard]] domain::Command of_the_service(const domain::AccountId& of, domain::Time now) {
    using namespace domain;
    switch (below(6)) {
      case 0: {
        SetPolicy policy;
        policy.actor = System{};
        policy.mandatory_from.emplace(one_in(2) ? std::optional{now + days(1)} : std::nullopt);
        if (one_in(2)) policy.four_eyes = !one_in(4);
        policy.service_stopped = one_in(2);
        return policy;
      }
      case 1:
        return CreateApiKey{System{},      ApiKeyId{{static_cast<std::uint8_t>(below(4)), 1}},
                            id<TokenId>(), KeyRole::Auditor,
                            "siem",        std::nullopt};
      case 2:
        return RevokeApiKey{System{}, ApiKeyId{{static_cast<std::uint8_t>(below(4)), 1}}};
      case 3:
      case 4:
        return RecordAuditRead{account(2), ReadBy::Account, of, std::nullopt};
      default:
        return RecordServiceStart{"1", 0};
    }
  }

  std::uint64_t state_;
};

}  // namespace tweestap::tests

#pragma once
// What happens while somebody logs in.
#include "domain/ids.h"
#include "domain/pseudonym.h"
#include "domain/terms.h"
#include "domain/time.h"

namespace tweestap::domain {

struct PasswordRejected {
  static constexpr EventInfo kInfo{201, "login.password_rejected", 2,
                                   "A password did not count, at a login or on a session's route."};
  Listener listener{};
  PasswordReason reason{};
  std::optional<LookupHash> identifier_hash;
  std::optional<SessionId> session;
  std::optional<Pseudonym> network;
  std::optional<Pseudonym> agent;
  std::optional<DeviceId> device{};
  std::optional<std::uint32_t> device_failures{};

  static constexpr auto fields() {
    return std::tuple{
        field("listener", &PasswordRejected::listener, Exposure::Public, "which front door"),
        field("reason", &PasswordRejected::reason, Exposure::Public, "what was wrong; the caller is not told"),
        field("identifierhash", &PasswordRejected::identifier_hash, Exposure::Public,
              "in the visitor stream: keyed hash of the identifier that was tried"),
        field("session", &PasswordRejected::session, Exposure::Public,
              "the session whose route asked for the password"),
        field("network", &PasswordRejected::network, Exposure::Public, "pseudonym of the caller's network"),
        field("agent", &PasswordRejected::agent, Exposure::Public, "pseudonym of the caller's user agent"),
        field("device", &PasswordRejected::device, Exposure::Public,
              "the remembered device whose live token came along; then it counts there and nowhere else")
            .since_version(2),
        field("devicefailures", &PasswordRejected::device_failures, Exposure::Public,
              "wrong passwords in a row with that device, with this one")
            .since_version(2),
    };
  }
};

/// What a started login waits for.
enum class Awaits : std::uint8_t { Code, Enrolment };
template <>
inline constexpr auto kNames<Awaits> = std::to_array<std::string_view>({"code", "enrolment"});

struct LoginStarted {
  static constexpr EventInfo kInfo{202, "login.started", 1, "A right password; a second step or an enrolment follows."};
  LoginId login;
  Listener listener{};
  Awaits awaits{};
  std::optional<Method> method;
  Time expires_at;
  std::optional<Pseudonym> network;
  std::optional<Pseudonym> agent;
  std::optional<std::string> address;
  std::optional<std::string> user_agent;

  static constexpr auto fields() {
    return std::tuple{
        field("login", &LoginStarted::login, Exposure::Public, "which login; also the hash of its token"),
        field("listener", &LoginStarted::listener, Exposure::Public, "which front door"),
        field("awaits", &LoginStarted::awaits, Exposure::Public, "a code, or an enrolment"),
        field("method", &LoginStarted::method, Exposure::Public, "how the person receives codes"),
        field("expiresat", &LoginStarted::expires_at, Exposure::Public, "when the login is over"),
        field("network", &LoginStarted::network, Exposure::Public, "pseudonym of the caller's network"),
        field("agent", &LoginStarted::agent, Exposure::Public, "pseudonym of the caller's user agent"),
        field("address", &LoginStarted::address, Exposure::Personal, "the caller's address", kAddressMax),
        field("useragent", &LoginStarted::user_agent, Exposure::Personal, "the caller's user agent", kUserAgentMax),
    };
  }
};

struct CodeRejected {
  static constexpr EventInfo kInfo{203, "login.code_rejected", 1, "A code was submitted and did not count."};
  LoginId login;
  Method method{};
  CodeReason reason{};
  std::uint32_t failures = 0;
  std::optional<Pseudonym> network;
  std::optional<Pseudonym> agent;

  static constexpr auto fields() {
    return std::tuple{
        field("login", &CodeRejected::login, Exposure::Public, "which login"),
        field("method", &CodeRejected::method, Exposure::Public, "totp or sms"),
        field("reason", &CodeRejected::reason, Exposure::Public, "wrong, replayed or expired; the caller is not told"),
        field("failures", &CodeRejected::failures, Exposure::Public, "second-step failures in a row, with this one"),
        field("network", &CodeRejected::network, Exposure::Public, "pseudonym of the caller's network"),
        field("agent", &CodeRejected::agent, Exposure::Public, "pseudonym of the caller's user agent"),
    };
  }
};

struct RecoveryCodeRejected {
  static constexpr EventInfo kInfo{204, "login.recovery_code_rejected", 1,
                                   "A recovery code was submitted, at a login or a step-up, and did not count."};
  std::optional<LoginId> login;
  std::optional<SessionId> session;
  std::uint32_t failures = 0;
  std::optional<Pseudonym> network;
  std::optional<Pseudonym> agent;

  static constexpr auto fields() {
    return std::tuple{
        field("login", &RecoveryCodeRejected::login, Exposure::Public, "which login"),
        field("session", &RecoveryCodeRejected::session, Exposure::Public, "which session, at a step-up"),
        field("failures", &RecoveryCodeRejected::failures, Exposure::Public,
              "wrong recovery codes in a row for this account and network, with this one"),
        field("network", &RecoveryCodeRejected::network, Exposure::Public, "pseudonym of the caller's network"),
        field("agent", &RecoveryCodeRejected::agent, Exposure::Public, "pseudonym of the caller's user agent"),
    };
  }
};

struct LoginCompleted {
  static constexpr EventInfo kInfo{205, "login.completed", 2, "A person is in."};
  SessionId session;
  std::optional<LoginId> login;
  Listener listener{};
  SetOf<Amr> amr;
  std::optional<std::int64_t> step;
  Time expires_at;
  std::int64_t idle_seconds = 0;
  std::optional<DeviceId> device;
  std::optional<Pseudonym> network;
  std::optional<Pseudonym> agent;
  std::optional<std::string> address;
  std::optional<std::string> user_agent;
  std::optional<AppDeviceId> app_device{};

  static constexpr auto fields() {
    return std::tuple{
        field("session", &LoginCompleted::session, Exposure::Public, "the session; also the hash of its first token"),
        field("login", &LoginCompleted::login, Exposure::Public, "which login; absent where the password was enough"),
        field("listener", &LoginCompleted::listener, Exposure::Public,
              "which front door; the session is valid there only"),
        field("amr", &LoginCompleted::amr, Exposure::Public, "how the person proved who they are"),
        field("step", &LoginCompleted::step, Exposure::Public, "the time step of the app's code, now spent (RFC 6238)"),
        field("expiresat", &LoginCompleted::expires_at, Exposure::Public, "the session's absolute end"),
        field("idleseconds", &LoginCompleted::idle_seconds, Exposure::Public, "the session ends when unused so long"),
        field("device", &LoginCompleted::device, Exposure::Public,
              "the remembered device that stood for the second step"),
        field("network", &LoginCompleted::network, Exposure::Public, "pseudonym of the caller's network"),
        field("agent", &LoginCompleted::agent, Exposure::Public, "pseudonym of the caller's user agent"),
        field("address", &LoginCompleted::address, Exposure::Personal, "the caller's address", kAddressMax),
        field("useragent", &LoginCompleted::user_agent, Exposure::Personal, "the caller's user agent", kUserAgentMax),
        field("appdevice", &LoginCompleted::app_device, Exposure::Public, "the phone that logged in with a PIN")
            .since_version(2),
    };
  }
};

struct LoginRefused {
  static constexpr EventInfo kInfo{206, "login.refused", 1,
                                   "A login got no further although no secret was found wrong."};
  Listener listener{};
  LoginRefusal reason{};
  std::optional<LoginId> login;
  std::optional<LookupHash> identifier_hash;
  std::optional<Time> until;
  std::optional<std::uint64_t> suppressed;
  std::optional<Pseudonym> network;
  std::optional<Pseudonym> agent;

  static constexpr auto fields() {
    return std::tuple{
        field("listener", &LoginRefused::listener, Exposure::Public, "which front door"),
        field("reason", &LoginRefused::reason, Exposure::Public, "what stood in the way"),
        field("login", &LoginRefused::login, Exposure::Public, "which login (locked)"),
        field("identifierhash", &LoginRefused::identifier_hash, Exposure::Public,
              "in the visitor stream: keyed hash of the identifier that was tried"),
        field("until", &LoginRefused::until, Exposure::Public, "when the lock or the waiting is over"),
        field("suppressed", &LoginRefused::suppressed, Exposure::Public,
              "throttled: tries of the waiting interval before, without the one that was its event"),
        field("network", &LoginRefused::network, Exposure::Public, "pseudonym of the caller's network"),
        field("agent", &LoginRefused::agent, Exposure::Public, "pseudonym of the caller's user agent"),
    };
  }
};

struct LoginAbandoned {
  static constexpr EventInfo kInfo{207, "login.abandoned", 1, "A started login was given up, or one too many."};
  LoginId login;
  EndReason why{};

  static constexpr auto fields() {
    return std::tuple{
        field("login", &LoginAbandoned::login, Exposure::Public, "which login"),
        field("why", &LoginAbandoned::why, Exposure::Public, "left or limit"),
    };
  }
};

}  // namespace tweestap::domain

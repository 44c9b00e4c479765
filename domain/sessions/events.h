#pragma once
// What happens to a session after the login that opened it.
#include "domain/ids.h"
#include "domain/pseudonym.h"
#include "domain/terms.h"

namespace tweestap::domain {

struct SessionSteppedUp {
  static constexpr EventInfo kInfo{601, "session.stepped_up", 1,
                                   "The person passed the second step again; the session is fresh."};
  SessionId session;
  TokenId token;
  Amr by{};
  std::optional<std::int64_t> step;

  static constexpr auto fields() {
    return std::tuple{
        field("session", &SessionSteppedUp::session, Exposure::Public, "which session"),
        field("token", &SessionSteppedUp::token, Exposure::Public,
              "its fresh token, as a hash; the one before is over"),
        field("by", &SessionSteppedUp::by, Exposure::Public, "which proof"),
        field("step", &SessionSteppedUp::step, Exposure::Public,
              "the time step of the app's code, now spent (RFC 6238)"),
    };
  }
};

struct SessionUsed {
  static constexpr EventInfo kInfo{602, "session.used", 1, "The session is in use; told at most every ten minutes."};
  SessionId session;

  static constexpr auto fields() {
    return std::tuple{field("session", &SessionUsed::session, Exposure::Public, "which session")};
  }
};

struct StepUpRejected {
  static constexpr EventInfo kInfo{603, "session.step_up_rejected", 1,
                                   "A code was submitted at a step-up and did not count."};
  SessionId session;
  Method method{};
  CodeReason reason{};
  std::uint32_t failures = 0;
  std::optional<Pseudonym> network;
  std::optional<Pseudonym> agent;

  static constexpr auto fields() {
    return std::tuple{
        field("session", &StepUpRejected::session, Exposure::Public, "which session"),
        field("method", &StepUpRejected::method, Exposure::Public, "totp or sms"),
        field("reason", &StepUpRejected::reason, Exposure::Public,
              "wrong, replayed or expired; the caller is not told"),
        field("failures", &StepUpRejected::failures, Exposure::Public, "second-step failures in a row, with this one"),
        field("network", &StepUpRejected::network, Exposure::Public, "pseudonym of the caller's network"),
        field("agent", &StepUpRejected::agent, Exposure::Public, "pseudonym of the caller's user agent"),
    };
  }
};

struct SessionEnded {
  static constexpr EventInfo kInfo{604, "session.ended", 1, "A session ended before its time."};
  SessionId session;
  EndReason why{};

  static constexpr auto fields() {
    return std::tuple{
        field("session", &SessionEnded::session, Exposure::Public, "which session"),
        field("why", &SessionEnded::why, Exposure::Public, "left or limit"),
    };
  }
};

}  // namespace tweestap::domain

#pragma once
// Running one command: evidence, submission, at most two new computations when the evidence was stale, the answer.
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "domain/account_state.h"
#include "domain/all_commands.h"
#include "domain/decision.h"
#include "eventstore/key_ring.h"
#include "http/authenticate.h"
#include "http/idempotency.h"
#include "http/problem.h"
#include "http/services.h"

namespace tweestap::http {

/// New evidence at most this often after the first, then 503: each may be a slow hash, and whoever keeps changing the
/// account would keep this caller computing.
inline constexpr int kRecomputationsMax = 2;

/// What a command came to, durable.
struct CommandResult {
  std::expected<domain::Answer, domain::Refused> outcome;
  std::uint64_t first_position = 0;  ///< of its events; 0 without any
  std::uint32_t count = 0;
  domain::Time time;  ///< of the decision
};

/// What a command is made from. Read once for each computation, and the keys once for evidence and sealing: every read
/// of the store is a large part of what a login costs. Thread rule: one thread, one request (keys are not kept beyond
/// it, KEY-3).
class CommandBasis {
 public:
  CommandBasis(const Services& services, const Caller* caller);
  CommandBasis(const CommandBasis&) = delete;
  CommandBasis& operator=(const CommandBasis&) = delete;

  /// The caller's account, for routes of a login or a session: at first as authentication has just read it, and as it
  /// is now when the evidence was stale.
  [[nodiscard]] const domain::AccountState& account() const;
  /// Data keys of a subject that has some; a failure otherwise. Valid as long as this object.
  [[nodiscard]] std::expected<std::shared_ptr<const eventstore::SubjectKeys>, eventstore::KeyTrouble> keys(
      const domain::Subject& subject);
  /// The evidence was stale: reads the account again. token_expired where it is gone.
  [[nodiscard]] std::expected<void, Problem> renew();

 private:
  const Services& services_;
  const Caller* caller_;
  std::shared_ptr<const domain::AccountState> account_;
  domain::Subject keys_of_;
  std::shared_ptr<const eventstore::SubjectKeys> keys_;
};

/// How a command is made, sealed, answered and kept.
struct CommandPlan {
  /// Makes the command from the state as it is now. Called again when what it found is no longer current.
  std::function<std::expected<domain::Command, Problem>(CommandBasis&)> make;
  /// Whose personal or secret members it may write; absent: none.
  std::optional<domain::Subject> seals_for;
  /// The whole answer of a success. Runs on the committer's thread where it is kept: fast, from its argument and what
  /// it owns alone.
  std::function<Response(const domain::Answer&)> answer;
  /// What a refusal's problem document says beside its body, in the way of `answer`; absent: nothing.
  std::function<void(const domain::Refused&, Response&)> refused{};
  /// Whose kept answer it is (SES-2).
  std::optional<domain::AccountId> account;
  KeepRule keep{};
};

/// Runs it and gives the answer: the plan's, the kept one's bytes, or the refusal's problem.
[[nodiscard]] Response run_command(const Services& services, const Request& request, CommandPlan plan);

/// Submits one command without an answer to keep: for what the front door does by itself, and for routes that write
/// their answer afterwards. Stale comes back as a refusal.
[[nodiscard]] std::expected<CommandResult, platform::Failure> submit_command(const Services& services,
                                                                             domain::Command command,
                                                                             std::optional<domain::Subject> seals_for);

/// The account as it is now; nullptr where there is none. Unavailable or Damaged where it cannot be read.
[[nodiscard]] std::expected<std::shared_ptr<const domain::AccountState>, platform::Failure> read_account(
    const Services& services, const domain::AccountId& account);
/// The organisation's policy as it is now.
[[nodiscard]] std::expected<domain::PolicyState, platform::Failure> read_policy(const Services& services);

/// A failure of the environment as an answer; its reason goes to the operator's log.
[[nodiscard]] Response failure_response(const Services& services, const Request& request,
                                        const platform::Failure& failure);

}  // namespace tweestap::http

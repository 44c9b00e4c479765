#include "projections/decide.h"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>

#include "platform/bug.h"
#include "projections/accounts.h"
#include "projections/api_keys.h"
#include "projections/audit_reads.h"
#include "projections/directory.h"
#include "projections/limits.h"
#include "projections/policy.h"
#include "projections/sms_sendings.h"

namespace tweestap::projections {
namespace {

template <class C>
concept OfAnAccount = requires(const C& command) {
  { command.account } -> std::convertible_to<domain::AccountId>;
};
// Commands whose password is slowed down by what failed before (rule THR-4).
template <class C>
concept BringsAPassword = requires(const C& command) {
  command.password;
  { command.caller } -> std::convertible_to<domain::Caller>;
};

// Commands on which a code by SMS may go out, so that the brake has to know what went before (rule SMS-2).
template <class C>
concept MayAskForACode = requires(const C& command) {
  command.challenge;
  { command.caller } -> std::convertible_to<domain::Caller>;
};

// The number that a code of this command would go to; nothing where none would.
template <MayAskForACode C>
std::optional<domain::LookupHash> number_of(const domain::AccountState& state, const C& command) {
  using std::is_same_v;
  if constexpr (is_same_v<C, domain::ChangeEnrolmentPhone>) {
    return command.phone.number_hash;
  } else if constexpr (is_same_v<C, domain::StartEnrolment>) {
    return command.phone ? std::optional{command.phone->number_hash} : std::nullopt;
  } else if constexpr (is_same_v<C, domain::ResendEnrolmentCode>) {
    if (!state.enrolment || !state.enrolment->phone) return std::nullopt;
    return state.enrolment->phone->number_hash;
  } else {
    if (!state.two_step || !state.two_step->phone) return std::nullopt;
    return state.two_step->phone->number_hash;
  }
}

const domain::AccountState& nobody() {
  static const domain::AccountState state;
  return state;
}

bool tells_of_throttling(const domain::Event& event) {
  const auto* refused = std::get_if<domain::LoginRefused>(&event);
  return refused != nullptr && refused->reason == domain::LoginRefusal::Throttled;
}

}  // namespace

// One command being decided. Rows that cannot be read or do not decode are told to `rows`; what is decided without them
// does not count.
struct Deciding {
  DomainDecider& decider;
  Rows& rows;
  domain::Time now;
  const AccountCommand& command;

  template <class T>
  [[nodiscard]] T or_else(std::expected<T, Failure> read, T otherwise) {
    if (read) return *std::move(read);
    rows.fail(read.error());
    return otherwise;
  }

  const domain::PolicyState& policy() {
    if (auto read = read_policy_again(rows, decider.policy_row_, decider.policy_); !read) rows.fail(read.error());
    return decider.policy_;
  }

  domain::AccountState* load(const domain::AccountId& account) {
    return or_else<domain::AccountState*>(load_account(rows, *decider.cache_, domain::Subject::of(account)), nullptr);
  }

  domain::Context context(domain::ThrottleCounts throttle = {}) {
    return {now, command.id, policy(), decider.settings_.rules, throttle, {}};
  }

  // The person behind an account or a key.
  domain::Actor person_behind(const domain::Actor& actor) {
    const auto* key = std::get_if<domain::ApiKeyId>(&actor);
    return key != nullptr ? or_else(read_api_key_owner(rows, *key), {}).value_or(actor) : actor;
  }

  // Whether who decides about a reset of `account` owes its own account to who asked for that reset (rule ADM-1).
  bool is_beholden(const domain::Actor& decider_of_reset, const domain::AccountId& account) {
    const auto* approver = std::get_if<domain::AccountId>(&decider_of_reset);
    const domain::AccountState* whose = approver != nullptr ? load(account) : nullptr;
    if (whose == nullptr || !whose->reset) return false;
    const domain::Actor requester = person_behind(whose->reset->requested_by);
    const domain::AccountState* own = load(*approver);
    if (own == nullptr) return false;
    if (own->beholden_to.size() >= domain::kBeholdenMax) return true;  // somebody may be missing in it
    return std::ranges::any_of(own->beholden_to,
                               [&](const domain::Actor& one) { return person_behind(one) == requester; });
  }

  template <MayAskForACode C>
  void count_messages(domain::Context& context, const domain::AccountState& state, const domain::AccountId& account,
                      const C& of_account) {
    const auto number = number_of(state, of_account);
    if (!number) return;
    const domain::SmsBudgets budgets = domain::budgets_of(state, *number, context);
    context.sms =
        or_else(read_sms_counts(rows, account, *number, of_account.caller, budgets, now), domain::SmsCounts{});
  }

  domain::ThrottleCounts counts(const Trier& trier) {
    domain::ThrottleCounts counts = or_else(read_counts(rows, trier, now), domain::ThrottleCounts{});
    decider.unstored_->add_to(counts, trier, now);
    counts.suppressed = decider.unstored_->suppressed(trier);
    return counts;
  }

  // Keeps what is not stored: tries of an interval that has its event.
  void keep_count(const Trier& trier, const domain::Decision& decision) {
    if (decision.suppressed) decider.unstored_->suppress(trier);
    for (const domain::NewEvent& made : decision.events) {
      if (tells_of_throttling(made.event)) decider.unstored_->told(trier);
    }
  }

  // The visitor stream's bound a minute (THR-6): beyond it the answer is the same, and only counters move.
  void bound_visitor(const Trier& trier, domain::Decision& decision) {
    if (decision.events.empty() || decision.events.front().subject != domain::kVisitor) return;
    if (decider.visitor_event_allowed(now)) return;
    for (const domain::NewEvent& made : decision.events) {
      const auto* refused = std::get_if<domain::LoginRefused>(&made.event);
      if (refused != nullptr && refused->until) {
        decider.unstored_->refuse_until(trier, *refused->until);
        decision.suppressed = true;
      } else {
        decider.unstored_->count(trier, now);
      }
    }
    decision.events.clear();
  }

  domain::Decision operator()(const domain::StartLogin& login) {
    domain::AccountState* state = login.account ? load(*login.account) : nullptr;
    // Found nobody, but meanwhile somebody has registered: what was computed is not about this account.
    if (state == nullptr && or_else(read_owner(rows, login.identifier_hash), {})) {
      return domain::refuse(domain::Refusal::Stale);
    }
    const Trier trier = trier_of(state != nullptr ? Whose{*login.account} : Whose{login.identifier_hash}, login.caller);
    domain::Context around = context(counts(trier));
    if (state != nullptr) count_messages(around, *state, *login.account, login);
    domain::Decision decision = domain::decide(state, login, around);
    bound_visitor(trier, decision);
    keep_count(trier, decision);
    return decision;
  }

  domain::Decision operator()(const domain::RegisterAccount& registration) {
    return domain::decide(registration, or_else(read_owner(rows, registration.identifier_hash), {}), context());
  }
  domain::Decision operator()(const domain::SetPolicy& change) { return domain::decide(policy(), change, context()); }
  domain::Decision operator()(const domain::CreateApiKey& creation) {
    return domain::decide(creation, or_else(read_api_key_count(rows), std::size_t{0}), context());
  }
  domain::Decision operator()(const domain::RevokeApiKey& revocation) {
    const auto key = or_else(read_api_key(rows, revocation.api_key), {});
    return domain::decide(revocation, key && !key->revoked_at, context());
  }
  domain::Decision operator()(const domain::RecordAuditRead& read) {
    std::optional<domain::Time> told_at;
    if (read.account) {
      told_at = or_else(read_audit_read(rows, read.actor, *read.account), {});
    } else if (read.identifier_hash) {
      told_at = or_else(read_audit_read(rows, read.actor, *read.identifier_hash), {});
    }
    return domain::decide(read, told_at, context());
  }
  domain::Decision operator()(const domain::DecideReset& decision) {
    // Found out first: the next account that is loaded may take the place of this one in the cache.
    const bool beholden = is_beholden(decision.actor, decision.account);
    const domain::AccountState* state = load(decision.account);
    return domain::decide(state != nullptr ? *state : nobody(), decision, beholden, context());
  }
  domain::Decision operator()(const domain::RecordServiceStart& start) { return domain::decide(start, context()); }
  domain::Decision operator()(const domain::RaiseAlert& raising) { return domain::decide(raising, context()); }

  template <OfAnAccount C>
  domain::Decision operator()(const C& of_account) {
    const domain::AccountState* state = load(of_account.account);
    if (state == nullptr) state = &nobody();
    domain::Context around = context();
    if constexpr (MayAskForACode<C>) count_messages(around, *state, of_account.account, of_account);
    if constexpr (BringsAPassword<C>) {
      const Trier trier = trier_of(Whose{of_account.account}, of_account.caller);
      around.throttle = counts(trier);
      domain::Decision decision = domain::decide(*state, of_account, around);
      keep_count(trier, decision);
      return decision;
    } else {
      return domain::decide(*state, of_account, around);
    }
  }
};

DomainDecider::DomainDecider(DeciderSettings settings, std::shared_ptr<AccountCache> cache,
                             std::shared_ptr<UnstoredFailures> unstored)
    : settings_(settings), cache_(std::move(cache)), unstored_(std::move(unstored)) {}

bool DomainDecider::visitor_event_allowed(domain::Time now) {
  const std::int64_t minute = now.us / domain::minutes(1).us;
  if (minute != visitor_minute_) {
    visitor_minute_ = minute;
    visitor_events_ = 0;
  }
  if (visitor_events_ >= settings_.visitor_events_per_minute) return false;
  ++visitor_events_;
  return true;
}

eventstore::Decision DomainDecider::decide(eventstore::Rows& rows, domain::Time now,
                                           const eventstore::Command& command) {
  const auto* account_command = dynamic_cast<const AccountCommand*>(&command);
  if (account_command == nullptr) platform::bug("a command that is none of the domain's was submitted");
  domain::Decision decision = std::visit(Deciding{*this, rows, now, *account_command}, account_command->value);
  return {std::move(decision.events),
          std::make_shared<DecidedOutcome>(std::move(decision.outcome), decision.suppressed)};
}

}  // namespace tweestap::projections

// Random sequences of commands, decided by the real decider over every view, against what must hold whatever happens.
// rapidcheck prints the seed of a failure; RC_PARAMS="seed=…" repeats it.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "tests/support/given.h"
#include "tests/support/memory_node.h"
#include "tests/support/random_commands.h"

namespace tweestap::tests {
namespace {

using namespace domain;

/// What was ever accepted, over all accounts.
struct Seen {
  std::set<std::tuple<AccountId, std::uint64_t, std::int64_t>> steps;            // secret and step of an app's code
  std::set<std::tuple<AccountId, std::uint64_t, std::uint32_t>> recovery_codes;  // set and index
  std::set<ChallengeId> challenges;                                              // codes by SMS
  std::map<SessionId, std::pair<Time, Duration>> ends;                           // absolute, and idle length
};

std::optional<std::int64_t> step_of(const Event& event) {
  return std::visit(
      [](const auto& one) -> std::optional<std::int64_t> {
        if constexpr (requires { one.step; }) return one.step;
        return std::nullopt;
      },
      event);
}

bool has_code(SetOf<Amr> amr) { return amr.has(Amr::Otp) || amr.has(Amr::Sms) || amr.has(Amr::Recovery); }

template <class... Es>
bool has(const MemoryNode& node) {
  return std::ranges::any_of(node.last_events,
                             [](const Event* event) { return (std::holds_alternative<Es>(*event) || ...); });
}

// The secret that a code was of: an enrolment's own, or the one that the account had.
std::uint64_t secret_of(const AccountState& before, const Event& event) {
  const bool enrols =
      std::holds_alternative<TwoStepEnabled>(event) || std::holds_alternative<TwoStepMethodChanged>(event);
  if (enrols) return before.enrolment->position;
  return before.two_step ? before.two_step->secret_position : 0;
}

// The code by SMS that an accepted event was about: the one that waited where it was typed.
std::optional<ChallengeId> challenge_of(const AccountState& before, const Event& event) {
  const auto of = [](const std::optional<SmsCode>& code) {
    return code ? std::optional{code->challenge} : std::nullopt;
  };
  if (const auto* completed = std::get_if<LoginCompleted>(&event); completed != nullptr && completed->login) {
    if (!completed->amr.has(Amr::Sms)) return std::nullopt;
    const auto login = std::ranges::find(before.logins, *completed->login, &PendingLogin::id);
    return login->enrols ? std::nullopt : of(login->sms);
  }
  if (const auto* stepped_up = std::get_if<SessionSteppedUp>(&event)) {
    if (stepped_up->by != Amr::Sms) return std::nullopt;
    return of(std::ranges::find(before.sessions, stepped_up->session, &Session::id)->sms);
  }
  const auto* enabled = std::get_if<TwoStepEnabled>(&event);
  const auto* changed = std::get_if<TwoStepMethodChanged>(&event);
  const bool by_sms =
      (enabled != nullptr && enabled->method == Method::Sms) || (changed != nullptr && changed->method == Method::Sms);
  return by_sms ? of(before.enrolment->sms) : std::nullopt;
}

void check_events(const MemoryNode& node, const AccountId& account, const AccountState& before, Seen& seen) {
  for (const Event* event : node.last_events) {
    if (const auto step = step_of(*event)) {
      RC_ASSERT(seen.steps.emplace(account, secret_of(before, *event), *step).second);
    }
    if (const auto challenge = challenge_of(before, *event)) RC_ASSERT(seen.challenges.insert(*challenge).second);
    if (const auto* used = std::get_if<RecoveryCodeUsed>(event)) {
      RC_ASSERT(seen.recovery_codes.emplace(account, used->set, used->index).second);
    }
    if (const auto* completed = std::get_if<LoginCompleted>(event)) {
      seen.ends[completed->session] = {completed->expires_at, seconds(completed->idle_seconds)};
      RC_ASSERT(completed->expires_at <= node.now + Rules{}.session_life);
    }
  }
}

void check_failures(const MemoryNode& node, const AccountState& before, const AccountState& after) {
  if (after.lock.failures >= before.lock.failures) return;
  // Two-step off: nothing is left to count for. It asks for a fresh second step itself.
  RC_ASSERT((has<SessionSteppedUp, RecoveryCodeUsed, SecondStepUnlocked, TwoStepEnabled, TwoStepMethodChanged,
                 TwoStepDisabled, TwoStepReset>(node)) ||
            std::ranges::any_of(node.last_events, [](const Event* event) {
              const auto* completed = std::get_if<LoginCompleted>(event);
              return completed != nullptr && (has_code(completed->amr));
            }));
}

std::optional<SessionRef> session_of(const Command& command) {
  return std::visit(
      [](const auto& one) -> std::optional<SessionRef> {
        if constexpr (requires { one.session; }) {
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(one.session)>, SessionRef>) return one.session;
        }
        if constexpr (requires { one.by; }) {
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(one.by)>, Enroller>) {
            if (const auto* session = std::get_if<SessionRef>(&one.by)) return *session;
          }
        }
        return std::nullopt;
      },
      command);
}

void check_sessions(const AccountState& before, const AccountState& after, const std::optional<SessionRef>& used,
                    bool accepted, Time now, const Seen& seen) {
  for (const Session& session : after.sessions) {
    const auto end = seen.ends.find(session.id);
    RC_ASSERT(end != seen.ends.end());
    RC_ASSERT(session.expires_at == end->second.first);  // no use, step-up or fresh token moves it
  }
  if (!used || !accepted) return;
  const auto session = std::ranges::find(before.sessions, used->session, &Session::id);
  RC_ASSERT(session != before.sessions.end());
  RC_ASSERT(session->token == used->token);
  RC_ASSERT(session->listener == used->listener);
  RC_ASSERT(now < seen.ends.at(used->session).first);
  RC_ASSERT(now < session->last_used_at + seen.ends.at(used->session).second);
}

// Whoever is let in, a lock or a disabled account stands before it.
void check_doors(const MemoryNode& node, const AccountState& before) {
  if (!has<LoginCompleted>(node)) return;
  RC_ASSERT(!before.profile.disabled);
  for (const Event* event : node.last_events) {
    const auto* completed = std::get_if<LoginCompleted>(event);
    if (completed == nullptr) continue;
    if ((completed->amr.has(Amr::Otp) || completed->amr.has(Amr::Sms)) && before.two_step) {
      RC_ASSERT(!before.lock.holds(node.now) || has<TwoStepEnabled>(node));
    }
    if (!before.two_step || has_code(completed->amr)) continue;
    if (completed->app_device) {
      const AppDevice* phone = bound_phone(before, *completed->app_device);
      RC_ASSERT(phone != nullptr);
      RC_ASSERT(!phone->locked);
      continue;
    }
    // Without a code only a device that was remembered, on the listener of people.
    RC_ASSERT(completed->device.has_value());
    RC_ASSERT(live_device(before, *completed->device, node.now) != nullptr);
    RC_ASSERT(completed->listener == Listener::Public);
    RC_ASSERT(has<DeviceUsed>(node));
  }
}

// ADM-1: a reset that waited is approved by another person in time, and whoever passes the second step needs none.
void check_resets(const MemoryNode& node, const AccountState& before, const AccountState& after,
                  const std::optional<Actor>& decides) {
  if (has<ResetApproved, ResetDenied>(node)) {
    RC_ASSERT(before.reset && decides);
    RC_ASSERT(before.reset->requested_by != *decides);
    RC_ASSERT(std::holds_alternative<AccountId>(*decides));
    RC_ASSERT(node.now < before.reset->expires_at);
  }
  if (has<TwoStepReset>(node)) {
    RC_ASSERT(!after.two_step && after.sessions.empty() && after.logins.empty() && !after.enrolment);
    RC_ASSERT(after.enrol_before == node.now + Rules{}.reset_enrol_within);
  }
  const bool passed = std::ranges::any_of(node.last_events, [](const Event* event) {
    const auto* completed = std::get_if<LoginCompleted>(event);
    return completed != nullptr && passed_second_step(completed->amr);
  });
  if (passed || has<SessionSteppedUp, TwoStepEnabled, TwoStepMethodChanged, TwoStepDisabled>(node)) {
    RC_ASSERT(waiting_reset(after, node.now) == nullptr);
  }
}

std::optional<Actor> who_decides(const Command& command) {
  const auto* decides = std::get_if<DecideReset>(&command);
  return decides != nullptr ? std::optional{decides->actor} : std::nullopt;
}

void run(const std::vector<std::uint64_t>& draws) {
  projections::DeciderSettings settings;
  settings.visitor_events_per_minute = 4;
  settings.rules.sms_available = true;
  MemoryNode node{settings};
  for (std::uint8_t n = 0; n < RandomCommands::kAccounts; ++n) node.submit(RandomCommands::registration(n));
  Seen seen;
  for (const std::uint64_t draw : draws) {
    RandomCommands random{draw};
    const AccountId account = RandomCommands::account(random.below(RandomCommands::kAccounts));
    const AccountState before = node.state(account);
    Command command = random.next(account, before, node.now);
    const auto used = session_of(command);
    const auto decides = who_decides(command);
    const auto outcome = node.submit(std::move(command));
    const AccountState after = node.state(account);
    check_events(node, account, before, seen);
    check_failures(node, before, after);
    check_sessions(before, after, used, outcome->value.has_value(), node.now, seen);
    check_doors(node, before);
    check_resets(node, before, after, decides);
    if (outcome->suppressed) RC_ASSERT(node.last_events.empty());
    node.after(random.pause());
  }
  RC_ASSERT(node.rows.map == node.rebuilt());
}

TEST(RandomCommands, KeepWhatMustHoldAndRowsAreThoseOfARebuild) {
  EXPECT_TRUE(rc::check("random commands", [] {
    const auto length = *rc::gen::inRange<std::size_t>(1, 1000);
    run(*rc::gen::resize(100,
                         rc::gen::container<std::vector<std::uint64_t>>(length, rc::gen::arbitrary<std::uint64_t>())));
  }));
}

// That the sequences above are worth something: they get everywhere.
TEST(RandomCommands, ReachEveryKindOfEvent) {
  std::set<std::string_view> reached;
  projections::DeciderSettings settings;
  settings.rules.sms_available = true;
  MemoryNode node{settings};
  for (std::uint8_t n = 0; n < RandomCommands::kAccounts; ++n) node.submit(RandomCommands::registration(n));
  for (std::uint64_t draw = 1; draw < 600'000; ++draw) {
    RandomCommands random{draw};
    const AccountId account = RandomCommands::account(random.below(RandomCommands::kAccounts));
    node.submit(random.next(account, node.state(account), node.now));
    for (const Event* event : node.last_events) reached.insert(info_of(*event).name);
    node.after(random.pause());
  }
  // Written before the sequence begins, by the import, by the senders, by the clock, and by the detection.
  const std::set<std::string_view> elsewhere{"account.registered",       "two_step.imported", "sms_code.delivered",
                                             "sms_code.delivery_failed", "notice.sent",       "notice.failed",
                                             "service.clock_jumped",     "alert.raised"};
  for_each_event([&]<class E>() {
    EXPECT_NE(reached.contains(E::kInfo.name), elsewhere.contains(E::kInfo.name)) << E::kInfo.name;
  });
  EXPECT_EQ(node.rows.map, node.rebuilt());
}

}  // namespace
}  // namespace tweestap::tests

#include "tests/load/ordinary_day.h"

#include <memory>
#include <optional>
#include <utility>

#include "domain/all_events.h"

namespace tweestap::load {
namespace {

using namespace domain;

struct Scripted final : eventstore::Command {
  mutable std::vector<NewEvent> events;  // the decider is their only reader, and asked once
};
struct Nothing final : eventstore::Outcome {};

void fill(IdBytes& bytes, std::uint64_t seed) {
  for (auto& byte : bytes) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<std::uint8_t>(seed >> 56);
  }
}

template <class E>
void add(std::vector<NewEvent>& out, const Subject& subject, E event) {
  out.push_back({subject, Event{std::move(event)}, *subject.account(), CommandId{}, std::nullopt});
}

}  // namespace

eventstore::Decision ScriptedDecider::decide(eventstore::Rows&, Time, const eventstore::Command& command) {
  return {std::move(dynamic_cast<const Scripted&>(command).events), std::make_shared<Nothing>()};
}

eventstore::Submission scripted(std::vector<NewEvent> events) {
  auto command = std::make_unique<Scripted>();
  command->events = std::move(events);
  eventstore::Submission submission;
  submission.command = std::move(command);
  return submission;
}

std::uint64_t OrdinaryDay::draw() {
  state_ += 0x9E3779B97F4A7C15U;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBU;
  return mixed ^ mixed >> 31;
}

template <class Id>
Id OrdinaryDay::id() {
  Id out;
  fill(out.bytes, draw());
  return out;
}

AccountId OrdinaryDay::account(std::uint64_t n) const {
  AccountId out;
  fill(out.bytes, n * 2 + 1);
  return out;
}

std::vector<NewEvent> OrdinaryDay::enrolled(std::uint64_t n) {
  const Subject subject = Subject::of(account(n));
  LookupHash hash;
  fill(hash.bytes, n * 2 + 2);
  std::vector<NewEvent> out;
  add(out, subject,
      AccountRegistered{hash, {Role::Person}, "nl", 1U, false, "somebody@example.org", {}, SecretText{"verifier"}});
  add(out, subject, EnrolmentStarted{id<EnrolmentId>(), Method::Totp, {}, {}, {}, SecretText{"JBSWY3DPEHPK3PXP"}});
  add(out, subject, TwoStepEnabled{id<EnrolmentId>(), Method::Totp, 1, std::nullopt, std::nullopt});
  add(out, subject, RecoveryCodesGenerated{6, 1, SecretText{"verifiers"}});
  return out;
}

std::vector<NewEvent> OrdinaryDay::some(std::size_t count, Time now) {
  std::vector<NewEvent> out;
  while (out.size() + 6 <= count) {
    const std::uint64_t n = draw() % accounts_;
    const Subject subject = Subject::of(account(n));
    const Pseudonym network{2026, 3, {static_cast<std::uint8_t>(n), static_cast<std::uint8_t>(n >> 8)}};
    const Pseudonym agent{2026, 3, {static_cast<std::uint8_t>(n % 50)}};
    if (draw() % 20 == 0) {
      add(out, subject, PasswordRejected{Listener::Public, PasswordReason::Wrong, {}, {}, network, agent});
    }
    const auto login = id<LoginId>();
    add(out, subject,
        LoginStarted{login, Listener::Public, Awaits::Code, Method::Totp, now + minutes(10), network, agent, {}, {}});
    if (draw() % 20 == 0) {
      add(out, subject, CodeRejected{login, Method::Totp, CodeReason::Wrong, 1, network, agent});
    }
    const auto session = id<SessionId>();
    add(out, subject,
        LoginCompleted{session,
                       login,
                       Listener::Public,
                       {Amr::Password, Amr::Otp},
                       now.us / seconds(30).us,
                       now + hours(12),
                       3600,
                       {},
                       network,
                       agent,
                       {},
                       {}});
    add(out, subject, SessionUsed{session});
  }
  return out;
}

}  // namespace tweestap::load

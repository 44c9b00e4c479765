#include "http/commands.h"

#include <utility>

#include "eventstore/key_ring.h"
#include "eventstore/partition.h"
#include "http/refusals.h"
#include "http/tokens.h"
#include "platform/bug.h"
#include "platform/logging.h"
#include "projections/decide.h"
#include "projections/moment.h"

namespace tweestap::http {
namespace {

using platform::Failure;

// The data keys of whose members it may seal; made, and durable, before the batch that uses them first.
std::expected<void, Failure> add_keys(const Services& services, CommandBasis& basis, const domain::Subject& subject,
                                      eventstore::Submission& submission) {
  submission.keys_subject = subject;
  auto found = basis.keys(subject);
  if (found) {
    submission.keys = std::move(*found);
    return {};
  }
  if (found.error().why != eventstore::NoKeys::Never) return std::unexpected(std::move(found.error().failure));
  auto made = services.keys.create_subject_keys(subject);
  if (!made) return std::unexpected(std::move(made.error()));
  submission.keys = std::make_shared<const eventstore::SubjectKeys>(std::move(made->keys));
  submission.new_wrapped_keys.push_back(std::move(made->wrapped));
  return {};
}

std::expected<eventstore::Submission, Failure> submission_of(const Services& services, CommandBasis& basis,
                                                             domain::Command command,
                                                             const std::optional<domain::Subject>& seals_for) {
  const auto id = draw_id<domain::CommandId>(services.random);
  if (!id) return std::unexpected(id.error());
  eventstore::Submission submission;
  submission.id = *id;
  if (seals_for) {
    if (auto added = add_keys(services, basis, *seals_for, submission); !added) return std::unexpected(added.error());
  }
  submission.command = std::make_unique<projections::AccountCommand>(*id, std::move(command));
  submission.deadline_monotonic_us = services.clock.monotonic_us() + services.rules.command_deadline.us;
  return submission;
}

const projections::DecidedOutcome& decided(const eventstore::Outcome& outcome) {
  return dynamic_cast<const projections::DecidedOutcome&>(outcome);  // the only kind that our decider makes
}

// Everything an answer is made from, on whichever thread: it owns what it needs, or points to what outlives requests.
struct Answering {
  std::function<Response(const domain::Answer&)> answer;
  std::function<void(const domain::Refused&, Response&)> refused;
  const Texts& texts;
  Language language;

  [[nodiscard]] Response operator()(const eventstore::Outcome& outcome, domain::Time now) const {
    const auto& value = decided(outcome).value;
    if (value) return answer(*value);
    Response response = problem_response(texts, language, problem_of(value.error(), now));
    if (refused) refused(value.error(), response);
    return response;
  }
};

}  // namespace

CommandBasis::CommandBasis(const Services& services, const Caller* caller)
    : services_(services), caller_(caller), account_(caller != nullptr ? caller->account : nullptr) {}

const domain::AccountState& CommandBasis::account() const {
  if (account_ == nullptr) platform::bug("a route asked for the account of a caller that has none");
  return *account_;
}

std::expected<std::shared_ptr<const eventstore::SubjectKeys>, eventstore::KeyTrouble> CommandBasis::keys(
    const domain::Subject& subject) {
  if (keys_ == nullptr || keys_of_ != subject) {
    auto found = services_.keys.subject_keys(subject);
    if (!found) return std::unexpected(std::move(found.error()));
    keys_ = std::make_shared<const eventstore::SubjectKeys>(std::move(*found));
    keys_of_ = subject;
  }
  return keys_;
}

std::expected<void, Problem> CommandBasis::renew() {
  if (account_ == nullptr) return {};
  auto state = read_account(services_, caller_->account_id());
  if (!state) return std::unexpected(problem_of(state.error()));
  if (*state == nullptr) return std::unexpected(Problem{.code = ProblemCode::TokenExpired});
  account_ = std::move(*state);
  return {};
}

Response failure_response(const Services& services, const Request& request, const Failure& failure) {
  // A full queue or disk is counted elsewhere, and would fill the log in a flood.
  if (failure.kind != Failure::Kind::Unavailable) {
    services.log.write(platform::LogLevel::Error, "request.failed",
                       {{"reason", failure.reason}, {"request_id", request.request_id}});
  }
  return problem_response(request, problem_of(failure));
}

Response run_command(const Services& services, const Request& request, CommandPlan plan) {
  const auto answering =
      std::make_shared<const Answering>(Answering{plan.answer, plan.refused, services.texts, request.language});
  const AnswerKeeper* keeper = request.caller != nullptr ? request.caller->keeper : nullptr;
  CommandBasis basis(services, request.caller);
  for (int computed = 0; computed <= kRecomputationsMax; ++computed) {
    if (computed > 0) {
      if (auto renewed = basis.renew(); !renewed) return problem_response(request, renewed.error());
    }
    auto command = plan.make(basis);
    if (!command) return problem_response(request, command.error());
    auto submission = submission_of(services, basis, std::move(*command), plan.seals_for);
    if (!submission) return failure_response(services, request, submission.error());
    if (keeper != nullptr) {
      submission->answer = keeper->keep(
          plan.account, plan.keep,
          [answering](const eventstore::Outcome& outcome, domain::Time now) { return (*answering)(outcome, now); });
    }
    const auto committed = services.partition.submit(std::move(*submission));
    if (!committed) return failure_response(services, request, committed.error());
    const auto& value = decided(*committed->outcome).value;
    if (!value && value.error().why == domain::Refusal::Stale) continue;
    if (committed->rendered) {
      auto kept = decode_kept(committed->rendered->reveal_text());
      if (!kept) return failure_response(services, request, kept.error());
      return std::move(kept->response);
    }
    return (*answering)(*committed->outcome, committed->time);
  }
  return problem_response(request, ProblemCode::Unavailable);
}

std::expected<CommandResult, Failure> submit_command(const Services& services, domain::Command command,
                                                     std::optional<domain::Subject> seals_for) {
  CommandBasis basis(services, nullptr);
  auto submission = submission_of(services, basis, std::move(command), seals_for);
  if (!submission) return std::unexpected(std::move(submission.error()));
  auto committed = services.partition.submit(std::move(*submission));
  if (!committed) return std::unexpected(std::move(committed.error()));
  return CommandResult{decided(*committed->outcome).value, committed->first_position, committed->count,
                       committed->time};
}

std::expected<std::shared_ptr<const domain::AccountState>, Failure> read_account(const Services& services,
                                                                                 const domain::AccountId& account) {
  auto state = projections::Moment::latest(services.partition.reader()).account(account);
  if (!state) return std::unexpected(std::move(state.error()));
  if (!*state) return nullptr;
  return std::make_shared<const domain::AccountState>(std::move(**state));
}

std::expected<domain::PolicyState, Failure> read_policy(const Services& services) {
  return projections::Moment::latest(services.partition.reader()).policy();
}

}  // namespace tweestap::http

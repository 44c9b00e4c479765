#include "http/refusals.h"

#include <algorithm>
#include <utility>

namespace tweestap::http {
namespace {

// Rounded up: whoever comes back on the second is not told to wait again.
std::uint32_t retry_after_s(const domain::Refused& refused, domain::Time now) {
  if (!refused.until) return 1;
  const std::int64_t wait_us = (*refused.until - now).us;
  return static_cast<std::uint32_t>(std::max<std::int64_t>(1, (wait_us + 999'999) / 1'000'000));
}

Problem conflict(std::string_view hint) { return Problem{.code = ProblemCode::StateConflict, .hint = hint}; }

Problem locked(const domain::Refused& refused) {
  Problem problem{.code = ProblemCode::Locked, .locked = refused.for_good, .hint = refused.for_good ? "for_good" : ""};
  if (!refused.for_good && refused.until) problem.locked_until = domain::rfc3339(*refused.until);
  return problem;
}

}  // namespace

Problem problem_of(const domain::Refused& refused, domain::Time now) {
  using domain::Refusal;
  switch (refused.why) {
    case Refusal::Stale:
      return {.code = ProblemCode::Unavailable};
    case Refusal::CredentialsRejected:
      return {.code = ProblemCode::CredentialsRejected};
    case Refusal::CodeRejected:
      return {.code = ProblemCode::CodeRejected};
    case Refusal::Throttled:
      return {.code = ProblemCode::TooManyRequests, .retry_after_s = retry_after_s(refused, now)};
    case Refusal::Locked:
      return locked(refused);
    case Refusal::TokenOver:
      return {.code = ProblemCode::TokenExpired};
    case Refusal::WrongState:
      return {.code = ProblemCode::SessionRequired};
    case Refusal::Forbidden:
      return {.code = ProblemCode::Forbidden};
    case Refusal::StaffListener:
      return {.code = ProblemCode::Forbidden, .hint = "staff_listener"};
    case Refusal::NeedsAnotherPerson:
      return {.code = ProblemCode::Forbidden, .hint = "another_person"};
    case Refusal::ResetOver:
      return {.code = ProblemCode::Forbidden, .hint = "reset_over"};
    case Refusal::StepUpNeeded:
      return {.code = ProblemCode::StepUpRequired};
    case Refusal::NotFound:
      return {.code = ProblemCode::NotFound};
    case Refusal::NotOpen:
      return conflict("not_open");
    case Refusal::NotEnrolled:
      return conflict("not_enrolled");
    case Refusal::AlreadyEnrolled:
      return conflict("already_enrolled");
    case Refusal::Mandatory:
      return conflict("mandatory");
    case Refusal::NothingLocked:
      return conflict("nothing_locked");
    case Refusal::IdentifierTaken:
      return conflict("identifier_taken");
    case Refusal::MethodNotAllowed:
      return conflict("method_not_allowed");
    case Refusal::NoRecoveryCodes:
      return conflict("no_recovery_codes");
    case Refusal::CodesByApp:
      return conflict("codes_by_app");
    case Refusal::SmsOff:
      return conflict("sms_off");
    case Refusal::CountryNotAllowed:
      return {.code = ProblemCode::InvalidPhone, .hint = "country"};
    case Refusal::CodeSpent:
      return conflict("code_spent");
    case Refusal::DurationNotAllowed:
      return {.code = ProblemCode::InvalidDuration};
    case Refusal::NothingChanges:
      return conflict("nothing_changes");
    case Refusal::TooManyKeys:
      return conflict("too_many_keys");
  }
  std::unreachable();
}

Problem problem_of(const platform::Failure&) { return {.code = ProblemCode::Unavailable}; }

}  // namespace tweestap::http

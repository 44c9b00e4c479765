#pragma once
// What a refused command sounds like over HTTP. The only place where a refusal becomes an answer.
#include "domain/refusal.h"
#include "domain/time.h"
#include "http/problem.h"
#include "platform/failure.h"

namespace tweestap::http {

/// `now`: security time of the decision, for Retry-After (whole seconds, rounded up, at least 1).
[[nodiscard]] Problem problem_of(const domain::Refused& refused, domain::Time now);

/// A failure of the environment is 503 whatever it was; its reason is for the operator's log alone.
[[nodiscard]] Problem problem_of(const platform::Failure& failure);

}  // namespace tweestap::http

#pragma once
// The policy as JSON, for the route and for the command line alike.
#include <expected>
#include <string>
#include <string_view>

#include "domain/account_state.h"
#include "domain/policy/policy.h"
#include "http/problem.h"

namespace tweestap::http {

/// As `GET /v1/policy` shows it.
[[nodiscard]] std::string policy_json(const domain::PolicyState& policy);

/// A change from the body that `PUT /v1/policy` takes; malformed_request names the member.
[[nodiscard]] std::expected<domain::SetPolicy, Problem> policy_from_json(std::string_view json, domain::Actor actor);

}  // namespace tweestap::http

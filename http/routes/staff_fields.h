#pragma once
// Members and parameters that several staff routes read, each checked in one place.
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "domain/describe.h"
#include "domain/ids.h"
#include "domain/terms.h"
#include "http/authenticate.h"
#include "http/json_body.h"
#include "http/problem.h"
#include "http/request.h"

namespace tweestap::http {

/// Why staff do something, in their words: 1 to 500 code points after blanks around them are removed, no control
/// characters but tab and line feed. Otherwise malformed_request.
[[nodiscard]] std::expected<std::string, Problem> reason_of(const Body& body);
inline constexpr std::size_t kReasonPointsMax = 500;
/// The same of a reason that may be left out.
[[nodiscard]] std::expected<std::optional<std::string>, Problem> optional_reason_of(const Body& body);

/// `{account}` of the path; nothing where it is no account id, which is not_found: there is no such account.
[[nodiscard]] std::optional<domain::AccountId> account_in_path(const Request& request);

/// A list of names of one enumeration, each at most once. Nothing where one is unknown or comes twice.
template <domain::Named E>
[[nodiscard]] std::optional<domain::SetOf<E>> set_of_names(std::span<const std::string_view> names) {
  domain::SetOf<E> set;
  for (const std::string_view name : names) {
    const auto value = domain::parse_name<E>(name);
    if (!value || set.has(*value)) return std::nullopt;
    set.insert(*value);
  }
  return set;
}

/// Whether a person with the role admin calls: what an account with a staff role asks for (rule ADM-1).
[[nodiscard]] bool is_admin_session(const Caller& caller);

/// The account of a caller with a session; nothing for an API key.
[[nodiscard]] std::optional<domain::AccountId> account_of(const Caller& caller);

}  // namespace tweestap::http

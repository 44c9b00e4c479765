#include "projections/moment.h"

#include "domain/login/login.h"
#include "projections/directory.h"
#include "projections/policy.h"

namespace tweestap::projections {

std::expected<std::optional<domain::AccountState>, Failure> Moment::account(const domain::AccountId& account) {
  return read_account(*rows_, account);
}

std::expected<std::optional<domain::AccountId>, Failure> Moment::find(const domain::LookupHash& identifier) {
  return read_owner(*rows_, identifier);
}

std::expected<std::optional<TokenRow>, Failure> Moment::token(const domain::TokenId& token) {
  return read_token(*rows_, token);
}

std::expected<std::optional<ApiKeyRow>, Failure> Moment::api_key_of(const domain::TokenId& token) {
  return read_api_key_of(*rows_, token);
}

std::expected<std::optional<ApiKeyRow>, Failure> Moment::api_key(const domain::ApiKeyId& id) {
  return read_api_key(*rows_, id);
}

std::expected<std::vector<ApiKeyRow>, Failure> Moment::api_keys() { return read_api_keys(*rows_); }

std::expected<std::optional<domain::AccountId>, Failure> Moment::reset_account(const domain::ResetId& reset) {
  return read_reset_account(*rows_, reset);
}

std::expected<std::vector<WaitingReset>, Failure> Moment::waiting_resets(domain::Time now) {
  return read_waiting_resets(*rows_, now);
}

std::expected<domain::PolicyState, Failure> Moment::policy() { return read_policy(*rows_); }

std::expected<domain::ThrottleCounts, Failure> Moment::throttle_counts(const PasswordTry& tried,
                                                                       const UnstoredFailures& unstored,
                                                                       const domain::Rules& rules, domain::Time now) {
  const Trier trier = trier_of(tried.account ? Whose{*tried.account} : Whose{tried.identifier}, tried.caller);
  auto counts = read_counts(*rows_, trier, now);
  if (!counts) return counts;
  unstored.add_to(*counts, trier, now);
  counts->suppressed = unstored.suppressed(trier);
  counts->known_network = tried.state != nullptr && domain::knows_network(*tried.state, tried.caller, rules, now);
  return counts;
}

std::expected<AccountTotals, Failure> Moment::totals() { return read_totals(*rows_); }

std::expected<std::uint64_t, Failure> Moment::would_have_to_enrol(domain::Time mandatory_from) {
  return read_would_have_to_enrol(*rows_, mandatory_from);
}

std::expected<std::optional<domain::Time>, Failure> Moment::audit_read(const domain::Actor& actor,
                                                                       const ReadSubject& whose) {
  return read_audit_read(*rows_, actor, whose);
}

}  // namespace tweestap::projections

#include "http/routes/audit_read.h"

#include <utility>

#include "domain/policy/policy.h"
#include "eventstore/partition.h"
#include "http/authenticate.h"
#include "http/commands.h"
#include "http/routes/staff_fields.h"
#include "projections/moment.h"

namespace tweestap::http {
namespace {

// The committer asks again. Asked here too, because a read that owes no event goes on while nothing can be stored.
std::expected<bool, platform::Failure> owes_an_event(const Services& services, const domain::Actor& reader,
                                                     const projections::ReadSubject& whose) {
  const auto told_at = projections::Moment::latest(services.partition.reader()).audit_read(reader, whose);
  if (!told_at) return std::unexpected(told_at.error());
  return !*told_at || services.now() >= **told_at + services.rules.domain.audit_read_told_every;
}

}  // namespace

std::optional<Response> tell_audit(const Services& services, const Request& request, domain::ReadBy by,
                                   const projections::ReadSubject& whose) {
  const Caller& caller = *request.caller;
  domain::RecordAuditRead command;
  command.actor = caller.actor();
  command.by = by;
  if (const auto* account = std::get_if<domain::AccountId>(&whose)) {
    if (account_of(caller) == *account) return std::nullopt;
    command.account = *account;
  } else {
    command.identifier_hash = std::get<domain::LookupHash>(whose);
  }
  const auto owes = owes_an_event(services, command.actor, whose);
  if (!owes) return failure_response(services, request, owes.error());
  if (!*owes) return std::nullopt;
  const auto told = submit_command(services, domain::Command{std::move(command)}, std::nullopt);
  if (!told) return failure_response(services, request, told.error());
  return std::nullopt;
}

}  // namespace tweestap::http

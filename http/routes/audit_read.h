#pragma once
// Who read whose account is itself a fact (rule AUD-2).
#include <optional>

#include "domain/policy/events.h"
#include "http/request.h"
#include "http/response.h"
#include "http/services.h"
#include "projections/audit_reads.h"

namespace tweestap::http {

/// Tells the log that the caller reads an account, or looked an identifier up in vain; to be called before anything of
/// it is answered. Look-up, account view and audit count as one: no event within a minute of the last one of the same
/// reader and account, and none of the owner's own look. Nothing: go on. Otherwise the answer (503), since what is not
/// stored is not shown.
[[nodiscard]] std::optional<Response> tell_audit(const Services& services, const Request& request, domain::ReadBy by,
                                                 const projections::ReadSubject& whose);

}  // namespace tweestap::http

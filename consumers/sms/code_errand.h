#pragma once
// One code by SMS on its way to its person.
#include <expected>
#include <memory>
#include <optional>

#include "consumers/errand.h"
#include "consumers/sending.h"
#include "domain/terms.h"
#include "eventstore/log.h"
#include "platform/failure.h"

namespace tweestap::consumers::sms {

/// The errand of an event that asks for a code to be sent (sms_code.issued, sms_code.resent); null for every other
/// event. `sending` outlives it. Damaged where the record does not read back.
[[nodiscard]] std::expected<std::unique_ptr<Errand>, platform::Failure> code_errand(const Sending& sending,
                                                                                    const eventstore::Record& record);

}  // namespace tweestap::consumers::sms

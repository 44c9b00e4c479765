#pragma once
// One notice on its way to its person.
#include <expected>
#include <memory>

#include "consumers/errand.h"
#include "consumers/sending.h"
#include "domain/time.h"
#include "eventstore/log.h"
#include "platform/failure.h"

namespace tweestap::consumers::notices {

/// Later than this a notice only frightens: the person has read of it in the history, or called.
inline constexpr domain::Duration kNoticeLife = domain::hours(1);

/// The errand of an event that the person has to hear of; null for every other event. `sending` outlives it. Damaged
/// where the record does not read back.
[[nodiscard]] std::expected<std::unique_ptr<Errand>, platform::Failure> notice_errand(const Sending& sending,
                                                                                      const eventstore::Record& record);

}  // namespace tweestap::consumers::notices

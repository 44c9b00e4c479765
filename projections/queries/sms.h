#pragma once
// What a message to a person is made from, for whoever shows a hint of the number, judges a code or sends it.
#include <cstdint>
#include <expected>
#include <string>

#include "domain/terms.h"
#include "eventstore/key_ring.h"
#include "eventstore/log.h"
#include "platform/crypto/sms_code.h"
#include "platform/failure.h"

namespace tweestap::projections {

/// The number (E.164) in the event at `position`, which is a domain::Phone's. Damaged where there is none. Any thread.
[[nodiscard]] std::expected<std::string, platform::Failure> open_phone(const eventstore::Log& log,
                                                                       const eventstore::KeyRing& keys,
                                                                       std::uint64_t position);

/// As the derivation of a code knows the purpose (OTP-4). Any thread.
[[nodiscard]] platform::SmsCodePurpose code_purpose(domain::SmsPurpose purpose);

}  // namespace tweestap::projections

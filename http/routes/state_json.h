#pragma once
// What an account was at a moment of the past, as JSON: for auditors over HTTP and for the command line alike.
#include <expected>
#include <string>

#include "domain/ids.h"
#include "domain/rules.h"
#include "http/route.h"
#include "platform/failure.h"
#include "projections/queries/state_at.h"

namespace tweestap::eventstore {
class KeyRing;
class Log;
}  // namespace tweestap::eventstore

namespace tweestap::http {

/// `{"account","position","state":{…}}`. Personal members are opened with `keys` ("sealed" where that ring is locked);
/// absent where it is nullptr. Damaged where they do not open. The account was there at that moment.
[[nodiscard]] std::expected<std::string, platform::Failure> state_json(const eventstore::Log& log,
                                                                       const eventstore::KeyRing* keys,
                                                                       const domain::AccountId& account,
                                                                       const projections::StateAt& found,
                                                                       const domain::Rules& rules);

extern const AnswerShape kStateAnswerShape;

}  // namespace tweestap::http

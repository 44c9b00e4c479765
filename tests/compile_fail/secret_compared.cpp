// refused: use of deleted function|overload resolution selected deleted operator
// == stops at the first byte that differs, and so tells by its time how much of a guess was right (OTP-7).
#include "platform/crypto/hash.h"
#include "platform/crypto/secret.h"

bool same(const tweestap::platform::Secret& one, const tweestap::platform::Secret& other) {
#ifdef TWEESTAP_OFFENCE
  return one == other;
#else
  return tweestap::platform::constant_time_equal(one.reveal(), other.reveal());
#endif
}
